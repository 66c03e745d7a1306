/* bucket.h -- token bucket rates (burst and refill), 16 bytes each. Pure: the time is passed in.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"

struct bucket {
    Millis at_ms;      /* when `level` was true; 0: never used, full */
    int32_t level_milli; /* tokens × 1000 */
};

/* Takes one token. 0: taken; else the milliseconds until there is one. rate_per_s 0: no limit. */
Millis bucket_take(struct bucket *bucket, Millis now, int rate_per_s, int burst);
