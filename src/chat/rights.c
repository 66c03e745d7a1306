/* rights.c -- see rights.h.
 * SPDX-License-Identifier: MIT */
#include "chat/rights.h"

/* Whoever is in a room may ask to join it and is told that they are in; the same with leaving. */
/* clang-format off */
static const bool table[RIGHT_COUNT][STANDING_COUNT] = {
    /*                STRANGER OUTSIDE PARTY  MEMBER MODERATOR */
    [RIGHT_KNOW]   = {false,   true,   true,  true,  true},
    [RIGHT_JOIN]   = {false,   true,   false, true,  true},
    [RIGHT_LEAVE]  = {false,   true,   false, true,  true},
    [RIGHT_RENAME] = {false,   false,  false, false, true},
    [RIGHT_TOPIC]  = {false,   false,  false, false, true},
};
/* clang-format on */

enum standing rights_standing(enum room_kind kind, enum member_role role, enum person_role person,
                              enum person_state state)
{
    if (state != PERSON_ACTIVE) {
        return STANDING_STRANGER;
    }
    if (role == MEMBER_LEFT) {
        return kind == ROOM_OPEN ? STANDING_OUTSIDE : STANDING_STRANGER;
    }
    if (kind == ROOM_DIRECT || kind == ROOM_THREAD) {
        return STANDING_PARTY;
    }
    bool is_moderator = role == MEMBER_MODERATOR || person == PERSON_ADMIN;
    return is_moderator ? STANDING_MODERATOR : STANDING_MEMBER;
}

bool rights_may(enum standing standing, enum right right)
{
    CHECK(standing < STANDING_COUNT && right < RIGHT_COUNT);
    return table[right][standing];
}
