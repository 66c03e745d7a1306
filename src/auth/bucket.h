/* bucket.h -- token bucket rates (burst and refill), 8 bytes each. Pure: the time is passed in.
 *
 * The time is kept to 32 bits: who comes back after 25 days finds at least what they left.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/clock.h"

struct bucket {
    uint32_t at_ms;      /* when `level` was true, modulo 2^32; 0: never used, full */
    int32_t level_milli; /* tokens × 1000 */
};

/* Whether at least half of the burst is there again: whoever is over a rate all the time never gets so
 * far. As of the last take. */
bool bucket_is_rested(const struct bucket *bucket, int burst);
/* Takes one token. 0: taken; else the milliseconds until there is one. rate_per_s 0: no limit. */
Millis bucket_take(struct bucket *bucket, Millis now, int rate_per_s, int burst);
