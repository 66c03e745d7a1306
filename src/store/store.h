/* store.h -- what the product asks of storage, in domain verbs.
 *
 * A verb is a struct that begins with a struct store_op: inputs are filled in by whoever asks,
 * outputs by the lane that runs it. Operations run on the store's own threads (lanes): writes in
 * groups, one transaction a group, answered only after the commit; reads on readers, each in one
 * read transaction. Whoever submits keeps the memory and gets the operation back through `answer`.
 * An operation reads and judges first, then writes: what is denied or repeated writes nothing.
 *
 * The store knows neither sockets nor markup: publishing and rendering are functions that the
 * operation carries. There is no SQL outside store/ and sql/.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "chat/message.h"
#include "chat/person.h"
#include "chat/room.h"

struct store;

enum store_verb {
    /* writes */
    STORE_POST,
    STORE_PERSON_ADD,
    STORE_ROOM_ADD,
    STORE_SESSION_ADD,
    STORE_SESSION_TOUCH,
    STORE_SESSION_END,
    STORE_READ_MARK,
    /* reads */
    STORE_SESSION_FIND,
    STORE_PERSON_FIND,
    STORE_ROOM_LIST,
    STORE_MESSAGE_PAGE,
    STORE_MESSAGE_GET,
    STORE_REPLAY,
    STORE_VERB_COUNT,
};

struct store_op {
    struct store_op *next; /* the lane's queue */
    enum store_verb verb;
    struct arena arena;    /* outputs live here; the asker finishes it */
    struct err err;        /* kind ERR_NONE: done */
    void *asker;           /* the asker's own, for `after` and `answer` */
    /* On the lane's thread, only when err is NONE: after the commit that made the change durable (not
     * when a write changed nothing), or after a read. Publishes, renders. May be null. */
    void (*after)(struct store_op *op);
    /* On the lane's thread (or the submitter's, when refused at once), always, as the lane's last
     * touch: takes the operation home. */
    void (*answer)(struct store_op *op);
};

/* Stores a message. Judges membership and room inside the transaction. Same author, room and nonce:
 * nothing is written, `message` is the stored one, is_repeated is true (whatever the new body says, and
 * also when the author has left the room since).
 * Reads the author's own post when they had read everything. Errors: DENIED, MISSING look alike. */
struct store_post {
    struct store_op op;
    RoomId room;
    PersonId author;
    Str nonce, body; /* clean */
    Millis now_ms;
    struct message message;
    bool is_repeated;
};

/* Adds an account and makes it a member of every open room. CONFLICT: the handle is taken. */
struct store_person_add {
    struct store_op op;
    Str handle, name; /* clean */
    enum person_role role;
    Str password_hash; /* PHC string; empty: cannot sign in by password */
    Millis now_ms;
    PersonId id;
};

/* Adds an open room and makes every active person a member. */
struct store_room_add {
    struct store_op op;
    Str name; /* clean */
    Millis now_ms;
    RoomId id;
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

/* Moves a read mark forward, never back, never beyond the room's last post. */
struct store_read_mark {
    struct store_op op;
    RoomId room;
    PersonId person;
    PostNo post;
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

/* The rooms that a person is in, by name then id; at most LIMIT_ROOMS_PER_PERSON. */
struct store_room_list {
    struct store_op op;
    PersonId person;
    const struct room_entry *rooms;
    size_t room_count;
};

enum store_page_from { STORE_PAGE_NEWEST, STORE_PAGE_BEFORE, STORE_PAGE_AFTER, STORE_PAGE_AROUND };

/* A page of visible (not deleted) messages in the order of seq. Does not judge who asks. */
struct store_message_page {
    struct store_op op;
    RoomId room;
    enum store_page_from from;
    Seq seq;    /* anchor; not used by NEWEST; AROUND includes it */
    int limit;  /* 1 to 100 */
    Messages messages;
    bool has_older, has_newer; /* visible messages beyond the page */
    Seq last_seq;     /* the room's head, from the same read transaction */
    PostNo last_post;
};

/* One message, also a deleted one. MISSING: none. */
struct store_message_get {
    struct store_op op;
    RoomId room;
    Seq seq;
    struct message message;
};

/* What changed in a room after a cursor: the current state of every message with seq > after and of
 * those that `change` names after it (deleted ones as deleted), in the order of rev. needs_reset: the
 * cursor is above the head, or more than LIMIT_REPLAY_CHANGES changed; then messages is empty. */
struct store_replay {
    struct store_op op;
    RoomId room;
    Seq after_seq;
    Messages messages;
    Seq last_seq;
    PostNo last_post;
    bool needs_reset;
};

struct store_config {
    const char *folder; /* the data folder; the caller holds its lock */
    int readers;
};

/* Opens DATA/parlor.db, migrates it, starts the lanes. Errors name the file and the reason; nothing
 * is written to a file that is newer, foreign or damaged. */
MUST_USE bool store_open(const struct store_config *config, struct store **ret_store,
                         struct err *err);
/* Runs what is queued, stops the lanes, closes. No submission may follow. Takes null. */
void store_close(struct store *store);

/* Queues an operation; `answer` is called exactly once, with BUSY at once when LIMIT_STORE_QUEUE
 * wait. Thread: any. */
void store_submit(struct store *store, struct store_op *op);

/* The epoch of the store's cursors; constant while open. Thread: any. */
Str store_epoch(const struct store *store);
/* The writer answers and the readers answer: for /readyz. Thread: any. */
bool store_is_healthy(const struct store *store);
