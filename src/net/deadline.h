/* deadline.h -- one deadline per connection, for tens of thousands of them, at 24 bytes each.
 *
 * All deadlines of one duration form a queue that is in order by itself, so setting, moving and
 * dropping one costs a few pointer writes, and one timer a loop looks only at queue heads. Resolution
 * is DEADLINE_TICK_MS. Thread: the loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "base/list.h"

enum { DEADLINE_TICK_MS = 250, DEADLINE_DURATIONS = 16 };

struct deadline {
    struct list_node node;
    Millis due_ms; /* monotonic */
};

struct deadline_queue {
    Millis duration_ms;
    struct list waiting;
};

/* Owned by a loop; zero durations in use at start. */
struct deadlines {
    struct deadline_queue queues[DEADLINE_DURATIONS];
    int queue_count;
};

void deadlines_init(struct deadlines *deadlines);
/* (Re)starts `deadline`; durations are few and constant (CHECKed). */
void deadline_set(struct deadlines *deadlines, struct deadline *deadline, Millis now,
                  Millis duration_ms);
void deadline_clear(struct deadline *deadline);
/* Calls `fire` for each one that is due, after clearing it; `fire` may set it again. */
void deadlines_run(struct deadlines *deadlines, Millis now, void (*fire)(struct deadline *deadline));
