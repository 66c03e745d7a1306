/* clock.h -- the two clocks.
 *
 * Wall time only for what people read and what is stored; every timeout uses the monotonic clock, so
 * a jump of the wall clock neither fires nor delays anything. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

typedef int64_t Millis; /* milliseconds: since the Unix epoch (UTC) or since an unnamed start */

Millis clock_wall_ms(void);
Millis clock_mono_ms(void);
int64_t clock_mono_us(void);
