/* report_text.c -- the report as markdown, and where its files go.
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "report_print.h"

#define QUIET 0.05 /* processors that others may keep busy */

enum { CELL = 96 };

/* --- words ------------------------------------------------------------------------------------ */

/* Three digits that count. */
static const char *format_number(double value, char text[32])
{
    if (isnan(value)) {
        return "–";
    }
    if (fabs(value) >= 1e6) {
        (void)snprintf(text, 32, "%.3g M", value / 1e6);
    } else if (fabs(value) >= 1000) {
        (void)snprintf(text, 32, "%.0f", value);
    } else {
        (void)snprintf(text, 32, "%.3g", value);
    }
    return text;
}

static const char *format_median(const struct series *series, char text[32])
{
    return format_number(series_median(series), text);
}

static void format_series(const struct series *series, char text[CELL])
{
    char number[32];
    if (series->count < 2) {
        (void)snprintf(text, CELL, "%s", format_median(series, number));
    } else {
        (void)snprintf(text, CELL, "%s ±%.0f %%", format_median(series, number),
                       50 * series_spread(series));
    }
}

static void format_reach(const struct figure *figure, char text[CELL])
{
    char number[32];
    switch (figure->reach) {
    case REACH_NONE:
        (void)snprintf(text, CELL, "–");
        break;
    case REACH_RATIO_AT_LEAST:
        (void)snprintf(text, CELL, "≥ %.2f", figure->target);
        break;
    case REACH_RATIO_AT_MOST:
        (void)snprintf(text, CELL, "≤ %.2f", figure->target);
        break;
    case REACH_VALUE_AT_MOST:
        (void)snprintf(text, CELL, "≤ %s", format_number(figure->target, number));
        break;
    }
}

/* --- figures ---------------------------------------------------------------------------------- */

static void print_sides(FILE *out, const struct sides *sides)
{
    char p50[32];
    char p99[32];
    char p999[32];
    char user[32];
    char system[32];
    char rss[32];
    if (sides->p50.count > 0) {
        (void)fprintf(out, " %s / %s / %s |", format_median(&sides->p50, p50),
                      format_median(&sides->p99, p99), format_median(&sides->p999, p999));
    } else {
        (void)fprintf(out, " – |");
    }
    if (sides->user.count > 0) {
        (void)fprintf(out, " %s + %s |", format_median(&sides->user, user),
                      format_median(&sides->system, system));
    } else {
        (void)fprintf(out, " – |");
    }
    (void)fprintf(out, " %s |\n", format_median(&sides->rss, rss));
}

static void print_figure(FILE *out, const struct figure *figure)
{
    char ours[CELL];
    char floor_text[CELL];
    char ratio[32];
    char reach[CELL];
    struct series ratios = figure_ratios(figure);
    format_series(&figure->ours, ours);
    format_series(&figure->floor, floor_text);
    format_reach(figure, reach);
    const char *reached = figure_is_reached(figure) ? "yes" : "**no**";
    (void)fprintf(out, "| %s | %s | %s | %s | %s | %s | %s |", figure->what, figure->unit, ours,
                  floor_text, format_median(&ratios, ratio), reach,
                  figure->reach == REACH_NONE ? "" : reached);
    print_sides(out, &figure->sides);
}

static void print_details(FILE *out, const struct figure *figure)
{
    if (figure->detail_count == 0 && figure->times_what == NULL && figure->cpu_unit == NULL) {
        return;
    }
    (void)fprintf(out, "\n**%s**", figure->what);
    if (figure->floor_what != NULL) {
        (void)fprintf(out, " (floor: %s)", figure->floor_what);
    }
    (void)fprintf(out, "\n\n");
    if (figure->times_what != NULL) {
        (void)fprintf(out, "- the times are of %s\n", figure->times_what);
    }
    if (figure->cpu_unit != NULL) {
        (void)fprintf(out, "- the CPU time is for each %s\n", figure->cpu_unit);
    }
    for (int i = 0; i < figure->detail_count; i++) {
        char text[CELL];
        format_series(&figure->details[i].series, text);
        (void)fprintf(out, "- %s: %s\n", figure->details[i].name, text);
    }
}

static void print_figures(FILE *out, const struct report *report)
{
    if (report->count == 0) {
        return;
    }
    (void)fprintf(out, "| figure | unit | ours | floor | ratio | reach | reached "
                       "| p50 / p99 / p99.9, ms | CPU, user + system, µs | RSS, MiB |\n"
                       "|---|---|---|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < report->count; i++) {
        print_figure(out, &report->figures[i]);
    }
}

/* --- costs and charts ------------------------------------------------------------------------- */

