/* message.h -- a message as it is stored, and the rules of its text and nonce.
 *
 * Pure. The nonce is made by the page for each composed message and kept until the acknowledgement,
 * so that a repeated post finds the message that is stored already. The id in the page is made of
 * room and seq, never of the nonce, which everybody can read.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "chat/ids.h"
#include "chat/person.h"
#include "chat/room.h"

struct message {
    RoomId room;
    Seq seq;
    Seq rev;         /* number of its last change; equal to seq when never changed */
    PostNo post;     /* 0 for an event */
    PersonId author; /* of an event: who did it */
    Str author_name; /* as it was when the row was read */
    Str author_handle; /* goes behind the name; empty: the name is enough */
    Str nonce;
    Str body;        /* source text; empty when deleted; of an event: the new name or topic */
    Millis created_ms;
    Millis edited_ms; /* 0: never */
    bool deleted;
    enum change_kind event; /* NONE: somebody wrote it; else it was done to the room: a stage direction */
};

typedef struct {
    const struct message *items;
    size_t count;
} Messages;

/* [A-Za-z0-9_-]{1,64} */
bool message_nonce_is_valid(Str nonce);
/* UTF-8, no NUL, CRLF made LF, trailing white space dropped, 1 to LIMIT_MESSAGE bytes with something
 * visible in them. ERR_INPUT otherwise; a text is refused, never cut. */
MUST_USE bool message_body_clean(struct arena *arena, Str input, Str *ret_body, struct err *err);

/* Whether somebody may edit or delete a message: their own, and an admin everybody's. A deleted one
 * stays as it is, and so does an event: what happened has happened. That they are still in the room
 * is judged beside this. */
bool message_may_change(const struct message *message, PersonId actor, enum person_role role);
