/* fanout_drive.h -- one room, saturated or with one post in flight.
 *
 * Saturated: some members post again whenever a post of theirs is acknowledged, so there are always
 * as many posts under way; a floor is sent credits up to some rounds ahead of what everybody has
 * got. One in flight: the next post follows when everybody has the last.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "fanout.h"

/* Drive a fan-out that is open, audit it and take it down. */
struct fanout_result fanout_saturate(struct fanout *fanout);
struct fanout_result fanout_one_by_one(struct fanout *fanout);
