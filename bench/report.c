/* report.c -- see report.h.
 * SPDX-License-Identifier: MIT */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "machine.h"

#define QUIET 0.05

/* --- series
 * --------------------------------------------------------------------------------------- */

void series_add(struct series *series, double value)
{
    if (series->count == REPEATS_MAX) {
        fail("more than %d repeats", REPEATS_MAX);
    }
    series->values[series->count++] = value;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double percentile(double *values, int64_t count, double share)
{
    if (count == 0) {
        return NAN;
    }
    qsort(values, (size_t)count, sizeof(double), compare);
    int64_t index = (int64_t)ceil(share * (double)count) - 1;
    return values[index < 0 ? 0 : index];
}

double series_median(const struct series *series)
{
    struct series sorted = *series;
    if (sorted.count == 0) {
        return NAN;
    }
    qsort(sorted.values, (size_t)sorted.count, sizeof(double), compare);
    int middle = sorted.count / 2;
    return sorted.count % 2 == 1 ? sorted.values[middle]
                                 : (sorted.values[middle - 1] + sorted.values[middle]) / 2;
}

double series_spread(const struct series *series)
{
    double least = INFINITY;
    double most = -INFINITY;
    for (int i = 0; i < series->count; i++) {
        least = fmin(least, series->values[i]);
        most = fmax(most, series->values[i]);
    }
    return (most - least) / series_median(series);
}

/* --- figures
 * -------------------------------------------------------------------------------------- */

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

static struct series ratios(const struct figure *figure)
{
    struct series all = {0};
    for (int i = 0; i < figure->floor.count && i < figure->ours.count; i++) {
        series_add(&all, figure->ours.values[i] / figure->floor.values[i]);
    }
    return all;
}

/* --- words
 * ------------------------------------------------------------------------------------------ */

/* Three digits that count, and thousands apart. */
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

static void format_series(const struct series *series, char text[64])
{
    char number[32];
    if (series->count == 0) {
        (void)snprintf(text, 64, "–");
    } else if (series->count == 1) {
        (void)snprintf(text, 64, "%s", format_number(series->values[0], number));
    } else {
        (void)snprintf(text, 64, "%s ±%.0f %%", format_number(series_median(series), number),
                       50 * series_spread(series));
    }
}

/* What is to be reached, and whether it is. */
static bool format_reach(const struct figure *figure, double ratio, char text[32])
{
    char number[32];
    double median = series_median(&figure->ours);
    switch (figure->reach) {
    case REACH_NONE:
        (void)snprintf(text, 32, "–");
        return true;
    case REACH_RATIO_AT_LEAST:
        (void)snprintf(text, 32, "≥ %.2f", figure->target);
        return ratio >= figure->target;
    case REACH_RATIO_AT_MOST:
        (void)snprintf(text, 32, "≤ %.2f", figure->target);
        return ratio <= figure->target;
    case REACH_VALUE_AT_MOST:
        (void)snprintf(text, 32, "≤ %s", format_number(figure->target, number));
        return median <= figure->target;
    }
    return false;
}

/* --- markdown
 * --------------------------------------------------------------------------------------- */

static void print_row(FILE *out, const struct figure *figure)
{
    char ours[64];
    char floor_text[64];
    char ratio_text[64];
    char reach[32];
    struct series all = ratios(figure);
    format_series(&figure->ours, ours);
    format_series(&figure->floor, floor_text);
    (void)snprintf(ratio_text, sizeof(ratio_text), all.count > 0 ? "%.2f" : "–",
                   all.count > 0 ? series_median(&all) : 0);
    bool is_reached = format_reach(figure, series_median(&all), reach);
    (void)fprintf(out, "| %s | %s | %s | %s | %s | %s | %s |\n", figure->what, figure->unit, ours,
                  floor_text, ratio_text, reach,
                  figure->reach == REACH_NONE ? "" : (is_reached ? "yes" : "**no**"));
}

static void print_details(FILE *out, const struct figure *figure)
{
    if (figure->detail_count == 0) {
        return;
    }
    (void)fprintf(out, "\n**%s**", figure->what);
    if (figure->floor_what != NULL) {
        (void)fprintf(out, " (floor: %s)", figure->floor_what);
    }
    (void)fprintf(out, "\n\n");
    for (int i = 0; i < figure->detail_count; i++) {
        char text[64];
        format_series(&figure->details[i].series, text);
        (void)fprintf(out, "- %s: %s\n", figure->details[i].name, text);
    }
}

static void print_markdown(FILE *out, const struct report *report, const struct machine *machine)
{
    (void)fprintf(out,
                  "Parlor %s on %s, %d processors, Linux %s, %s. Server on processor %d, load on "
                  "processor %d.\n`%s`: %d repeats of %.3g s, ours and floor in turn; median and "
                  "half the range. ",
                  machine->commit, machine->cpu, machine->cores.count, machine->kernel,
                  machine->date, machine->cores.server, machine->cores.client, report->command,
                  report->repeats, report->seconds);
    (void)fprintf(out, "Other programs kept %.2f processors busy meanwhile%s.\n\n", report->others,
                  report->others > QUIET ? ": **too much for figures to be trusted**" : "");
    (void)fprintf(out, "| figure | unit | ours | floor | ratio | reach | reached |\n"
                       "|---|---|---|---|---|---|---|\n");
    for (int i = 0; i < report->count; i++) {
        print_row(out, &report->figures[i]);
    }
    for (int i = 0; i < report->count; i++) {
        print_details(out, &report->figures[i]);
    }
}

/* --- JSON
 * --------------------------------------------------------------------------------------------- */

static void json_text(FILE *out, const char *text)
{
    (void)fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            (void)fputc('\\', out);
        }
        (void)fputc(*text, out);
    }
    (void)fputc('"', out);
}

