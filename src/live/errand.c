/* errand.c -- see errand.h.
 * SPDX-License-Identifier: MIT */
#include "live/errand.h"

static void come_home(struct loop *loop, struct mail *mail)
{
    struct errand *errand = CONTAINER_OF(mail, struct errand, mail);
    (void)loop;
    errand->done(errand);
}

static void answer(struct store_op *op)
{
    struct errand *errand = op->asker;
    mailbox_send(errand->loop, &errand->mail);
}

void errand_start(struct errand *errand, struct loop *loop, struct store *store, struct store_op *op,
                  enum store_verb verb, void (*done)(struct errand *errand))
{
    errand->mail.deliver = come_home;
    errand->loop = loop;
    errand->done = done;
    op->verb = verb;
    op->asker = errand;
    op->answer = answer;
    store_submit(store, op);
}
