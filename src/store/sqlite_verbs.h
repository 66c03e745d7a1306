/* sqlite_verbs.h -- the domain verbs on SQLite: one row and one function each. Included by store/
 * only. SPDX-License-Identifier: MIT */
#pragma once

#include "store/sqlite_db.h"
#include "store/store.h"

/* verb, WRITE or READ, function: sqlite_FILE_…, which stands in sqlite_FILE.c. */
#define SQLITE_VERBS(X)                                                                            \
    X(POST, WRITE, messages_post)                                                                  \
    X(MESSAGE_CHANGE, WRITE, messages_change)                                                      \
    X(PERSON_ADD, WRITE, people_add)                                                               \
    X(ROOM_ADD, WRITE, rooms_add)                                                                  \
    X(SESSION_ADD, WRITE, sessions_add)                                                            \
    X(SESSION_TOUCH, WRITE, sessions_touch)                                                        \
    X(SESSION_END, WRITE, sessions_end)                                                            \
    X(READ_MARK, WRITE, rooms_read_mark)                                                           \
    X(PROFILE_SET, WRITE, people_profile_set)                                                      \
    X(PASSWORD_SET, WRITE, sessions_password_set)                                                  \
    X(SETUP, WRITE, house_setup)                                                                   \
    X(JOIN, WRITE, house_join)                                                                     \
    X(INVITE, WRITE, house_invite)                                                                 \
    X(ROOM_CHANGE, WRITE, room_changes_make)                                                       \
    X(SESSION_FIND, READ, sessions_find)                                                           \
    X(PERSON_FIND, READ, people_find)                                                              \
    X(PERSON_GET, READ, people_get)                                                                \
    X(HOUSE, READ, house_get)                                                                      \
    X(ROOM_LIST, READ, rooms_list)                                                                 \
    X(ROOM_FIND, READ, rooms_find)                                                                 \
    X(ROOM_BROWSE, READ, rooms_browse)                                                             \
    X(ROOM_MEMBERS, READ, rooms_members)                                                           \
    X(MESSAGE_PAGE, READ, messages_page)                                                           \
    X(MESSAGE_GET, READ, messages_get)                                                             \
    X(REPLAY, READ, messages_replay)

/* What the writer remembers between operations; forgotten after a rollback. */
struct sqlite_writer {
    struct sqlite_db db;
    int64_t last_message_id; /* 0: not known */
};

/* A write runs inside the open transaction. True: op->err says how it ended (a refusal is an end
 * too), and *ret_changed whether anything was written. False: an unexpected SQL error is in
 * op->err, and the transaction must be rolled back. A read runs inside a read transaction of its
 * own; false: op->err says why. */
#define WRITE(function)                                                                            \
    MUST_USE bool sqlite_##function(struct sqlite_writer *writer, struct store_op *op,             \
                                    bool *ret_changed);
#define READ(function) MUST_USE bool sqlite_##function(struct sqlite_db *db, struct store_op *op);
#define X(verb, kind, function) kind(function)
SQLITE_VERBS(X)
#undef X
#undef READ
#undef WRITE

/* Run one verb, whichever it is; each is given only its own kind. */
MUST_USE bool sqlite_write(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed);
void sqlite_read(struct sqlite_db *db, struct store_op *op);
bool sqlite_is_write(enum store_verb verb);
/* Bytes of payload that an operation adds to a batch. */
size_t sqlite_cost(const struct store_op *op);

#define DAY_MS ((Millis)24 * 60 * 60 * 1000)

/* Shared by the verbs' files. The next number of a counter: "person", "room". */
MUST_USE bool sqlite_next_id(struct sqlite_db *db, Str counter, int64_t *ret_id, struct err *err);
/* Runs one of the two statements that make members of everybody whom a new person or room concerns,
 * and counts them. */
MUST_USE bool sqlite_join_all(struct sqlite_db *db, enum sql_query_id query, int64_t id, Millis now,
                              struct err *err);
/* Counts who is in a room, after somebody came or went. */
MUST_USE bool sqlite_count_people(struct sqlite_db *db, int64_t room, struct err *err);
/* An id for a new row of `message`: increasing on this node, whatever the clock does. */
MUST_USE bool sqlite_next_message_id(struct sqlite_writer *writer, Millis created_ms,
                                     int64_t *ret_id, struct err *err);
