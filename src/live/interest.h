/* interest.h -- which loops want to hear of which rooms.
 *
 * A loop sets its bit before it reads anything of a room, and the writer lane reads the bits after the
 * commit; so a change is either in what the loop reads or is sent to it, or both, never neither. The
 * table is fixed in size: rooms that share a slot cost a letter that is dropped on arrival, no more.
 * Thread: interest_loops any; the rest the loop's own.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdatomic.h>

#include "chat/ids.h"
#include "base/limits.h"

struct interest_table {
    _Atomic uint64_t slots[LIMIT_INTEREST_SLOTS]; /* bit n: loop n */
};

/* One loop's own count of its rooms by slot. */
struct interest {
    struct interest_table *table;
    uint64_t bit;
    uint32_t counts[LIMIT_INTEREST_SLOTS];
};

void interest_init(struct interest *interest, struct interest_table *table, int loop_index);
void interest_add(struct interest *interest, RoomId room);
void interest_drop(struct interest *interest, RoomId room);
/* Bits of the loops that may be interested. */
uint64_t interest_loops(struct interest_table *table, RoomId room);
