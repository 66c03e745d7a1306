/* store_rooms.h -- the verbs of rooms and of who is in them. See store_op.h.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/message.h"
#include "chat/rights.h"
#include "store/store_op.h"

/* Adds an open room and makes every active person a member, and the maker its moderator. Made by a
 * person, it must be one of at most LIMIT_OPEN_ROOMS: CONFLICT. DENIED: the maker has no account. */
struct store_room_add {
    struct store_op op;
    Str name;       /* clean */
    PersonId maker; /* 0: a command */
    Millis now_ms;
    RoomId id;
};

/* What somebody does to a room: joins or leaves it, names it, sets its topic. It takes the room's next
 * number and is an event in its log. Judged inside the transaction by rights.h. What changes nothing (the
 * same name, joining where one is) writes nothing and is no error: `message.seq` is then 0. Who leaves
 * stays known as LEFT; who joins has read what was before. DENIED, MISSING look alike. */
struct store_room_change {
    struct store_op op;
    RoomId room;
    PersonId actor;
    enum change_kind kind; /* JOIN, LEAVE, RENAME or TOPIC */
    Str text;              /* RENAME, TOPIC: clean */
    Millis now_ms;
    struct message message; /* the event */
    PostNo last_post;       /* of the room */
};

/* The rooms that a person is in, by name then id; at most LIMIT_ROOMS_PER_PERSON. */
struct store_room_list {
    struct store_op op;
    PersonId person;
    const struct room_entry *rooms;
    size_t room_count;
};

/* A room as one person sees it, and how they stand to it. MISSING: none that they may know. */
struct store_room_find {
    struct store_op op;
    RoomId room;
    PersonId person;
    struct room_entry entry;
    enum standing standing;
};

/* The open rooms that a person is not in, by name then id; at most LIMIT_OPEN_ROOMS. */
struct store_room_browse {
    struct store_op op;
    PersonId person;
    const struct room_entry *rooms;
    size_t room_count;
};

/* Who is in a room, by name then id; at most LIMIT_MEMBERS_LISTED. Does not judge who asks. */
struct store_room_members {
    struct store_op op;
    RoomId room;
    const struct room_member *members;
    size_t member_count;
    bool has_more;
};

/* Moves a read mark forward, never back, never beyond the room's last post. */
struct store_read_mark {
    struct store_op op;
    RoomId room;
    PersonId person;
    PostNo post;
};
