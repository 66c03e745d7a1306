/* interest.c -- sequentially consistent on purpose: the order "bit, then read" against "commit, then
 * look at the bits" is what the promise rests on.
 * SPDX-License-Identifier: MIT */
#include "live/interest.h"

static size_t slot_of(RoomId room)
{
    return (size_t)room % LIMIT_INTEREST_SLOTS; /* rooms are numbered one by one: no hash needed */
}

void interest_init(struct interest *interest, struct interest_table *table, int loop_index)
{
    CHECK(loop_index >= 0 && loop_index < LIMIT_LOOPS);
    interest->table = table;
    interest->bit = UINT64_C(1) << loop_index;
}

void interest_add(struct interest *interest, RoomId room)
{
    size_t slot = slot_of(room);
    if (interest->counts[slot]++ == 0) {
        (void)atomic_fetch_or(&interest->table->slots[slot], interest->bit);
    }
}

void interest_drop(struct interest *interest, RoomId room)
{
    size_t slot = slot_of(room);
    CHECK(interest->counts[slot] > 0);
    if (--interest->counts[slot] == 0) {
        (void)atomic_fetch_and(&interest->table->slots[slot], ~interest->bit);
    }
}

uint64_t interest_loops(struct interest_table *table, RoomId room)
{
    return atomic_load(&table->slots[slot_of(room)]);
}
