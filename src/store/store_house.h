/* store_house.h -- the verbs of the house: its first person, its invitation, and who comes in by
 * it. See store_op.h.
 *
 * Coming in is a person and a session in one transaction, so that nobody is ever left with an
 * account whose first session failed. SPDX-License-Identifier: MIT */
#pragma once

#include "store/store_people.h"
#include "store/store_rooms.h"

/* Whether somebody lives here, the invitation, and whom to ask. */
struct store_house {
    struct store_op op;
    bool is_settled;
    Str code;    /* empty: there is no invitation */
    Str inviter; /* the name of who made it */
    Str host;    /* the name of the admin who has been here longest; empty: there is none */
};

/* The first room, the first person (an admin), their session and an invitation. The parts are
 * filled in as for their own verbs, but for the session's person. CONFLICT: somebody lives here
 * already. */
struct store_setup {
    struct store_op op;
    struct store_room_add room;
    struct store_person_add person;
    struct store_session_add session;
    Str code;
};

/* A person and their session. MISSING: the code is not that of the invitation; CONFLICT: the handle
 * is taken. */
struct store_join {
    struct store_op op;
    bool needs_code;
    Str code;
    struct store_person_add person;
    struct store_session_add session; /* but for the person */
    RoomId room;                      /* the oldest room of theirs; 0: there is none */
};

/* Makes a new invitation; the old code is dead at once. DENIED: not an admin. */
struct store_invite {
    struct store_op op;
    PersonId person;
    Str code;
    Millis now_ms;
};
