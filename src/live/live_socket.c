/* live_socket.c -- the life of a live connection: bytes in, bytes out, silence, the end.
 * SPDX-License-Identifier: MIT */
#include "live/live_socket.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "live/hub_write.h"
#include "live/render.h"

/* How often a quiet socket is looked at: cheaper than moving its deadline with every frame. */
enum { QUIET_CHECK_MS = LIMIT_WS_HEARTBEAT_MS / 5 };

static const char heartbeat_frame[] = "\x81\x07<!---->";

static void arm_deadline(struct live_socket *socket);

struct live_socket *live_socket_create(struct hub *hub)
{
    struct live_socket *socket = mem_new(struct live_socket);
    socket->hub = hub;
    socket->refs = 1; /* the connection's */
    socket->state = LIVE_OPENING;
    return socket;
}

void live_socket_attach(struct live_socket *socket, struct conn *conn)
{
    socket->conn = conn;
    socket->sent_ms = loop_now(socket->hub->loop);
    socket->hub->socket_count++;
    metrics_add(sockets, 1);
    live_socket_update_reading(socket);
    arm_deadline(socket);
}

struct live_socket *live_socket_ref(struct live_socket *socket)
{
    CHECK(socket->refs < UINT16_MAX);
    socket->refs++;
    return socket;
}

void live_socket_unref(struct live_socket *socket)
{
    if (--socket->refs == 0) {
        CHECK(socket->conn == NULL && socket->room == NULL);
        mem_free(socket);
    }
}

/* --- bytes in --------------------------------------------------------------------------------- */

/* Whether the client's next message is to be looked at, by its rate, its operations in flight and its state. */
static bool may_go_on(const struct live_socket *socket)
{
    bool may = socket->state != LIVE_OPENING && socket->pause == NULL && !socket->is_draining &&
               socket->in_flight < LIMIT_IN_FLIGHT;
    return may || socket->state == LIVE_ENDING;
}

/* While the socket is ending, messages are passed over: the peer's close frame comes behind them. */
static bool on_text(void *context, Str text)
{
    struct live_socket *socket = context;
    metrics_add(ws_frames_in_total, 1);
    socket->has_message = true;
    if (socket->state != LIVE_ENDING) {
        endpoint_message(socket, text);
    }
    return !conn_is_closing(socket->conn) && may_go_on(socket);
}

/* Each ping is answered, at the rate of frames; a peer that does not read the pongs fills its private chain and
 * goes. */
static bool on_ping(void *context, Str payload)
{
    struct live_socket *socket = context;
    char header[WS_FRAME_HEADER_MAX];
    size_t header_len = ws_frame_header(header, WS_PONG, payload.len);
    struct blob *pong = blob_create(header_len + payload.len);
    memcpy(pong->data, header, header_len);
    memcpy(pong->data + header_len, payload.data, payload.len);
    live_socket_send(socket, pong, false);
    blob_unref(pong);
    if (socket->state != LIVE_ENDING) {
        endpoint_count_frame(socket);
    }
    return !conn_is_closing(socket->conn) && may_go_on(socket);
}

static bool on_close_frame(void *context, int code)
{
    struct live_socket *socket = context;
    if (socket->state != LIVE_ENDING) {
        live_socket_close(socket, code == 1005 ? WS_CLOSE_NORMAL : code, "");
    }
    socket->has_peer_closed = true;
    if (socket->private_last == NULL) {
        conn_close(socket->conn); /* ours was written before: both sides have said it */
    }
    return false;
}

static const struct ws_reader_events reader_events = {
    .on_text = on_text,
    .on_ping = on_ping,
    .on_close = on_close_frame,
};

/* One reading of bytes, up to where the client has to wait; how many were taken. Bytes alone move no deadline:
 * else a client that sends now and then could leave a message unfinished, or what is sent to it unread, for
 * ever. A message that begins has its time anew. */
static size_t read_messages(struct live_socket *socket, char *data, size_t len)
{
    size_t used;
    bool was_partial = ws_reader_is_partial(&socket->reader);
    socket->has_message = false;
    socket->is_reading = true;
    int code = ws_reader_feed(&socket->reader, data, len, &reader_events, socket, &used);
    if (code != 0 && socket->state != LIVE_ENDING) {
        live_socket_close(socket, code, "");
    }
    bool is_partial = ws_reader_is_partial(&socket->reader);
    bool is_other = is_partial != was_partial || (is_partial && socket->has_message);
    if (is_other && !conn_is_closing(socket->conn) && !conn_is_blocked(socket->conn)) {
        arm_deadline(socket);
    }
    socket->is_reading = false;
    return code == 0 ? used : len;
}

