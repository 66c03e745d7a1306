/* store_messages.h -- the verbs of messages: posting, pages, replays. See store_op.h.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/message.h"
#include "chat/room.h"
#include "store/store_op.h"

/* Stores a message. Judges membership and room inside the transaction. Same author, room and nonce:
 * nothing is written, `message` is the stored one, is_repeated is true (whatever the new body says,
 * and also when the author has left the room since). Reads the author's own post when they had read
 * everything. Errors: DENIED, MISSING look alike. */
struct store_post {
    struct store_op op;
    RoomId room;
    PersonId author;
    Str nonce, body; /* clean */
    Millis now_ms;
    struct message message;
    bool is_repeated;
};

/* Edits a message or deletes it: a deleted one keeps its numbers and nonce and loses its text.
 * Judges inside the transaction: who changes it must be able to post in the room, and be the author
 * or an admin. The same text again, or a deletion repeated, writes nothing and is no error. `message`
 * is how it stands afterwards. DENIED, MISSING look alike. */
struct store_message_change {
    struct store_op op;
    RoomId room;
    Seq seq;
    PersonId actor;
    enum change_kind kind; /* EDIT or DELETE */
    Str body;              /* EDIT: clean */
    Millis now_ms;
    struct message message;
    PostNo last_post; /* of the room */
};

enum store_page_from { STORE_PAGE_NEWEST, STORE_PAGE_BEFORE, STORE_PAGE_AFTER, STORE_PAGE_AROUND };

/* A page of visible (not deleted) messages in the order of seq. Does not judge who asks. */
struct store_message_page {
    struct store_op op;
    RoomId room;
    enum store_page_from from;
    Seq seq;   /* anchor; not used by NEWEST; AROUND includes it */
    int limit; /* 1 to 100 */
    Messages messages;
    bool has_older, has_newer; /* visible messages beyond the page */
    Seq last_seq;              /* the room's head, from the same read transaction */
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
 * those that `change` names after it (deleted ones as deleted), in the order of rev. needs_reset:
 * the cursor is above the head, or more than LIMIT_REPLAY_CHANGES changed; then messages is empty.
 */
struct store_replay {
    struct store_op op;
    RoomId room;
    Seq after_seq;
    Messages messages;
    Seq last_seq;
    PostNo last_post;
    bool needs_reset;
};
