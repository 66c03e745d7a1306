/* series.h -- one figure, measured several times.
 * SPDX-License-Identifier: MIT */
#pragma once

enum { REPEATS_MAX = 16 };

struct series {
    double values[REPEATS_MAX];
    int count;
};

void series_add(struct series *series, double value);
/* Not a number when there are none. */
double series_median(const struct series *series);
/* (greatest - least) / median */
double series_spread(const struct series *series);
