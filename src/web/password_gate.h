/* password_gate.h -- password checks off the loops: LIMIT_HASHES at once, LIMIT_HASH_QUEUE waiting.
 *
 * Each check takes tens of milliseconds of one processor, so their number is what keeps sign-ins from
 * starving chat. One gate for the process. Thread: any loop's; `done` comes on the asker's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"
#include "net/loop.h"
#include "net/mailbox.h"

struct password_check {
    Str hash, password; /* live until `done` */
    void (*done)(struct password_check *check);
    bool is_right;
    struct loop *loop;
    struct loop_job job;
    struct mail mail;
    struct password_check *next;
};

/* False: too many wait already, `done` will not be called. */
MUST_USE bool password_gate_check(struct loop *loop, struct password_check *check);
