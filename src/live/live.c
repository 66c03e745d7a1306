/* live.c -- where the store's commits meet the bus, and the bus the hubs.
 * SPDX-License-Identifier: MIT */
#include "live/live.h"

#include <string.h>

#include "base/mem.h"
#include "live/hub.h"
#include "live/live_socket.h"
#include "live/render.h"

/* The bus's receiver: on a lane's thread (or a bus thread, in a cluster). */
static void receive(void *context, const struct bus_frame *frame)
{
    struct live *live = context;
    uint64_t interested =
        frame->kind == BUS_CHANGE ? interest_loops(&live->interest, frame->room) : UINT64_MAX;
    for (int i = 0; i < live->hub_count; i++) {
        hub_send(live->hubs[i], frame, (interested >> i & 1) != 0);
    }
}

struct live *live_create(const struct settings *settings, struct store *store,
                         struct loop *const *loops, int loop_count)
{
    CHECK(loop_count > 0 && loop_count <= LIMIT_LOOPS);
    struct live *live = mem_new(struct live);
    live->settings = settings;
    live->store = store;
    live->epoch = store_epoch(store);
    live->bus = bus_local_create(receive, live);
    person_limits_init(&live->limits, settings);
    live->hub_count = loop_count;
    atomic_store(&live->serving, loop_count);
    for (int i = 0; i < loop_count; i++) {
        live->hubs[i] = hub_create(live, loops[i]);
    }
    return live;
}

void live_destroy(struct live *live)
{
    if (live == NULL) {
        return;
    }
    for (int i = 0; i < live->hub_count; i++) {
        hub_destroy(live->hubs[i]);
    }
    person_limits_finish(&live->limits);
    bus_destroy(live->bus);
    mem_free(live);
}

struct drain_letter {
    struct mail mail;
    struct hub *hub;
};

static void deliver_drain(struct loop *loop, struct mail *mail)
{
    struct drain_letter *letter = CONTAINER_OF(mail, struct drain_letter, mail);
    (void)loop;
    live_socket_drain_all(letter->hub);
    atomic_fetch_sub(&letter->hub->live->serving, 1);
    mem_free(letter);
}

void live_drain(struct live *live)
{
    for (int i = 0; i < live->hub_count; i++) {
        struct drain_letter *letter = mem_new(struct drain_letter);
        letter->mail.deliver = deliver_drain;
        letter->hub = live->hubs[i];
        mailbox_send(live->hubs[i]->loop, &letter->mail);
    }
}

bool live_is_drained(const struct live *live)
{
    return atomic_load(&live->serving) == 0;
}

/* --- publishing: on the writer lane, after the commit ----------------------------------------- */

static void publish_message(struct live *live, const struct message *message, PostNo last_post)
{
    struct bus_frame frame = {
        .kind = BUS_CHANGE,
        .room = message->room,
        .seq = message->rev,
        .ref = message->seq,
        .post = last_post,
        .person = message->author,
        .is_gone = message->deleted,
    };
    frame.blob = render_frame(message, &frame.markup_at);
    bus_publish(live->bus, &frame);
    blob_unref(frame.blob);
}

static void post_committed(struct store_op *op)
{
    struct live_post *post = CONTAINER_OF(op, struct live_post, post.op);
    publish_message(post->live, &post->post.message, post->post.message.post);
}

void live_post_start(struct live_post *post, struct live *live, struct loop *loop,
                     void (*done)(struct errand *errand))
{
    post->live = live;
    post->post.op.after = post_committed;
    errand_start(&post->errand, loop, live->store, &post->post.op, STORE_POST, done);
}

static void change_committed(struct store_op *op)
{
    struct live_change *change = CONTAINER_OF(op, struct live_change, change.op);
    publish_message(change->live, &change->change.message, change->change.last_post);
}

void live_change_start(struct live_change *change, struct live *live, struct loop *loop,
                       void (*done)(struct errand *errand))
{
    change->live = live;
    change->change.op.after = change_committed;
    errand_start(&change->errand, loop, live->store, &change->change.op, STORE_MESSAGE_CHANGE,
                 done);
}

static void end_membership(struct live *live, PersonId person, RoomId room)
{
    bus_publish(live->bus,
                &(struct bus_frame){.kind = BUS_MEMBER_END, .person = person, .room = room});
}

/* In this order: whoever makes a page after the event has been told finds nothing old to put into it. */
static void room_change_committed(struct store_op *op)
{
    struct live_room_change *change = CONTAINER_OF(op, struct live_room_change, change.op);
    const struct store_room_change *done = &change->change;
    bool is_leave = done->kind == CHANGE_LEAVE;
    if (is_leave || done->kind == CHANGE_JOIN) {
        live_rooms_changed(change->live, done->actor);
    } else if (done->kind == CHANGE_RENAME) {
        live_rooms_changed(change->live, 0);
    } else {
        live_invalidate(change->live, 0);
    }
    publish_message(change->live, &done->message, done->last_post);
    if (is_leave) {
        end_membership(change->live, done->actor, done->room);
    }
}

void live_room_change_start(struct live_room_change *change, struct live *live, struct loop *loop,
                            void (*done)(struct errand *errand))
{
    change->live = live;
    change->change.op.after = room_change_committed;
    errand_start(&change->errand, loop, live->store, &change->change.op, STORE_ROOM_CHANGE, done);
}

void live_end_session(struct live *live, PersonId person, const uint8_t *token_hash)
{
    struct bus_frame frame = {.kind = BUS_SESSION_END, .person = person};
    memcpy(frame.session, token_hash, sizeof(frame.session));
    bus_publish(live->bus, &frame);
}

void live_invalidate(struct live *live, PersonId person)
{
    bus_publish(live->bus, &(struct bus_frame){.kind = BUS_INVALIDATE, .person = person});
}

void live_rename(struct live *live, PersonId person)
{
    bus_publish(live->bus, &(struct bus_frame){.kind = BUS_RENAME, .person = person});
}

void live_rooms_changed(struct live *live, PersonId person)
{
    bus_publish(live->bus, &(struct bus_frame){.kind = BUS_ROOMS, .person = person});
}
