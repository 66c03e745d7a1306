/* series.c -- see series.h.
 * SPDX-License-Identifier: MIT */
#include "series.h"

#include <math.h>
#include <stdlib.h>

#include "fail.h"

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
