/* store_op.h -- an operation: what one asks of the store, and how the answer comes home.
 *
 * A verb is a struct that begins with a struct store_op: inputs are filled in by whoever asks,
 * outputs by the lane that runs it. Whoever submits keeps the memory and gets the operation back
 * through `answer`.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum store_verb {
    /* writes */
    STORE_POST,
    STORE_MESSAGE_CHANGE,
    STORE_PERSON_ADD,
    STORE_ROOM_ADD,
    STORE_SESSION_ADD,
    STORE_SESSION_TOUCH,
    STORE_SESSION_END,
    STORE_READ_MARK,
    STORE_PROFILE_SET,
    STORE_PASSWORD_SET,
    STORE_SETUP,
    STORE_JOIN,
    STORE_INVITE,
    STORE_ROOM_CHANGE,
    /* reads */
    STORE_SESSION_FIND,
    STORE_PERSON_FIND,
    STORE_PERSON_GET,
    STORE_HOUSE,
    STORE_ROOM_LIST,
    STORE_ROOM_FIND,
    STORE_ROOM_BROWSE,
    STORE_ROOM_MEMBERS,
    STORE_MESSAGE_PAGE,
    STORE_MESSAGE_GET,
    STORE_REPLAY,
    STORE_VERB_COUNT,
};

struct store_op {
    struct store_op *next; /* the lane's queue */
    enum store_verb verb;
    struct arena arena; /* outputs live here; the asker finishes it */
    struct err err;     /* kind ERR_NONE: done */
    void *asker;        /* the asker's own, for `after` and `answer` */
    /* On the lane's thread, only when err is NONE: after the commit that made the change durable
     * (not when a write changed nothing), or after a read. Publishes, renders. May be null. */
    void (*after)(struct store_op *op);
    /* On the lane's thread (or the submitter's, when refused at once), always, as the lane's last
     * touch: takes the operation home. */
    void (*answer)(struct store_op *op);
};
