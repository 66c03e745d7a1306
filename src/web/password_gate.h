/* password_gate.h -- work on passwords off the loops: LIMIT_HASHES at once, LIMIT_HASH_QUEUE waiting.
 *
 * Each takes tens of milliseconds of one processor, so their number is what keeps sign-ins from
 * starving chat. One gate for the process. Thread: any loop's; `done` comes on the asker's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "net/loop.h"
#include "net/mailbox.h"

struct password_check {
    Str password; /* lives until `done` */
    Str hash;     /* checked against; or made */
    void (*done)(struct password_check *check);
    bool makes_hash;
    bool is_right; /* what was checked is right; what was to be made is there */
    struct arena arena; /* of the hash that was made; the asker finishes it */
    struct loop *loop;
    struct loop_job job;
    struct mail mail;
    struct password_check *next;
};

/* Whether check->password is that of check->hash. False: too many wait already, `done` will not be
 * called. */
MUST_USE bool password_gate_check(struct loop *loop, struct password_check *check);
/* Makes check->hash. */
MUST_USE bool password_gate_hash(struct loop *loop, struct password_check *check);
