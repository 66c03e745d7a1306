/* bucket.c -- see bucket.h.
 * SPDX-License-Identifier: MIT */
#include "auth/bucket.h"

#include "base/check.h"

enum { TOKEN = 1000 }; /* the level counts thousandths, which a rate a second adds each millisecond */

Millis bucket_take(struct bucket *bucket, Millis now, int rate_per_s, int burst)
{
    if (rate_per_s == 0) {
        return 0;
    }
    int64_t full = (int64_t)burst * TOKEN;
    bool is_new = bucket->at_ms == 0;
    int64_t level = is_new ? full : bucket->level_milli + (now - bucket->at_ms) * rate_per_s;
    level = MIN(level, full);
    bucket->at_ms = now;
    Millis wait = level >= TOKEN ? 0 : (TOKEN - level + rate_per_s - 1) / rate_per_s;
    bucket->level_milli = (int32_t)(wait == 0 ? level - TOKEN : level);
    return wait;
}
