/* hub_join.c -- from "has everything up to change n" to "gets what comes", without a gap or a double.
 *
 *   joining   nothing is written from the log; a replay (n, H] is on its way from the store
 *   waiting   the replay is queued as private bytes; the log has not reached H yet
 *   member    the cursor stands behind H: the first frame of the log that is written is H + 1
 *
 * What is still in the log is served by setting the cursor, without a replay. A reader that fell off the
 * log goes the same way as one that comes back after a cut.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "live/hub_write.h"
#include "live/render.h"

/* Has nothing and wants nothing but what comes from now on. */
#define JOIN_FROM_NOW ((Seq)-1)

/* A replay of (after, last_seq], shared by everybody who asks within LIMIT_REPLAY_SHARED_MS. */
struct replay {
    struct replay *next; /* in room->replays */
    struct errand errand;
    struct hub *hub;
    RoomId room;
    Seq after;
    struct store_replay op;
    struct blob *blob; /* rendered on the reader's thread; null: a reset */
    struct live_socket *waiting;
    bool is_ready;
    Millis ready_ms;
};

static void want_replay(struct live_socket *socket);
static void replay_read(struct errand *errand);

/* --- becoming a member ------------------------------------------------------------------------------ */

static void become_member(struct live_socket *socket, uint64_t cursor)
{
    struct hub_room *room = socket->room;
    socket->state = LIVE_MEMBER;
    room->slots[socket->slot].cursor = cursor;
    if (cursor != room->log.end) {
        hub_room_mark_dirty(room);
    }
}

static void send_head_mark(struct live_socket *socket, Seq head)
{
    struct buf mark = {0};
    render_head_mark(&mark, socket->room->id, socket->hub->live->epoch, head);
    struct blob *frame = render_private(buf_str(&mark));
    live_socket_send(socket, frame, false);
    blob_unref(frame);
    buf_finish(&mark);
}

static void add_slot(struct hub_room *room, struct live_socket *socket)
{
    if (room->slot_count == room->slot_cap) {
        room->slot_cap = MAX(4u, room->slot_cap + room->slot_cap / 2);
        room->slots = mem_grow(room->slots, room->slot_cap, sizeof(*room->slots));
    }
    socket->room = room;
    socket->slot = room->slot_count;
    room->slots[room->slot_count++] = (struct hub_slot){.cursor = HUB_NOT_LIVE, .socket = socket};
}

/* Goes on from the log when it reaches back far enough, else through the store. */
static void start_from(struct live_socket *socket, Seq after)
{
    struct hub_room *room = socket->room;
    uint64_t cursor;
    socket->state = LIVE_JOINING;
    socket->target = after;
    if (room->has_head && after == JOIN_FROM_NOW) {
        become_member(socket, room->log.end);
    } else if (room->has_head && room_log_find(&room->log, after, &cursor)) {
        become_member(socket, cursor);
        send_head_mark(socket, after); /* last: it ends a socket that is too far behind */
    } else {
        want_replay(socket);
    }
}

void hub_join(struct hub_room *room, struct live_socket *socket, bool has_after, Seq after)
{
    CHECK(socket->room == NULL);
    add_slot(room, socket);
    metrics_add(joins_total, 1);
    start_from(socket, has_after ? after : JOIN_FROM_NOW);
}

/* Takes one member off the log; a frame that was sent in part will be finished privately. */
static void detach(struct hub_room *room, struct hub_slot *slot)
{
    struct live_socket *socket = slot->socket;
    uint64_t frame_end = room_log_frame_end(&room->log, slot->cursor);
    metrics_add(rejoins_total, 1);
    if (frame_end != slot->cursor) {
        struct blob *rest = hub_write_copy(&room->log, slot->cursor, frame_end);
        live_socket_send_rest(socket, rest);
        blob_unref(rest);
        hub_queue_writer(socket->hub, socket);
    }
    slot->cursor = HUB_NOT_LIVE;
    socket->state = LIVE_JOINING;
    socket->target = room_log_seq_at(&room->log, frame_end);
}