static void drop_unread(struct live_socket *socket)
{
    if (socket->unread != NULL) {
        buf_finish(&socket->unread->bytes);
        mem_free(socket->unread);
        socket->unread = NULL;
    }
}

static void keep_unread(struct live_socket *socket, const char *data, size_t len)
{
    if (socket->unread == NULL) {
        socket->unread = mem_new(struct live_unread);
    }
    buf_put(&socket->unread->bytes, data, len);
}

/* Goes on with what was kept, as far as the client may. */
static void read_unread(struct live_socket *socket)
{
    while (socket->unread != NULL && !conn_is_closing(socket->conn) && may_go_on(socket)) {
        struct live_unread *unread = socket->unread;
        size_t len = unread->bytes.len - unread->at;
        unread->at += read_messages(socket, unread->bytes.data + unread->at, len);
        if (unread->at == unread->bytes.len) {
            drop_unread(socket);
        }
    }
}

static void on_data(struct conn *conn, char *data, size_t len)
{
    struct live_socket *socket = conn_user(conn);
    size_t used = 0;
    if (socket->unread == NULL && may_go_on(socket)) {
        used = read_messages(socket, data, len);
    }
    if (used < len && !conn_is_closing(conn)) {
        keep_unread(socket, data + used, len - used);
        live_socket_update_reading(socket);
    }
}

static void on_eof(struct conn *conn)
{
    conn_close(conn);
}

/* --- private bytes -------------------------------------------------------------------------------- */

static void append_piece(struct live_socket *socket, struct blob *blob, bool is_counted)
{
    struct private_piece *piece = mem_new(struct private_piece);
    piece->blob = blob_ref(blob);
    piece->is_counted = is_counted;
    if (socket->private_last == NULL) {
        piece->next = piece;
    } else {
        piece->next = socket->private_last->next;
        socket->private_last->next = piece;
    }
    socket->private_last = piece;
}

/* Makes room for `more` bytes of the chain's bound; false: the socket goes, for it is too far behind. */
static bool take_private(struct live_socket *socket, size_t more)
{
    if (socket->private_bytes + more > LIMIT_PRIVATE) {
        live_socket_close(socket, WS_CLOSE_LAGGING, "too far behind");
        return false;
    }
    socket->private_bytes += (uint32_t)more;
    return true;
}

static bool takes_frames(const struct live_socket *socket)
{
    return socket->conn != NULL && !conn_is_closing(socket->conn) && socket->state != LIVE_ENDING;
}

void live_socket_send(struct live_socket *socket, struct blob *frame, bool is_shared)
{
    if (!takes_frames(socket) || (!is_shared && !take_private(socket, frame->len))) {
        return;
    }
    append_piece(socket, frame, !is_shared);
    hub_queue_writer(socket->hub, socket);
}

static struct private_piece *waiting_hint(const struct live_socket *socket)
{
    struct private_piece *last = socket->private_last;
    for (struct private_piece *piece = last; piece != NULL;) {
        if (piece->is_hint && piece->sent == 0) {
            return piece;
        }
        piece = piece->next == last ? NULL : piece->next;
    }
    return NULL;
}

static void queue_hint(struct live_socket *socket, struct blob *frame)
{
    live_socket_send(socket, frame, false);
    if (takes_frames(socket)) {
        socket->private_last->is_hint = true;
    }
}

bool live_socket_send_hint(struct live_socket *socket, struct blob *frame)
{
    if (waiting_hint(socket) != NULL) {
        return false;
    }
    queue_hint(socket, frame);
    return true;
}

void live_socket_send_counters(struct live_socket *socket, struct blob *frame)
{
    struct private_piece *waiting = waiting_hint(socket);
    if (waiting == NULL) {
        queue_hint(socket, frame);
        return;
    }
    size_t before = waiting->blob->len;
    socket->private_bytes -= (uint32_t)before;
    if (take_private(socket, frame->len)) {
        blob_unref(waiting->blob);
        waiting->blob = blob_ref(frame);
    } else {
        socket->private_bytes += (uint32_t)before; /* it goes: what was queued is still counted */
    }
}

