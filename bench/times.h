/* times.h -- how long each of many things took, in milliseconds.
 *
 * All of them are kept, so that a percentile is one of the times and no bucket's edge.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

struct times {
    double *ms; /* in no order */
    int64_t count, cap;
};

void times_add(struct times *times, double ms);
/* The one below which `share` of them lie; not a number when there is none. Sorts them. */
double times_percentile(struct times *times, double share);
/* Forgets what was before the part that counts. */
void times_clear(struct times *times);
void times_free(struct times *times);
