/* report.h -- figures, their floors, and what belongs to them.
 *
 * A figure is measured several times in turn with its floor; the ratio is the median of the pairs'
 * ratios, so that a machine that drifts does not make one. How it is printed is in report_text.c
 * and report_json.c.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chart.h"
#include "series.h"
#include "times.h"
#include "usage.h"

enum { DETAILS_MAX = 24, FIGURES_MAX = 48, COSTS_MAX = 16, SIZES_MAX = 4, CHARTS_MAX = 4 };

enum reach { REACH_NONE, REACH_RATIO_AT_LEAST, REACH_RATIO_AT_MOST, REACH_VALUE_AT_MOST };

struct detail {
    const char *name;
    struct series series;
};

/* What a figure of one side took beside it; a series is empty where there is none. */
struct sides {
    struct series p50, p99, p999; /* ms */
    struct series user, system;   /* us of server CPU, for each `cpu_unit` */
    struct series rss;            /* MiB */
};

struct figure {
    const char *row, *what, *unit;
    struct series ours, floor; /* floor: as many values, or none */
    const char *floor_what;
    enum reach reach;
    double target;
    const char *times_what; /* which time p50, p99 and p99.9 are of */
    const char *cpu_unit;   /* what `user` and `system` are for each of */
    struct sides sides;
    struct detail details[DETAILS_MAX];
    int detail_count;
};

/* Adds a value to the detail of this name (a literal). */
void figure_detail(struct figure *figure, const char *name, double value);
/* The columns beside the figure. `what` and `unit` are literals, the same at each repeat. */
void figure_times(struct figure *figure, struct times *times, const char *what);
void figure_cpu(struct figure *figure, const struct usage_span *span, double units,
                const char *unit);
void figure_rss(struct figure *figure, const struct memory *memory);
/* Of each repeat, ours to the floor's. */
struct series figure_ratios(const struct figure *figure);
/* Whether the target is reached; true where there is none. */
bool figure_is_reached(const struct figure *figure);

/* What one unit of work costs at several sizes of what it could depend on. Where work is linear
 * the cost of a unit stays the same. */
struct cost {
    const char *what, *unit, *size_what;
    double sizes[SIZES_MAX];
    struct series values[SIZES_MAX];
    int size_count;
};

void cost_add(struct cost *cost, double size, double value);
/* The cost at the largest size to that at the smallest. */
double cost_growth(const struct cost *cost);

struct report {
    struct figure figures[FIGURES_MAX];
    int count;
    struct cost costs[COSTS_MAX];
    int cost_count;
    struct chart charts[CHARTS_MAX];
    int chart_count;
    const char *command;
    double seconds;
    int repeats;
    double others; /* processors that other programs kept busy meanwhile; not a number: unknown */
};

/* A figure is made at each call; a cost and a chart are found again by their name. */
struct figure *report_figure(struct report *report, const char *row, const char *what,
                             const char *unit);
struct cost *report_cost(struct report *report, const char *what, const char *unit,
                         const char *size_what);
/* `file` is its name without an ending. */
struct chart *report_chart(struct report *report, const char *file);

/* The tables, on standard output and as FOLDER/results.md, beside it the charts and all values as
 * FOLDER/results.json. `path`, unless it is null, gets the same tables, with the charts beside it.
 */
void report_print(struct report *report, const struct cores *cores, const char *folder,
                  const char *path);
