/* mailbox.h -- how any thread hands work to a loop.
 *
 * A letter embeds struct mail and is given to the loop, which runs `deliver` on its own thread and
 * owns the memory from then on. Letters of one sender arrive in the order in which they were sent.
 * The queue is not bounded here: what sends letters is (operations by LIMIT_STORE_QUEUE, publications
 * by the writer lane's batch).
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/check.h"

struct loop;

struct mail {
    struct mail *next;
    void (*deliver)(struct loop *loop, struct mail *mail); /* frees or keeps it */
};

/* Thread: any. The loop must be running or about to run; letters to a loop that has ended are
 * CHECKed against: senders are stopped first. */
void mailbox_send(struct loop *loop, struct mail *mail);
