/* store_people.h -- the verbs of people and their sessions. See store_op.h.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
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

/* A session that an operation ended; its sockets are still there. */
struct store_ended_session {
    PersonId person;
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
};

/* Adds a session for an active person. Ends the one that the browser had before, if any, and the
 * oldest above LIMIT_SESSIONS_PER_PERSON. MISSING: no such person, or disabled. */
struct store_session_add {
    struct store_op op;
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    PersonId person;
    Str user_agent; /* at most 200 bytes */
    Str address;
    bool has_old;
    uint8_t old_hash[STORE_TOKEN_HASH_LEN]; /* whoever's it is: who holds a token may end it */
    Millis now_ms;
    struct store_ended_session *ended;
    size_t ended_count;
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

/* Sets how somebody is shown. MISSING: no such person, or disabled. */
struct store_profile_set {
    struct store_op op;
    PersonId person;
    Str name, bio; /* clean */
};

/* Replaces a password, ends every session of the person and adds a new one, of which person and now
 * are filled in here. CONFLICT: the password is not the one any more that was checked. */
struct store_password_set {
    struct store_op op;
    PersonId person;
    Str old_hash, new_hash;
    struct store_session_add session;
    Millis now_ms;
};

/* A person by id, as everybody may see them but for `sessions`. MISSING: none. */
struct store_person_get {
    struct store_op op;
    PersonId id;
    Millis now_ms;
    struct person person;
    Str bio;
    Millis created_ms;
    int64_t sessions; /* live ones */
};

/* A person by folded handle, with what signing in needs. MISSING: none. */
struct store_person_find {
    struct store_op op;
    Str handle;
    struct person person;
    Str password_hash;
};