static void print_costs(FILE *out, const struct report *report)
{
    char text[32];
    char size[32];
    if (report->cost_count == 0) {
        return;
    }
    (void)fprintf(out, "\n## As things grow\n\n"
                       "What one unit of work costs at each size. Where work is linear or better, "
                       "the growth is at most about 1.\n\n"
                       "| cost | unit | grows with | 1st size | 2nd | 3rd | 4th | growth |\n"
                       "|---|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < report->cost_count; i++) {
        const struct cost *cost = &report->costs[i];
        (void)fprintf(out, "| %s | %s | %s |", cost->what, cost->unit, cost->size_what);
        for (int k = 0; k < SIZES_MAX; k++) {
            if (k < cost->size_count) {
                (void)fprintf(out, " at %s: %s |", format_number(cost->sizes[k], size),
                              format_median(&cost->values[k], text));
            } else {
                (void)fprintf(out, " |");
            }
        }
        (void)fprintf(out, " %s |\n", format_number(cost_growth(cost), text));
    }
}

static void print_charts(FILE *out, const struct report *report)
{
    for (int i = 0; i < report->chart_count; i++) {
        const struct chart *chart = &report->charts[i];
        (void)fprintf(out, "\n![%s](%s.svg)\n", chart->title, chart->file);
    }
}

static void print_others(FILE *out, double others)
{
    if (isnan(others)) {
        (void)fprintf(out, "How busy other programs kept the machine is not known: the peer is one "
                           "of them.\n\n");
        return;
    }
    (void)fprintf(out, "Other programs kept %.2f processors busy meanwhile%s.\n\n", others,
                  others > QUIET ? ": **too much for figures to be trusted**" : "");
}

void report_markdown(FILE *out, const struct report *report, const struct machine *machine)
{
    (void)fprintf(out,
                  "# What Parlor costs\n\n"
                  "Parlor %s on %s, %d processors, Linux %s, %s. Server on processor %d, load on "
                  "processor %d.\n\n    %s\n\n%d repeats of %.3g s, ours and floor in turn; median "
                  "and half the range.\n",
                  machine->commit, machine->cpu, machine->cores.count, machine->kernel,
                  machine->date, machine->cores.server, machine->cores.client, report->command,
                  report->repeats, report->seconds);
    print_others(out, report->others);
    print_figures(out, report);
    print_costs(out, report);
    print_charts(out, report);
    for (int i = 0; i < report->count; i++) {
        print_details(out, &report->figures[i]);
    }
}

/* --- files ------------------------------------------------------------------------------------ */

static void write_file(const char *path, const struct report *report, const struct machine *machine,
                       void (*print)(FILE *, const struct report *, const struct machine *))
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        fail_sys("%s", path);
    }
    print(out, report, machine);
    if (fclose(out) != 0) {
        fail_sys("%s", path);
    }
}

/* The charts of a text go beside it, since it names them without a folder. */
static void write_text(const char *path, const struct report *report, const struct machine *machine)
{
    char folder[512] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        (void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
    }
    write_file(path, report, machine, report_markdown);
    for (int i = 0; i < report->chart_count; i++) {
        chart_write(&report->charts[i], folder);
    }
}

/* Each cost as a line that begins at 1, so that what bends upwards is seen at once. */
static void draw_costs(struct report *report)
{
    if (report->cost_count == 0) {
        return;
    }
    struct chart *chart = report_chart(report, "scale");
    chart->title = "Cost of one unit as things grow";
    chart->x_label = "size, times the smallest";
    chart->y_label = "cost, times that at the smallest";
    chart->x_is_log = true;
    chart->y_is_log = true;
    for (int i = 0; i < report->cost_count && i < LINES_MAX; i++) {
        const struct cost *cost = &report->costs[i];
        struct chart_line *line = chart_line(chart, cost->what);
        for (int k = 0; k < cost->size_count; k++) {
            chart_point(line, cost->sizes[k] / cost->sizes[0],
                        series_median(&cost->values[k]) / series_median(&cost->values[0]));
        }
    }
}

void report_print(struct report *report, const struct cores *cores, const char *folder,
                  const char *path)
{
    struct machine machine;
    char file[512];
    machine_read(&machine, cores);
    draw_costs(report);
    (void)snprintf(file, sizeof(file), "%s/results.md", folder);
    write_text(file, report, &machine);
    (void)snprintf(file, sizeof(file), "%s/results.json", folder);
    write_file(file, report, &machine, report_json);
    if (path != NULL) {
        write_text(path, report, &machine);
    }
    report_markdown(stdout, report, &machine);
}
