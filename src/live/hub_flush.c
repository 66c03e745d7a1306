/* hub_flush.c -- the end of a turn: everybody gets what the turn brought, with one sendmsg each.
 *
 * First the sockets with private bytes, whose room's frames go out in the same call; then the dirty
 * rooms, member by member. Members at the same cursor share the slices of the log, which are cut once.
 * After LIMIT_SENDS_A_TURN the rest waits for the next turn, so that a large room does not keep the
 * loop from its inbox and listener. Nothing is allocated here, which fanout_allocs_total proves.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "live/hub_write.h"

void hub_queue_writer(struct hub *hub, struct live_socket *socket)
{
    if (socket->is_writer) {
        return;
    }
    if (hub->writer_count == hub->writer_cap) {
        hub->writer_cap = MAX((size_t)64, hub->writer_cap * 2);
        hub->writers = mem_grow(hub->writers, hub->writer_cap, sizeof(struct live_socket *));
    }
    socket->is_writer = true;
    hub->writers[hub->writer_count++] = live_socket_ref(socket);
}

static void write_private(struct hub *hub, int *budget)
{
    size_t done = 0;
    for (; done < hub->writer_count && *budget > 0; done++) {
        struct live_socket *socket = hub->writers[done];
        socket->is_writer = false;
        if (socket->conn != NULL && !conn_is_closing(socket->conn) &&
            !conn_is_blocked(socket->conn)) {
            live_socket_write(socket);
            (*budget)--;
        }
        live_socket_unref(socket);
    }
    hub->writer_count -= done;
    if (hub->writer_count > 0) {
        memmove(hub->writers, hub->writers + done, hub->writer_count * sizeof(*hub->writers));
    }
}

/* Writes to one member what it lacks. True when a sendmsg was made. */
static bool flush_slot(struct hub_room *room, struct hub_slot *slot, struct hub_span *span)
{
    if (slot->cursor == room->log.end || slot->cursor == HUB_NOT_LIVE) {
        return false;
    }
    struct live_socket *socket = slot->socket;
    if (conn_is_blocked(socket->conn) || conn_is_closing(socket->conn)) {
        return false;
    }
    if (socket->private_last != NULL) {
        live_socket_write(socket); /* its turn as a writer has not come: a replay goes before what follows it */
        return true;
    }
    if (span->count == 0 || span->from != slot->cursor) {
        hub_span_set(span, &room->log, slot->cursor);
    }
    if (hub_write_span(room, slot, span) == HUB_WRITE_BLOCKED) {
        conn_want_writable(socket->conn);
        conn_set_deadline(socket->conn, LIMIT_STALL_MS);
    }
    return true;
}

/* True: the room's members have all been looked at since its last change. */
static bool flush_room(struct hub_room *room, int *budget)
{
    struct hub_span span = {0};
    int turns = 0;
    uint64_t allocations = mem_allocations();
    while (*budget > 0) {
        if (room->flush_next == 0) {
            room->flush_again = false;
        }
        for (; room->flush_next < room->slot_count && *budget > 0; room->flush_next++) {
            if (flush_slot(room, &room->slots[room->flush_next], &span)) {
                turns++;
                (*budget)--;
            }
        }
        if (room->flush_next < room->slot_count) {
            break; /* out of budget: goes on here */
        }
        room->flush_next = 0;
        if (!room->flush_again) {
            break;
        }
    }
    metrics_add(send_turns_total, turns);
    metrics_add(fanout_allocs_total, (int64_t)(mem_allocations() - allocations));
    return room->flush_next == 0 && !room->flush_again;
}

/* A room that is not done within the turn's sends goes behind the others: whoever is in a small room waits for one
 * turn of a large one, not for all of it. */
bool hub_flush(struct hub *hub)
{
    int budget = LIMIT_SENDS_A_TURN;
    write_private(hub, &budget);
    while (budget > 0 && !list_is_empty(&hub->dirty)) {
        struct list_node *node = list_first(&hub->dirty);
        struct hub_room *room = CONTAINER_OF(node, struct hub_room, dirty);
        bool is_done = flush_room(room, &budget);
        list_remove(node);
        if (!is_done) {
            list_push_back(&hub->dirty, node);
        } else if (room->log.end - room->log.start > LIMIT_LOG) {
            hub_room_trim(room);
        }
    }
    return !list_is_empty(&hub->dirty) || hub->writer_count > 0;
}

void hub_room_trim(struct hub_room *room)
{
    struct room_log *log = &room->log;
    uint64_t point = room_log_trim_point(log, loop_now(room->hub->loop));
    if (point == log->start) {
        return;
    }
    /* A frame that straddles the point goes with it; what was sent of it in part is finished. */
    struct live_socket *detached = hub_detach(room, room_log_frame_end(log, point));
    room_log_trim(log, point);
    hub_rejoin(detached);
}
