/* person.h -- the rules of people: handles, names, roles, and the face they have without a picture.
 *
 * Pure: no I/O, no clock. A handle is [a-z0-9._-]{1,32}, so that no two handles look alike; a name
 * is free text of at most LIMIT_PERSON_NAME bytes.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/err.h"
#include "chat/ids.h"

enum person_role { PERSON_MEMBER = 1, PERSON_ADMIN = 2 }; /* stored: never renumber */
enum person_state { PERSON_ACTIVE = 1, PERSON_DISABLED = 2 };

struct person {
    PersonId id;
    Str handle;
    Str name;
    Str shown_handle; /* goes behind the name; empty: the name is enough (person_name.h) */
    enum person_role role;
    enum person_state state;
};

/* Lower-cases into the arena and checks: characters, length, not a reserved word ("admin", "here",
 * "all", "channel", "room", "system", "bot", "deleted"). ERR_INPUT says what is wrong. */
MUST_USE bool person_handle_fold(struct arena *arena, Str input, Str *ret_handle, struct err *err);
/* UTF-8, trimmed, no control or bidi characters, something visible in it. ERR_INPUT otherwise. */
MUST_USE bool person_name_clean(struct arena *arena, Str input, Str *ret_name, struct err *err);
/* What somebody says of themselves: empty, or text of several lines with at most LIMIT_BIO characters. */
MUST_USE bool person_bio_clean(struct arena *arena, Str input, Str *ret_bio, struct err *err);
/* One or two initials (whole code points, upper-cased) of a name, into the arena. */
Str person_initials(struct arena *arena, Str name);
/* Index of the hue of somebody's initials, 0 to 11. */
int person_hue(PersonId id);
