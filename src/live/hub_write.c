/* hub_write.c -- see hub_write.h.
 * SPDX-License-Identifier: MIT */
#include "live/hub_write.h"

#include <string.h>

#include "base/mem.h"
#include "base/metrics.h"

/* At most this many pieces of a sendmsg are private; the others are the log's. */
enum { PRIVATE_IOV = 8 };

/* One sendmsg in the making: [rest of a log frame] [private pieces] [log]. */
struct packet {
    struct iovec iov[LIMIT_SEND_IOV + PRIVATE_IOV];
    int count;
    size_t rest_len, private_len, log_len;
    bool is_all; /* nothing else waits */
};

struct blob *hub_write_copy(const struct room_log *log, uint64_t from, uint64_t to)
{
    struct blob *copy = blob_create((size_t)(to - from));
    size_t done = 0;
    while (done < copy->len) {
        struct iovec slices[LIMIT_SEND_IOV];
        size_t len;
        int count = room_log_slices(log, from + done, to, slices, LIMIT_SEND_IOV, &len);
        CHECK(count > 0);
        for (int i = 0; i < count; i++) {
            memcpy(copy->data + done, slices[i].iov_base, slices[i].iov_len);
            done += slices[i].iov_len;
        }
    }
    return copy;
}

void hub_write_drop_first_piece(struct live_socket *socket)
{
    struct private_piece *last = socket->private_last;
    struct private_piece *first = last->next;
    if (first == last) {
        socket->private_last = NULL;
    } else {
        last->next = first->next;
    }
    if (first->is_counted) {
        socket->private_bytes -= first->blob->len;
    }
    blob_unref(first->blob);
    mem_free(first);
}

/* --- putting a packet together ---------------------------------------------------------------------- */

static size_t add_log(struct packet *packet, const struct room_log *log, uint64_t from, uint64_t to)
{
    size_t len = 0;
    int room = (int)ARRAY_LEN(packet->iov) - packet->count;
    packet->count += room_log_slices(log, from, to, packet->iov + packet->count, room, &len);
    packet->is_all = packet->is_all && len == to - from;
    return len;
}

static void add_private(struct packet *packet, struct live_socket *socket)
{
    struct private_piece *last = socket->private_last;
    int added = 0;
    if (last == NULL) {
        return;
    }
    for (struct private_piece *piece = last->next;; piece = piece->next) {
        if (added == PRIVATE_IOV) {
            packet->is_all = false;
            return;
        }
        struct iovec *iov = &packet->iov[packet->count++];
        iov->iov_base = piece->blob->data + piece->sent;
        iov->iov_len = piece->blob->len - piece->sent;
        packet->private_len += iov->iov_len;
        added++;
        if (piece == last) {
            return;
        }
    }
}

static void make_packet(struct packet *packet, struct live_socket *socket)
{
    packet->count = 0;
    packet->rest_len = packet->private_len = packet->log_len = 0;
    packet->is_all = true;
    bool is_member = socket->state == LIVE_MEMBER;
    const struct room_log *log = is_member ? &socket->room->log : NULL;
    uint64_t from = is_member ? socket->room->slots[socket->slot].cursor : 0;
    bool is_mid_private = socket->private_last != NULL && socket->private_last->next->sent > 0;
    if (is_member && !is_mid_private && socket->private_last != NULL) {
        uint64_t frame_end = room_log_frame_end(log, from);
        packet->rest_len = add_log(packet, log, from, frame_end);
        from += packet->rest_len;
        if (!packet->is_all) {
            return;
        }
    }
    add_private(packet, socket);
    if (is_member && packet->is_all) {
        packet->log_len = add_log(packet, log, from, log->end);
    }
}

/* --- accounting for what the kernel took ------------------------------------------------------------ */

static void advance_log(struct live_socket *socket, size_t len)
{
    if (len == 0) {
        return;
    }
    struct hub_slot *slot = &socket->room->slots[socket->slot];
    const struct room_log *log = &socket->room->log;
    size_t before = room_log_frames_before(log, slot->cursor);
    slot->cursor += len;
    metrics_add(deliveries_total, (int64_t)(room_log_frames_before(log, slot->cursor) - before));
}

static void advance_private(struct live_socket *socket, size_t len)
{
    while (len > 0) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): while there is something to take off there is a piece */
        struct private_piece *first = socket->private_last->next;
        size_t part = MIN(len, (size_t)(first->blob->len - first->sent));
        first->sent += (uint32_t)part;
        len -= part;
        if (first->sent == first->blob->len) {
            hub_write_drop_first_piece(socket);
        }
    }
}

static void advance(struct live_socket *socket, const struct packet *packet, size_t sent)
{
    size_t rest = MIN(sent, packet->rest_len);
    size_t private = MIN(sent - rest, packet->private_len);
    advance_log(socket, rest);
    advance_private(socket, private);
    advance_log(socket, sent - rest - private);
}

static void count_send(struct live_socket *socket, ssize_t sent, size_t wanted)
{
    metrics_add(sends_total, 1);
    if (sent > 0) {
        metrics_add(sent_bytes_total, sent);
        socket->sent_ms = loop_now(socket->hub->loop);
    }
    if (sent >= 0 && (size_t)sent < wanted) {
        metrics_add(sends_blocked_total, 1);
    }
}

enum hub_write_result hub_write(struct live_socket *socket)
{
    for (;;) {
        struct packet packet;
        make_packet(&packet, socket);
        if (packet.count == 0) {
            return HUB_WRITE_DONE;
        }
        size_t wanted = packet.rest_len + packet.private_len + packet.log_len;
        ssize_t sent = conn_send(socket->conn, packet.iov, packet.count);
        count_send(socket, sent, wanted);
        if (sent < 0) {
            return HUB_WRITE_DEAD;
        }
        advance(socket, &packet, (size_t)sent);
        if ((size_t)sent < wanted) {
            return HUB_WRITE_BLOCKED;
        }
        if (packet.is_all) {
            return HUB_WRITE_DONE;
        }
    }
}

/* --- the fast path ---------------------------------------------------------------------------------- */

void hub_span_set(struct hub_span *span, const struct room_log *log, uint64_t from)
{
    span->from = from;
    span->count = room_log_slices(log, from, log->end, span->slices, LIMIT_SEND_IOV, &span->len);
    span->frames = room_log_frames_before(log, from + span->len) - room_log_frames_before(log, from);
}

enum hub_write_result hub_write_span(struct hub_room *room, struct hub_slot *slot,
                                     const struct hub_span *span)
{
    struct live_socket *socket = slot->socket;
    ssize_t sent = conn_send(socket->conn, span->slices, span->count);
    count_send(socket, sent, span->len);
    if (sent < 0) {
        return HUB_WRITE_DEAD;
    }
    if ((size_t)sent == span->len) {
        slot->cursor += span->len;
        metrics_add(deliveries_total, (int64_t)span->frames);
        return slot->cursor == room->log.end ? HUB_WRITE_DONE : hub_write(socket);
    }
    advance_log(socket, (size_t)sent);
    return HUB_WRITE_BLOCKED;
}
