/* report_json.c -- all values of a report, for other programs.
 * SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "report_print.h"

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

/* Nothing where there is no text. */
static void json_member(FILE *out, const char *name, const char *text)
{
    if (text != NULL) {
        (void)fprintf(out, ", ");
        json_text(out, name);
        (void)fprintf(out, ": ");
        json_text(out, text);
    }
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

static void json_sides(FILE *out, const struct figure *figure)
{
    json_series(out, "p50_ms", &figure->sides.p50);
    json_series(out, "p99_ms", &figure->sides.p99);
    json_series(out, "p999_ms", &figure->sides.p999);
    json_series(out, "cpu_user_us", &figure->sides.user);
    json_series(out, "cpu_system_us", &figure->sides.system);
    json_series(out, "rss_mib", &figure->sides.rss);
    json_member(out, "times_of", figure->times_what);
    json_member(out, "cpu_each", figure->cpu_unit);
}

static void json_figure(FILE *out, const struct figure *figure)
{
    struct series ratios = figure_ratios(figure);
    (void)fprintf(out, "    {\"row\": ");
    json_text(out, figure->row);
    json_member(out, "what", figure->what);
    json_member(out, "unit", figure->unit);
    json_series(out, "ours", &figure->ours);
    json_series(out, "floor", &figure->floor);
    json_member(out, "floor_what", figure->floor_what);
    if (ratios.count > 0) {
        (void)fprintf(out, ", \"ratio\": %.6g", series_median(&ratios));
    }
    if (figure->reach != REACH_NONE) {
        (void)fprintf(out, ", \"target\": %.6g, \"reached\": %s", figure->target,
                      figure_is_reached(figure) ? "true" : "false");
    }
    (void)fprintf(out, "\n     ");
    json_sides(out, figure);
    (void)fprintf(out, ",\n     \"details\": {\"repeats\": %d", figure->ours.count);
    for (int i = 0; i < figure->detail_count; i++) {
        json_series(out, figure->details[i].name, &figure->details[i].series);
    }
    (void)fprintf(out, "}}");
}

static void json_cost(FILE *out, const struct cost *cost)
{
    (void)fprintf(out, "    {\"what\": ");
    json_text(out, cost->what);
    json_member(out, "unit", cost->unit);
    json_member(out, "grows_with", cost->size_what);
    (void)fprintf(out, ", \"sizes\": [");
    for (int i = 0; i < cost->size_count; i++) {
        (void)fprintf(out, "%s{\"size\": %.9g", i > 0 ? ", " : "", cost->sizes[i]);
        json_series(out, "cost", &cost->values[i]);
        (void)fprintf(out, "}");
    }
    (void)fprintf(out, "]}");
}

void report_json(FILE *out, const struct report *report, const struct machine *machine)
{
    (void)fprintf(out, "{\n  \"commit\": ");
    json_text(out, machine->commit);
    json_member(out, "date", machine->date);
    json_member(out, "cpu", machine->cpu);
    json_member(out, "kernel", machine->kernel);
    json_member(out, "command", report->command);
    (void)fprintf(out,
                  ", \"processors\": %d, \"seconds\": %.6g, \"repeats\": %d, \"others_busy\": ",
                  machine->cores.count, report->seconds, report->repeats);
    (void)fprintf(out, isnan(report->others) ? "null" : "%.3g", report->others);
    (void)fprintf(out, ",\n  \"figures\": [\n");
    for (int i = 0; i < report->count; i++) {
        json_figure(out, &report->figures[i]);
        (void)fprintf(out, "%s\n", i + 1 < report->count ? "," : "");
    }
    (void)fprintf(out, "  ],\n  \"costs\": [\n");
    for (int i = 0; i < report->cost_count; i++) {
        json_cost(out, &report->costs[i]);
        (void)fprintf(out, "%s\n", i + 1 < report->cost_count ? "," : "");
    }
    (void)fprintf(out, "  ]\n}\n");
}
