/* store_rooms.h -- the verbs of rooms and of who is in them. See store_op.h.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/room.h"
#include "store/store_op.h"

/* Adds an open room and makes every active person a member. */
struct store_room_add {
    struct store_op op;
    Str name; /* clean */
    Millis now_ms;
    RoomId id;
};

/* The rooms that a person is in, by name then id; at most LIMIT_ROOMS_PER_PERSON. */
struct store_room_list {
    struct store_op op;
    PersonId person;
    const struct room_entry *rooms;
    size_t room_count;
};

/* Moves a read mark forward, never back, never beyond the room's last post. */
struct store_read_mark {
    struct store_op op;
    RoomId room;
    PersonId person;
    PostNo post;
};