struct live_socket *hub_detach(struct hub_room *room, uint64_t before)
{
    struct live_socket *detached = NULL;
    for (uint32_t i = 0; i < room->slot_count; i++) {
        struct hub_slot *slot = &room->slots[i];
        if (slot->cursor < before) { /* never true of HUB_NOT_LIVE */
            detach(room, slot);
            slot->socket->next_waiting = detached;
            detached = slot->socket;
        }
    }
    return detached;
}

void hub_rejoin(struct live_socket *detached)
{
    while (detached != NULL) {
        struct live_socket *next = detached->next_waiting;
        detached->next_waiting = NULL;
        detached->state = LIVE_JOINING;
        want_replay(detached);
        detached = next;
    }
}

/* --- leaving ---------------------------------------------------------------------------------------- */

static void unlink_waiting(struct live_socket **head, struct live_socket *socket)
{
    for (struct live_socket **at = head; *at != NULL; at = &(*at)->next_waiting) {
        if (*at == socket) {
            *at = socket->next_waiting;
            socket->next_waiting = NULL;
            return;
        }
    }
}

void hub_leave(struct live_socket *socket)
{
    struct hub_room *room = socket->room;
    if (room == NULL) {
        return;
    }
    if (socket->state == LIVE_WAITING) {
        unlink_waiting(&room->waiting_for_head, socket);
    } else if (socket->state == LIVE_JOINING) {
        for (struct replay *replay = room->replays; replay != NULL; replay = replay->next) {
            unlink_waiting(&replay->waiting, socket);
        }
    }
    struct hub_slot last = room->slots[--room->slot_count];
    if (last.socket != socket) {
        room->slots[socket->slot] = last; /* dense: the last one takes the place */
        last.socket->slot = socket->slot;
        room->flush_again = true; /* a flush under way may have passed that place */
    }
    room->used_ms = loop_now(room->hub->loop);
    socket->room = NULL;
    socket->state = LIVE_IDLE;
}

/* --- waiting for the log's head ------------------------------------------------------------------------ */

/* The replay up to `head` is queued: live at once, or when the log gets there. */
static void continue_after(struct live_socket *socket, Seq head)
{
    struct hub_room *room = socket->room;
    uint64_t cursor;
    if (room_log_find(&room->log, head, &cursor)) {
        become_member(socket, cursor);
    } else if (head > room->log.head) {
        socket->state = LIVE_WAITING;
        socket->target = head;
        socket->next_waiting = room->waiting_for_head;
        room->waiting_for_head = socket;
    } else {
        socket->state = LIVE_JOINING; /* the log was trimmed meanwhile: once more, from here */
        socket->target = head;
        want_replay(socket);
    }
}

void hub_wake_waiting(struct hub_room *room)
{
    struct live_socket **at = &room->waiting_for_head;
    while (*at != NULL) {
        struct live_socket *socket = *at;
        uint64_t cursor;
        if (room_log_find(&room->log, socket->target, &cursor)) {
            *at = socket->next_waiting;
            socket->next_waiting = NULL;
            become_member(socket, cursor);
        } else {
            at = &socket->next_waiting;
        }
    }
}

/* --- replays ------------------------------------------------------------------------------------------ */

static bool is_shareable(const struct replay *replay, Millis now)
{
    bool is_fresh = now - replay->ready_ms < LIMIT_REPLAY_SHARED_MS && replay->op.op.err.kind == ERR_NONE;
    return !replay->is_ready || is_fresh;
}

static void reset(struct live_socket *socket)
{
    RoomId room = socket->room->id;
    hub_leave(socket);
    live_socket_send_reset(socket, room);
}

