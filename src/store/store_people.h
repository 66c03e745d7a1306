/* store_people.h -- the verbs of people and their sessions. See store_op.h.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/person.h"
#include "store/store_op.h"

/* Adds an account and makes it a member of every open room. CONFLICT: the handle is taken. */
struct store_person_add {
    struct store_op op;
    Str handle, name; /* clean */
    enum person_role role;
    Str password_hash; /* PHC string; empty: cannot sign in by password */
    Millis now_ms;
    PersonId id;
};

#define STORE_TOKEN_HASH_LEN 32 /* SHA-256 of the session's token */

/* Adds a session for an active person and removes the oldest above LIMIT_SESSIONS_PER_PERSON.
 * MISSING: no such person, or disabled. */
struct store_session_add {
    struct store_op op;
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    PersonId person;
    Str user_agent; /* at most 200 bytes */
    Str address;
    Millis now_ms;
};

/* Notes that a session was used (the asker does so at most hourly). */
struct store_session_touch {
    struct store_op op;
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    Millis now_ms;
};

/* Removes a session; fine when there is none. `person` is whose it was, or 0. */
struct store_session_end {
    struct store_op op;
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    PersonId person;
};

/* The live session of a token, and its person. MISSING: none, expired, or disabled. */
struct store_session_find {
    struct store_op op;
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    Millis now_ms;
    struct person person;
    Millis expires_ms; /* idle or absolute, whichever comes first */
    Millis seen_ms;
};

/* A person by folded handle, with what signing in needs. MISSING: none. */
struct store_person_find {
    struct store_op op;
    Str handle;
    struct person person;
    Str password_hash;
};
