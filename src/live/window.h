/* window.h -- the newest messages of a room on one loop, rendered, ready to be spliced into a page.
 *
 * Loaded on demand, then kept up by what is published: a new fragment goes to the end, a changed one
 * replaces the older, a deleted one goes. A first page is composed from it without the store.
 * Owned by a hub's room; thread: that hub's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "bus/bus.h"
#include "html/html.h"
#include "base/limits.h"
#include "live/errand.h"

struct hub_room;
struct window_read;

struct window_entry {
    Seq seq;
    Seq rev;
    HtmlPiece piece; /* holds a reference */
};

/* Somebody who waits for a window to be loaded. */
struct window_wait {
    struct window_wait *next;
    void (*done)(struct window_wait *wait, enum err_kind error);
};

enum window_state { WINDOW_EMPTY, WINDOW_LOADING, WINDOW_READY };

struct window {
    enum window_state state;
    struct window_read *read; /* while LOADING: the one that fills it */
    struct window_entry entries[LIMIT_WINDOW]; /* in the order of seq */
    size_t count;
    bool has_older;   /* visible messages before the first entry */
    Seq head;         /* everything up to here is in it */
    PostNo last_post; /* after `head` */
    struct window_wait *waiting;
    struct bus_frame *pending; /* arrived while loading, each with a reference to its blob */
    size_t pending_count, pending_cap;
    bool is_old; /* became old while loading: emptied once those who wait have it */
};

/* Calls back when the window is ready: at once when it is. The caller keeps the room from going away
 * by having used it just now. */
void window_want(struct hub_room *room, struct window_wait *wait);
/* A change of the room, in order. */
void window_apply(struct hub_room *room, const struct bus_frame *frame);
/* What it shows is old: the next page loads it anew. Whoever waits now gets what is being loaded. */
void window_age(struct hub_room *room);
/* Empties it: the next page loads it anew. Not while somebody waits (they are answered BUSY). */
void window_clear(struct hub_room *room);
