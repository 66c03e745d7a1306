/* errand.h -- an operation's way from a loop to the store and home again.
 *
 * The asker embeds an errand beside its operation; `done` runs on the asker's loop, with the operation
 * answered. Thread: the loop's, but for the answer that the lane posts.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "net/loop.h"
#include "net/mailbox.h"
#include "store/store.h"

struct errand {
    struct mail mail;
    struct loop *loop;
    void (*done)(struct errand *errand);
};

/* Sets the operation's verb, asker and answer and submits it; `after` is the asker's to set before. */
void errand_start(struct errand *errand, struct loop *loop, struct store *store, struct store_op *op,
                  enum store_verb verb, void (*done)(struct errand *errand));