void live_socket_sendf(struct live_socket *socket, const char *format, ...)
{
    char markup[512];
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(markup, sizeof(markup), format, arguments);
    va_end(arguments);
    CHECK(len > 0 && (size_t)len < sizeof(markup));
    struct blob *frame = render_private(str_of(markup, (size_t)len));
    live_socket_send(socket, frame, false);
    blob_unref(frame);
}

void live_socket_send_reset(struct live_socket *socket, RoomId room)
{
    CHECK(socket->room == NULL);
    if (socket->opening == 0) {
        socket->opening = room;
    }
    metrics_add(resets_total, 1);
    live_socket_sendf(socket, "<i id=sys data-do=reset data-room=%lld hx-swap-oob=true></i>",
                      (long long)room);
}

void live_socket_send_rest(struct live_socket *socket, struct blob *rest)
{
    struct private_piece *last = socket->private_last;
    CHECK(last == NULL || last->next->sent == 0); /* the log was in mid-frame, so they were not */
    append_piece(socket, rest, false);
    if (last != NULL) {
        socket->private_last = last; /* circular: the new piece now stands first */
    }
}

static void drop_private(struct live_socket *socket)
{
    while (socket->private_last != NULL) {
        hub_write_drop_first_piece(socket);
    }
    CHECK_EQ(socket->private_bytes, 0);
}

/* --- bytes out -------------------------------------------------------------------------------------- */

/* `was_blocked`: whether the socket was waiting to be writable before this. */
static void write_out(struct live_socket *socket, bool was_blocked)
{
    Millis before = socket->sent_ms;
    enum hub_write_result result = hub_write(socket);
    if (result == HUB_WRITE_DEAD) {
        return; /* on_close follows */
    }
    if (result == HUB_WRITE_BLOCKED) {
        conn_want_writable(socket->conn);
    }
    if (socket->state == LIVE_ENDING) {
        if (socket->has_peer_closed && socket->private_last == NULL) {
            conn_close(socket->conn); /* both sides have said it */
        }
        return; /* its deadline runs already */
    }
    bool has_progress = socket->sent_ms != before;
    if (was_blocked != conn_is_blocked(socket->conn) || (was_blocked && has_progress)) {
        arm_deadline(socket); /* progress: the stall's clock starts anew */
    }
}

void live_socket_write(struct live_socket *socket)
{
    write_out(socket, conn_is_blocked(socket->conn));
}

static void on_writable(struct conn *conn)
{
    write_out(conn_user(conn), true);
}

/* --- silence ---------------------------------------------------------------------------------------- */

static void arm_deadline(struct live_socket *socket)
{
    if (socket->state == LIVE_ENDING) {
        return;
    }
    Millis duration = QUIET_CHECK_MS;
    if (conn_is_blocked(socket->conn)) {
        duration = LIMIT_STALL_MS;
    } else if (ws_reader_is_partial(&socket->reader)) {
        duration = LIMIT_WS_PARTIAL_MS;
    }
    conn_set_deadline(socket->conn, duration);
}

static void send_heartbeat(struct live_socket *socket)
{
    struct blob *frame = blob_from_str(str_of(heartbeat_frame, sizeof(heartbeat_frame) - 1));
    live_socket_send(socket, frame, false);
    blob_unref(frame);
}

static void on_deadline(struct conn *conn)
{
    struct live_socket *socket = conn_user(conn);
    if (socket->state == LIVE_ENDING || conn_is_blocked(conn)) {
        conn_close(conn); /* nothing can be written: a close frame neither */
        return;
    }
    if (ws_reader_is_partial(&socket->reader)) {
        live_socket_close(socket, WS_CLOSE_POLICY, "unfinished message");
        return;
    }
    if (socket->session != NULL && socket->session->expires_ms <= clock_wall_ms()) {
        endpoint_recheck(socket);
    }
    if (loop_now(socket->hub->loop) - socket->sent_ms > LIMIT_WS_HEARTBEAT_MS - QUIET_CHECK_MS) {
        send_heartbeat(socket);
    }
    if (!conn_is_closing(conn)) {
        arm_deadline(socket);
    }
}

/* --- rate and operations in flight -------------------------------------------------------------------- */

void live_socket_update_reading(struct live_socket *socket)
{
    if (socket->conn == NULL || conn_is_closing(socket->conn)) {
        return;
    }
    if (!socket->is_reading) {
        read_unread(socket);
    }
    if (conn_is_closing(socket->conn)) {
        return;
    }
    conn_set_reading(socket->conn, socket->unread == NULL && may_go_on(socket));
}

