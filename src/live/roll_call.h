/* roll_call.h -- who of some people is in a room right now: has a page open there, on any loop.
 *
 * One letter goes round the loops; each ticks off whom it knows, and the last sends it home. Nothing is
 * kept or shared for it: whoever is here is known by their sockets, to the loop that owns them. Thread:
 * started and answered on the asker's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "live/live.h"
#include "net/mailbox.h"

/* Embed it, with the first four filled in; all of it stays until `done`. */
struct roll_call {
    RoomId room;
    const PersonId *people;
    size_t count;
    bool *is_here; /* one a person; true at first for whom nobody need ask */

    struct mail mail;
    struct live *live;
    struct loop *home;
    int visited; /* loops */
    void (*done)(struct roll_call *call);
};

void roll_call_start(struct roll_call *call, struct live *live, struct loop *home,
                     void (*done)(struct roll_call *call));
