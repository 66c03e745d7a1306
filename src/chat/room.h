/* room.h -- the rules of rooms: kinds, names, and what may happen in one.
 *
 * Pure. Rights are judged twice with these functions: for what is shown, and again inside the write
 * transaction, which alone decides.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "chat/ids.h"

enum room_kind { ROOM_OPEN = 1, ROOM_PRIVATE = 2, ROOM_DIRECT = 3, ROOM_THREAD = 4 }; /* stored */
enum member_role { MEMBER_LEFT = 0, MEMBER_PLAIN = 1, MEMBER_MODERATOR = 2 };         /* stored */

/* A room as one person sees it. `role` is LEFT when they are not in it, and read_post 0. */
struct room_entry {
    RoomId id;
    enum room_kind kind;
    Str name;
    Str topic;
    int64_t people; /* how many are in it */
    enum member_role role;
    PostNo last_post;
    PostNo read_post;
};

/* Somebody who is in a room. */
struct room_member {
    PersonId id;
    Str name;
    Str shown_handle; /* goes behind the name; empty: the name is enough */
    enum member_role role;
    bool is_admin; /* of the house */
};

/* What takes a number without being a post. The first four and THREAD change a message that is there,
 * and are rows of `change`; the others happen to the room, and are messages of their own (events).
 * Stored: never renumber. */
enum change_kind {
    CHANGE_NONE = 0,
    CHANGE_EDIT = 1,
    CHANGE_DELETE = 2,
    CHANGE_REACTION = 3,
    CHANGE_PIN = 4,
    CHANGE_TOPIC = 5,
    CHANGE_RENAME = 6,
    CHANGE_JOIN = 7,
    CHANGE_LEAVE = 8,
    CHANGE_THREAD = 9,
};

/* UTF-8, trimmed, no control or bidi characters, 1 to LIMIT_ROOM_NAME bytes. */
MUST_USE bool room_name_clean(struct arena *arena, Str input, Str *ret_name, struct err *err);
/* The same, up to LIMIT_TOPIC bytes; empty is fine, and means that there is none. */
MUST_USE bool room_topic_clean(struct arena *arena, Str input, Str *ret_topic, struct err *err);
bool room_may_read(enum member_role role);
bool room_may_post(enum member_role role);
