/* rights.h -- who may do what to a room, in one table.
 *
 * Pure. Somebody stands to a room in one of a few ways, made of the room's kind, their membership
 * and their role in the house; the table says what each of them may. It is asked for what is shown,
 * and again inside the write transaction, which alone decides. (Reading and posting are membership
 * itself: room_may_read and room_may_post of room.h.) SPDX-License-Identifier: MIT */
#pragma once

#include "chat/person.h"
#include "chat/room.h"

enum right {
    RIGHT_KNOW, /* that the room exists, what it is called, how many are in it */
    RIGHT_JOIN,
    RIGHT_LEAVE,
    RIGHT_RENAME,
    RIGHT_TOPIC,
    RIGHT_COUNT,
};

enum standing {
    STANDING_STRANGER, /* not in a room that is closed to them; a disabled account; no such room */
    STANDING_OUTSIDE,  /* not in it, and it is open */
    STANDING_PARTY, /* of a direct conversation or a thread: nothing in it is theirs to arrange */
    STANDING_MEMBER,
    STANDING_MODERATOR, /* and an admin of the house in a room that they are in */
    STANDING_COUNT,
};

/* How somebody stands to a room; `role` is LEFT for who was never in it. */
enum standing rights_standing(enum room_kind kind, enum member_role role, enum person_role person,
                              enum person_state state);
bool rights_may(enum standing standing, enum right right);
