/* clock.c -- see clock.h.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

#include "base/check.h"

static int64_t microseconds(clockid_t clock)
{
    struct timespec now;
    CHECK_EQ(clock_gettime(clock, &now), 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

Millis clock_wall_ms(void)
{
    return microseconds(CLOCK_REALTIME) / 1000;
}

Millis clock_mono_ms(void)
{
    return microseconds(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return microseconds(CLOCK_MONOTONIC);
}
