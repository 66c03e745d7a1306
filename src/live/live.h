/* live.h -- the live side of the program: one hub a loop, fed by the bus, in front of the store.
 *
 * Created before the loops run, destroyed after they ended, before they and the store go. Fields are
 * constant while running. Thread: any, unless said otherwise.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdatomic.h>

#include "bus/bus.h"
#include "chat/message.h"
#include "live/errand.h"
#include "live/interest.h"
#include "live/person_limits.h"
#include "settings.h"

struct hub;

struct live {
    const struct settings *settings;
    struct store *store;
    struct bus *bus;
    Str epoch;
    struct interest_table interest;
    struct person_limits limits;
    struct hub *hubs[LIMIT_LOOPS];
    int hub_count;
    atomic_int serving; /* hubs that live_drain has not reached */
};

struct live *live_create(const struct settings *settings, struct store *store,
                         struct loop *const *loops, int loop_count);
void live_destroy(struct live *live); /* takes null */

/* Begins graceful shutdown on every loop: sockets whose operations are answered close with 1012. */
void live_drain(struct live *live);
/* Whether every loop takes no more live sockets. Thread: any. */
bool live_is_drained(const struct live *live);

/* A message on its way into the store. Embed; fill in post's inputs; `done` of the errand runs on the
 * asker's loop. The publication happens before, on the writer lane, right after the commit. */
struct live_post {
    struct errand errand;
    struct live *live;
    struct store_post post;
};
void live_post_start(struct live_post *post, struct live *live, struct loop *loop,
                     void (*done)(struct errand *errand));

/* An edit or a deletion on its way into the store; the same way, and the same publication. */
struct live_change {
    struct errand errand;
    struct live *live;
    struct store_message_change change;
};
void live_change_start(struct live_change *change, struct live *live, struct loop *loop,
                       void (*done)(struct errand *errand));

/* What somebody does to a room, on its way into the store. Caches forget what the event will tell
 * before it is published; who has left is written to up to the event, and then no more. */
struct live_room_change {
    struct errand errand;
    struct live *live;
    struct store_room_change change;
};
void live_room_change_start(struct live_room_change *change, struct live *live, struct loop *loop,
                            void (*done)(struct errand *errand));

/* Tells every loop that a session is over: its sockets close with 4401 after what they had coming. */
void live_end_session(struct live *live, PersonId person, const uint8_t *token_hash);
/* Tells every loop that a person is shown differently; open pages keep what they show until they reload. */
void live_rename(struct live *live, PersonId person);
/* Tells every loop that what it remembers about a person is old; 0: all room lists. */
void live_invalidate(struct live *live, PersonId person);
/* The same, and that the person's (0: everybody's) open pages are to fetch their list of rooms anew. */
void live_rooms_changed(struct live *live, PersonId person);
