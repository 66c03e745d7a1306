/* report.c -- see report.h. Figures and what belongs to them; how they are printed is elsewhere.
 * SPDX-License-Identifier: MIT */
#include "report.h"

#include <string.h>

#include "fail.h"

/* --- figures ---------------------------------------------------------------------------------- */

void figure_detail(struct figure *figure, const char *name, double value)
{
    int i = 0;
    while (i < figure->detail_count && strcmp(figure->details[i].name, name) != 0) {
        i++;
    }
    if (i == DETAILS_MAX) {
        fail("too many details of %s", figure->row);
    }
    if (i == figure->detail_count) {
        figure->details[figure->detail_count++] = (struct detail){.name = name};
    }
    series_add(&figure->details[i].series, value);
}

void figure_times(struct figure *figure, struct times *times, const char *what)
{
    figure->times_what = what;
    series_add(&figure->sides.p50, times_percentile(times, 0.5));
    series_add(&figure->sides.p99, times_percentile(times, 0.99));
    series_add(&figure->sides.p999, times_percentile(times, 0.999));
}

void figure_cpu(struct figure *figure, const struct usage_span *span, double units,
                const char *unit)
{
    double each_us = span->cpu_s * 1e6 / units;
    figure->cpu_unit = unit;
    series_add(&figure->sides.user, each_us * (1 - span->system_share));
    series_add(&figure->sides.system, each_us * span->system_share);
}

void figure_rss(struct figure *figure, const struct memory *memory)
{
    series_add(&figure->sides.rss, (double)memory->rss / (1 << 20));
}

struct series figure_ratios(const struct figure *figure)
{
    struct series all = {0};
    for (int i = 0; i < figure->floor.count && i < figure->ours.count; i++) {
        series_add(&all, figure->ours.values[i] / figure->floor.values[i]);
    }
    return all;
}

bool figure_is_reached(const struct figure *figure)
{
    struct series ratios = figure_ratios(figure);
    switch (figure->reach) {
    case REACH_NONE:
        return true;
    case REACH_RATIO_AT_LEAST:
        return series_median(&ratios) >= figure->target;
    case REACH_RATIO_AT_MOST:
        return series_median(&ratios) <= figure->target;
    case REACH_VALUE_AT_MOST:
        return series_median(&figure->ours) <= figure->target;
    }
    return false;
}

/* --- costs ------------------------------------------------------------------------------------ */

void cost_add(struct cost *cost, double size, double value)
{
    int i = 0;
    while (i < cost->size_count && cost->sizes[i] != size) {
        i++;
    }
    if (i == SIZES_MAX) {
        fail("too many sizes of %s", cost->what);
    }
    if (i == cost->size_count) {
        cost->sizes[cost->size_count++] = size;
    }
    series_add(&cost->values[i], value);
}

double cost_growth(const struct cost *cost)
{
    return series_median(&cost->values[cost->size_count - 1]) / series_median(&cost->values[0]);
}

/* --- the report ------------------------------------------------------------------------------- */

struct figure *report_figure(struct report *report, const char *row, const char *what,
                             const char *unit)
{
    if (report->count == FIGURES_MAX) {
        fail("too many figures");
    }
    struct figure *figure = &report->figures[report->count++];
    *figure = (struct figure){.row = row, .what = what, .unit = unit};
    return figure;
}

struct cost *report_cost(struct report *report, const char *what, const char *unit,
                         const char *size_what)
{
    for (int i = 0; i < report->cost_count; i++) {
        if (strcmp(report->costs[i].what, what) == 0) {
            return &report->costs[i];
        }
    }
    if (report->cost_count == COSTS_MAX) {
        fail("too many costs");
    }
    struct cost *cost = &report->costs[report->cost_count++];
    *cost = (struct cost){.what = what, .unit = unit, .size_what = size_what};
    return cost;
}

struct chart *report_chart(struct report *report, const char *file)
{
    for (int i = 0; i < report->chart_count; i++) {
        if (strcmp(report->charts[i].file, file) == 0) {
            return &report->charts[i];
        }
    }
    if (report->chart_count == CHARTS_MAX) {
        fail("too many charts");
    }
    struct chart *chart = &report->charts[report->chart_count++];
    *chart = (struct chart){.file = file};
    return chart;
}
