/* ids.h -- the numbers that name things.
 *
 * All are positive int64; 0 means none. They are given by the store and never reused.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/str.h"

typedef int64_t PersonId;
typedef int64_t RoomId;
typedef int64_t Seq;    /* place of a change in its room's log: 1, 2, 3 … without a gap */
typedef int64_t PostNo; /* place of a message among its room's posts; unread = last - read */

/* Parses an id from a URL or a frame: strict decimal, 1 to INT64_MAX. */
MUST_USE bool id_parse(Str s, int64_t *ret_id);