static void json_series(FILE *out, const char *name, const struct series *series)
{
    (void)fprintf(out, ", ");
    json_text(out, name);
    (void)fprintf(out, ": [");
    for (int i = 0; i < series->count; i++) {
        (void)fprintf(out, isfinite(series->values[i]) ? "%s%.9g" : "%snull", i > 0 ? ", " : "",
                      series->values[i]);
    }
    (void)fprintf(out, "]");
}

static void json_figure(FILE *out, const struct figure *figure)
{
    char reach[32];
    struct series all = ratios(figure);
    (void)fprintf(out, "    {\"row\": ");
    json_text(out, figure->row);
    (void)fprintf(out, ", \"what\": ");
    json_text(out, figure->what);
    (void)fprintf(out, ", \"unit\": ");
    json_text(out, figure->unit);
    json_series(out, "ours", &figure->ours);
    json_series(out, "floor", &figure->floor);
    if (all.count > 0) {
        (void)fprintf(out, ", \"ratio\": %.6g", series_median(&all));
    }
    if (figure->reach != REACH_NONE) {
        bool is_reached = format_reach(figure, series_median(&all), reach);
        (void)fprintf(out, ", \"target\": %.6g, \"reached\": %s", figure->target,
                      is_reached ? "true" : "false");
    }
    (void)fprintf(out, ",\n     \"details\": {\"repeats\": %d", figure->ours.count);
    for (int i = 0; i < figure->detail_count; i++) {
        json_series(out, figure->details[i].name, &figure->details[i].series);
    }
    (void)fprintf(out, "}}");
}

static void print_json(FILE *out, const struct report *report, const struct machine *machine)
{
    (void)fprintf(out, "{\n  \"commit\": ");
    json_text(out, machine->commit);
    (void)fprintf(out, ", \"date\": ");
    json_text(out, machine->date);
    (void)fprintf(out, ", \"cpu\": ");
    json_text(out, machine->cpu);
    (void)fprintf(out, ", \"processors\": %d, \"kernel\": ", machine->cores.count);
    json_text(out, machine->kernel);
    (void)fprintf(out, ", \"command\": ");
    json_text(out, report->command);
    (void)fprintf(
        out, ", \"seconds\": %.6g, \"repeats\": %d, \"others_busy\": %.3g,\n  \"figures\": [\n",
        report->seconds, report->repeats, report->others);
    for (int i = 0; i < report->count; i++) {
        json_figure(out, &report->figures[i]);
        (void)fprintf(out, "%s\n", i + 1 < report->count ? "," : "");
    }
    (void)fprintf(out, "  ]\n}\n");
}

static void write_file(const char *folder, const char *name, const struct report *report,
                       const struct machine *machine,
                       void (*print)(FILE *, const struct report *, const struct machine *))
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        fail_sys("%s", path);
    }
    print(out, report, machine);
    if (fclose(out) != 0) {
        fail_sys("%s", path);
    }
}

void report_print(const struct report *report, const struct cores *cores, const char *folder)
{
    struct machine machine;
    machine_read(&machine, cores);
    write_file(folder, "results.md", report, &machine, print_markdown);
    write_file(folder, "results.json", report, &machine, print_json);
    print_markdown(stdout, report, &machine);
}
