/* roll_call.c -- see roll_call.h.
 * SPDX-License-Identifier: MIT */
#include "live/roll_call.h"

#include "live/hub.h"

static void come_home(struct loop *loop, struct mail *mail)
{
    struct roll_call *call = CONTAINER_OF(mail, struct roll_call, mail);
    (void)loop;
    call->done(call);
}

static void send_on(struct roll_call *call)
{
    bool is_done = call->visited == call->live->hub_count;
    if (is_done) {
        call->mail.deliver = come_home;
    }
    mailbox_send(is_done ? call->home : call->live->hubs[call->visited]->loop, &call->mail);
}

static void visit(struct loop *loop, struct mail *mail)
{
    struct roll_call *call = CONTAINER_OF(mail, struct roll_call, mail);
    const struct hub *hub = call->live->hubs[call->visited++];
    CHECK(hub->loop == loop);
    for (size_t i = 0; i < call->count; i++) {
        call->is_here[i] = call->is_here[i] || hub_is_here(hub, call->people[i], call->room);
    }
    send_on(call);
}

void roll_call_start(struct roll_call *call, struct live *live, struct loop *home,
                     void (*done)(struct roll_call *call))
{
    call->live = live;
    call->home = home;
    call->done = done;
    call->visited = 0;
    call->mail.deliver = visit;
    send_on(call);
}
