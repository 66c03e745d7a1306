/* times.c -- see times.h.
 * SPDX-License-Identifier: MIT */
#include "times.h"

#include <math.h>
#include <stdlib.h>

#include "fail.h"

enum { FIRST_CAP = 4096 };

void times_add(struct times *times, double ms)
{
    if (times->count == times->cap) {
        times->cap = times->cap == 0 ? FIRST_CAP : 2 * times->cap;
        times->ms = grow(times->ms, (size_t)times->cap, sizeof(double));
    }
    times->ms[times->count++] = ms;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

double times_percentile(struct times *times, double share)
{
    if (times->count == 0) {
        return NAN;
    }
    qsort(times->ms, (size_t)times->count, sizeof(double), compare);
    int64_t index = (int64_t)ceil(share * (double)times->count) - 1;
    return times->ms[index < 0 ? 0 : index];
}

void times_clear(struct times *times)
{
    times->count = 0;
}

void times_free(struct times *times)
{
    free(times->ms);
    *times = (struct times){0};
}
