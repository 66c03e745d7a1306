/* bus.h -- how what was committed becomes known: on this node, and with a cluster on the others.
 *
 * The bus may lose, repeat or reorder, because the number of a change shows every fault and the store
 * mends it. Local commits enter through the same door as frames of other nodes, so there is one way to
 * be told. Knows nothing of sockets or chat: rooms and people are numbers here. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/blob.h"

enum bus_kind {
    BUS_CHANGE,      /* a room has a new change, with its fragment ready for clients */
    BUS_INVALIDATE,  /* cached facts about a person, or all room lists (id 0), are old */
    BUS_READ,        /* a person has read a room up to a post */
    BUS_RENAME,      /* a person is shown differently: so are the messages that were rendered of theirs */
    BUS_SESSION_END, /* a session is over: its sockets are to be closed */
    BUS_ROOMS,       /* as INVALIDATE, and the person's (0: everybody's) pages list other rooms now */
    BUS_MEMBER_END,  /* a person is in a room no more: their sockets in it are to be closed */
};

struct bus_frame {
    enum bus_kind kind;
    int64_t room; /* CHANGE, MEMBER_END */
    int64_t seq;  /* CHANGE: the number of the change */
    int64_t ref;  /* CHANGE: seq of the message that the fragment shows */
    int64_t post; /* CHANGE: the room's last post after it */
    int64_t person; /* CHANGE: author; INVALIDATE, ROOMS: whose, 0 for all; others: whose */
    bool is_gone; /* CHANGE: the message is to vanish from sight */
    uint8_t session[32];  /* SESSION_END: the token's hash */
    uint32_t markup_at;   /* CHANGE: where the markup begins in `blob`, after the frame's header */
    struct blob *blob;    /* CHANGE: a whole WebSocket frame; the receiver takes its own reference */
};

struct bus;

/* The receiver runs on the publisher's thread and must not block. */
typedef void (*BusReceiver)(void *context, const struct bus_frame *frame);

/* The bus of a single node. */
struct bus *bus_local_create(BusReceiver receiver, void *context);
void bus_destroy(struct bus *bus); /* takes null */
void bus_publish(struct bus *bus, const struct bus_frame *frame);