/* Gives a finished replay to one socket. */
static void hand_over(struct replay *replay, struct live_socket *socket)
{
    if (replay->op.op.err.kind != ERR_NONE) {
        live_socket_close(socket, WS_CLOSE_LAGGING, "try again");
        return;
    }
    if (socket->target == JOIN_FROM_NOW) {
        continue_after(socket, replay->op.last_seq);
        return;
    }
    if (replay->blob == NULL) {
        reset(socket);
        return;
    }
    live_socket_send(socket, replay->blob, true);
    continue_after(socket, replay->op.last_seq);
}

static void want_replay(struct live_socket *socket)
{
    struct hub_room *room = socket->room;
    Millis now = loop_now(room->hub->loop);
    struct replay *replay = room->replays;
    while (replay != NULL && (replay->after != socket->target || !is_shareable(replay, now))) {
        replay = replay->next;
    }
    if (replay != NULL && replay->is_ready && replay->op.last_seq >= room->log.base) {
        metrics_add(replays_shared_total, 1);
        hand_over(replay, socket);
        return;
    }
    if (replay == NULL || replay->is_ready) {
        replay = mem_new(struct replay);
        replay->hub = room->hub;
        replay->room = room->id;
        replay->after = socket->target;
        replay->next = room->replays;
        room->replays = replay;
        socket->next_waiting = NULL;
        replay->waiting = socket;
        replay_read(&replay->errand);
        return;
    }
    metrics_add(replays_shared_total, 1);
    socket->next_waiting = replay->waiting;
    replay->waiting = socket;
}

/* On the reader's thread. */
static void render(struct store_op *op)
{
    struct replay *replay = CONTAINER_OF(op, struct replay, op.op);
    if (!replay->op.needs_reset) {
        replay->blob = render_replay(replay->op.messages, replay->room, replay->hub->live->epoch,
                                     replay->op.last_seq);
    }
}

static void replay_done(struct errand *errand)
{
    struct replay *replay = CONTAINER_OF(errand, struct replay, errand);
    struct hub_room *room = map_get_i64(&replay->hub->rooms, replay->room);
    CHECK(room != NULL); /* rooms with replays under way are kept */
    replay->is_ready = true;
    replay->ready_ms = loop_now(replay->hub->loop);
    arena_finish(&replay->op.op.arena);
    if (replay->op.op.err.kind == ERR_NONE) {
        hub_room_set_head(room, replay->op.last_seq);
    } else {
        log_error("replay", log_i64("room", room->id), log_err(&replay->op.op.err));
    }
    struct live_socket *socket = replay->waiting;
    replay->waiting = NULL;
    while (socket != NULL) {
        struct live_socket *next = socket->next_waiting;
        socket->next_waiting = NULL;
        hand_over(replay, socket);
        socket = next;
    }
}

static void replay_read(struct errand *errand)
{
    struct replay *replay = CONTAINER_OF(errand, struct replay, errand);
    metrics_add(replays_total, 1);
    replay->op.room = replay->room;
    replay->op.after_seq = replay->after == JOIN_FROM_NOW ? INT64_MAX : replay->after;
    replay->op.op.after = render;
    errand_start(errand, replay->hub->loop, replay->hub->live->store, &replay->op.op, STORE_REPLAY,
                 replay_done);
}

static void free_replay(struct replay *replay)
{
    blob_unref(replay->blob);
    mem_free(replay);
}

void hub_age_replays(struct hub_room *room)
{
    Millis now = loop_now(room->hub->loop);
    struct replay **at = &room->replays;
    while (*at != NULL) {
        struct replay *replay = *at;
        if (is_shareable(replay, now)) {
            at = &replay->next;
            continue;
        }
        *at = replay->next;
        free_replay(replay);
    }
}

void hub_drop_replays(struct hub_room *room)
{
    while (room->replays != NULL) {
        struct replay *next = room->replays->next;
        CHECK(room->replays->is_ready);
        free_replay(room->replays);
        room->replays = next;
    }
}