static void end_pause(struct live_socket *socket)
{
    if (socket->pause != NULL) {
        loop_timer_stop(&socket->pause->timer);
        mem_free(socket->pause);
        socket->pause = NULL;
    }
}

static void pause_over(struct loop_timer *timer)
{
    struct live_socket *socket = CONTAINER_OF(timer, struct live_pause, timer)->socket;
    end_pause(socket);
    live_socket_update_reading(socket);
}

void live_socket_pause(struct live_socket *socket, Millis duration_ms)
{
    if (socket->pause == NULL && socket->conn != NULL) {
        socket->pause = mem_new(struct live_pause);
        socket->pause->socket = socket;
        loop_timer_start(socket->hub->loop, &socket->pause->timer, duration_ms, 0, pause_over);
        live_socket_update_reading(socket);
    }
}

void live_socket_op_done(struct live_socket *socket)
{
    CHECK(socket->in_flight > 0);
    socket->in_flight--;
    if (socket->conn != NULL && socket->is_draining && socket->in_flight == 0) {
        live_socket_close(socket, WS_CLOSE_RESTART, "restarting");
    }
    live_socket_update_reading(socket);
    live_socket_unref(socket);
}

/* --- the end ---------------------------------------------------------------------------------------- */

/* What the log holds for a member that leaves now: all of it when it is little, else the rest of the
 * frame that was begun. */
static void queue_last_words(struct live_socket *socket)
{
    struct hub_slot *slot = &socket->room->slots[socket->slot];
    const struct room_log *log = &socket->room->log;
    uint64_t from = slot->cursor;
    uint64_t to = log->end - from <= LIMIT_PRIVATE ? log->end : room_log_frame_end(log, from);
    if (from == to) {
        return;
    }
    bool is_mid_frame = room_log_frame_end(log, from) != from;
    struct blob *rest = hub_write_copy(log, from, to);
    if (is_mid_frame) {
        live_socket_send_rest(socket, rest);
    } else {
        append_piece(socket, rest, false);
    }
    blob_unref(rest);
}

/* How far its person has read is known at once, so that the next page says so. */
static void leave_room(struct live_socket *socket)
{
    if (socket->room != NULL && socket->person != NULL) {
        read_marks_flush(socket->hub, socket->person->id, socket->room->id);
    }
    hub_leave(socket);
}

void live_socket_close(struct live_socket *socket, int code, const char *reason)
{
    if (socket->conn == NULL || socket->state == LIVE_ENDING || conn_is_closing(socket->conn)) {
        return;
    }
    if (socket->state == LIVE_MEMBER) {
        queue_last_words(socket);
    }
    leave_room(socket);
    hub_person_uncount(socket);
    socket->state = LIVE_ENDING;
    metrics_add(ws_closes_total, 1);
    char close_frame[127];
    size_t len = ws_frame_close(close_frame, code, str_from_z(reason));
    struct blob *frame = blob_from_str(str_of(close_frame, len));
    append_piece(socket, frame, false);
    blob_unref(frame);
    conn_set_deadline(socket->conn, LIMIT_WS_CLOSE_MS);
    live_socket_update_reading(socket);
    hub_queue_writer(socket->hub, socket);
}

static void on_close(struct conn *conn)
{
    struct live_socket *socket = conn_user(conn);
    struct hub *hub = socket->hub;
    leave_room(socket);
    drop_private(socket);
    drop_unread(socket);
    end_pause(socket);
    ws_reader_finish(&socket->reader);
    hub_person_leave(socket);
    dir_session_unref(socket->session);
    socket->session = NULL;
    socket->conn = NULL;
    hub->socket_count--;
    metrics_add(sockets, -1);
    live_socket_unref(socket);
}

const struct conn_protocol live_socket_protocol = {
    .on_data = on_data,
    .on_eof = on_eof,
    .on_writable = on_writable,
    .on_deadline = on_deadline,
    .on_close = on_close,
};

void live_socket_drain_all(struct hub *hub)
{
    hub->is_draining = true;
    read_marks_tick(hub, true);
    size_t pos = 0;
    void *value;
    while (map_next(&hub->people, &pos, &value)) {
        struct hub_person *person = value;
        LIST_EACH(node, next, &person->sockets) {
            struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
            socket->is_draining = true;
            if (socket->in_flight == 0) {
                live_socket_close(socket, WS_CLOSE_RESTART, "restarting");
            } else {
                live_socket_update_reading(socket);
            }
        }
    }
}
