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
    int32_t passed = (int32_t)((uint32_t)now - bucket->at_ms); /* another loop's clock may be behind */
    int64_t level = is_new ? full : bucket->level_milli + (int64_t)MAX(passed, 0) * rate_per_s;
    level = MIN(level, full);
    if (is_new || passed > 0) {
        bucket->at_ms = MAX((uint32_t)now, 1U);
    }
    Millis wait = level >= TOKEN ? 0 : (TOKEN - level + rate_per_s - 1) / rate_per_s;
    bucket->level_milli = (int32_t)(wait == 0 ? level - TOKEN : level);
    return wait;
}

bool bucket_is_rested(const struct bucket *bucket, int burst)
{
    return bucket->level_milli >= (int64_t)burst * TOKEN / 2;
}
