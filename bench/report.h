/* report.h -- figures, their floors, and how they are printed.
 *
 * A figure is measured several times in turn with its floor; the ratio is the median of the pairs'
 * ratios, so that a machine that drifts does not make one.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

enum { REPEATS_MAX = 16, DETAILS_MAX = 24, FIGURES_MAX = 24 };

struct series {
    double values[REPEATS_MAX];
    int count;
};

void series_add(struct series *series, double value);
double series_median(const struct series *series);
/* (greatest - least) / median */
double series_spread(const struct series *series);
/* Sorts `values`; the one below which `share` of them lie. */
double percentile(double *values, int64_t count, double share);

enum reach { REACH_NONE, REACH_RATIO_AT_LEAST, REACH_RATIO_AT_MOST, REACH_VALUE_AT_MOST };

struct detail {
    const char *name;
    struct series series;
};

struct figure {
    const char *row, *what, *unit;
    struct series ours, floor; /* floor: as many values, or none */
    const char *floor_what;
    enum reach reach;
    double target;
    struct detail details[DETAILS_MAX];
    int detail_count;
};

/* Adds a value to the detail of this name (a literal). */
void figure_detail(struct figure *figure, const char *name, double value);

struct report {
    struct figure figures[FIGURES_MAX];
    int count;
    const char *command;
    double seconds;
    int repeats;
    double others; /* processors that other programs kept busy meanwhile */
};

struct figure *report_figure(struct report *report, const char *row, const char *what,
                             const char *unit);
/* The table, on standard output and as FOLDER/results.md; all values as FOLDER/results.json. */
void report_print(const struct report *report, const struct cores *cores, const char *folder);
