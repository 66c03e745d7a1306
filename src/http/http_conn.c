/* http_conn.c -- a connection's requests, one after the other.
 *
 *   reading head → reading body → handling → sending → reading head …
 *                                    └ refused, or the last: sending → draining → closed
 *
 * Bytes of the next request may come early and wait in `input`; they are looked at only when the
 * response before is sent. After a refusal nothing that came is ever taken for a request.
 * SPDX-License-Identifier: MIT */
#include "http/http_conn.h"

#include <string.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "http/refusal.h"
#include "net/loop.h"

static void advance(struct http_conn *http);
static void send_some(struct http_conn *http);

static _Thread_local struct list connections; /* of this thread's loop */
static _Thread_local bool is_draining;
static _Thread_local uint64_t requests; /* numbers requests, with the loop's index in the high bits */

static struct list *own_connections(void)
{
    if (connections.root.next == NULL) {
        list_init(&connections);
    }
    return &connections;
}

/* --- exchanges ------------------------------------------------------------------------------------------- */

static struct http_exchange *exchange_create(struct http_conn *http)
{
    struct http_exchange *exchange = mem_new(struct http_exchange);
    struct loop *loop = conn_loop(http->conn);
    exchange->conn = http->conn;
    exchange->state = http;
    exchange->number = (uint64_t)loop_index(loop) << 48 | ++requests;
    exchange->started_ms = loop_now(loop);
    http->exchange = exchange;
    metrics_add(http_exchanges, 1);
    return exchange;
}

static void exchange_free(struct http_exchange *exchange)
{
    arena_finish(&exchange->arena);
    buf_finish(&exchange->head);
    html_out_finish(&exchange->body);
    mem_free(exchange);
    metrics_add(http_exchanges, -1);
}

/* --- reading --------------------------------------------------------------------------------------------- */

/* Answers a request that will never reach a handler; the connection ends with it. */
static void refuse(struct http_conn *http, int status)
{
    struct http_exchange *exchange = http->exchange;
    if (exchange == NULL) {
        exchange = exchange_create(http);
    }
    metrics_add(http_rejects_total, 1);
    exchange->close_after = true;
    http_respond_text(exchange, status, S("text/plain; charset=utf-8"), S("Request refused.\n"));
    refusal_log(exchange);
    http_exchange_send(exchange);
}

static void begin_body(struct http_conn *http)
{
    struct http_exchange *exchange = http->exchange;
    if (exchange->request.wants_continue && http->input.len == http->head_len) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        struct iovec iov = {(char *)go_on, sizeof(go_on) - 1};
        (void)conn_send(http->conn, &iov, 1); /* 25 bytes into an empty socket; lost, the client goes on */
    }
    http->state = HTTP_READING_BODY;
    conn_set_deadline(http->conn, LIMIT_HTTP_BODY_MS);
}

static void read_head(struct http_conn *http)
{
    int status = 0;
    if (http->input.len == 0) {
        return;
    }
    if (http->scan == 0) {
        conn_set_deadline(http->conn, LIMIT_HTTP_HEAD_MS); /* from the first byte of a head */
    }
    switch (http_head_find(buf_str(&http->input), &http->scan, &http->head_len, &status)) {
    case HTTP_PARSE_MORE:
        return;
    case HTTP_PARSE_BAD:
        refuse(http, status);
        return;
    case HTTP_PARSE_DONE:
        break;
    }
    struct http_exchange *exchange = exchange_create(http);
    Str head = str_sub(buf_str(&http->input), 0, http->head_len);
    /* The input may move while the body comes in: the head gets a place of its own. */
    head = str_dup(&exchange->arena, head);
    if (!http_head_parse(head, &exchange->arena, &exchange->request, &status)) {
        refuse(http, status);
        return;
    }
    begin_body(http);
}

static void read_body(struct http_conn *http)
{
    struct http_exchange *exchange = http->exchange;
    struct http_request *request = &exchange->request;
    if (http->input.len - http->head_len < request->body_len) {
        return;
    }
    request->body =
        str_dup(&exchange->arena, str_sub(buf_str(&http->input), http->head_len, request->body_len));
    buf_consume(&http->input, http->head_len + request->body_len);
    http->scan = http->head_len = 0;
    http->is_last = !request->keep_alive || is_draining;
    http->state = HTTP_HANDLING;
    conn_set_deadline(http->conn, 0);
    http->handler(http->context, exchange);
}

/* Goes on for as long as what is there allows. */
static void advance(struct http_conn *http)
{
    struct conn *conn = http->conn;
    enum http_state before;
    if (http->is_advancing) {
        return; /* a handler answered at once: the loop below goes on when it returns */
    }
    http->is_advancing = true;
    do {
        before = http->state;
        switch (http->state) {
        case HTTP_READING_HEAD:
            read_head(http);
            break;
        case HTTP_READING_BODY:
            read_body(http);
            break;
        case HTTP_HANDLING:
        case HTTP_SENDING:
        case HTTP_DRAINING:
            break;
        }
        /* A handler may have upgraded the connection: then `http` is gone. */
    } while (conn_user(conn) == http && !conn_is_closing(conn) && http->state != before);
    http->is_advancing = false; /* freed at the end of the turn at the earliest */
    bool is_reading = http->state == HTTP_READING_HEAD || http->state == HTTP_READING_BODY;
    if (conn_user(conn) == http && http->has_eof && is_reading) {
        conn_close(conn); /* the rest of this request will never come */
    }
}

/* Requests that wait for their turn are bounded: the rest stays with the client. A whole request
 * always fits. */
static void update_reading(struct http_conn *http)
{
    conn_set_reading(http->conn, http->input.len <= LIMIT_HTTP_HEAD + LIMIT_HTTP_BODY);
}

static void on_data(struct conn *conn, char *data, size_t len)
{
    struct http_conn *http = conn_user(conn);
    bool is_reading = http->state == HTTP_READING_HEAD || http->state == HTTP_READING_BODY;
    if (http->state == HTTP_DRAINING || (http->is_last && !is_reading)) {
        return; /* nothing of what follows counts */
    }
    buf_put(&http->input, data, len);
    update_reading(http);
    advance(http);
}

/* Half closed: it may still read the answers to all that it asked before. */
static void on_eof(struct conn *conn)
{
    struct http_conn *http = conn_user(conn);
    http->has_eof = true;
    if (http->state != HTTP_HANDLING && http->state != HTTP_SENDING) {
        conn_close(conn);
    }
}

/* --- sending ----------------------------------------------------------------------------------------------- */

static void begin_next(struct http_conn *http)
{
    http->exchange = NULL;
    http->sent = 0;
    if (http->input.len == 0) {
        buf_finish(&http->input); /* an idle connection holds no buffers */
        buf_finish(&http->head);
    }
    buf_clear(&http->head);
    http->state = HTTP_READING_HEAD;
    conn_set_deadline(http->conn, LIMIT_HTTP_IDLE_MS);
    update_reading(http);
}

static void finish_exchange(struct http_conn *http)
{
    exchange_free(http->exchange);
    begin_next(http);
    if (http->is_last && http->has_eof) {
        conn_close(http->conn);
    } else if (http->is_last) {
        /* Closed with bytes unread, the kernel would send a reset that overtakes the answer. */
        http->state = HTTP_DRAINING;
        buf_finish(&http->input);
        conn_shutdown(http->conn);
        conn_set_deadline(http->conn, LIMIT_HTTP_DRAIN_MS);
    }
}

static void send_some(struct http_conn *http)
{
    for (;;) {
        struct iovec iov[LIMIT_HTTP_IOV];
        int count = http_response_slices(http, http->sent, iov, LIMIT_HTTP_IOV);
        size_t wanted = 0;
        for (int i = 0; i < count; i++) {
            wanted += iov[i].iov_len;
        }
        if (wanted == 0) {
            finish_exchange(http);
            return;
        }
        ssize_t sent = conn_send(http->conn, iov, count);
        if (sent < 0) {
            return; /* on_close follows */
        }
        http->sent += (size_t)sent;
        if ((size_t)sent < wanted) {
            conn_set_deadline(http->conn, LIMIT_HTTP_WRITE_MS);
            conn_want_writable(http->conn);
            return;
        }
    }
}

void http_exchange_send(struct http_exchange *exchange)
{
    struct http_conn *http = exchange->state;
    CHECK(exchange->status != 0);
    metrics_add(http_requests_total, 1);
    metrics_add(http_refusals_total, exchange->status >= 400);
    if (exchange->conn == NULL) {
        exchange_free(exchange); /* the peer has gone: nobody to tell */
        return;
    }
    CHECK(http->state != HTTP_SENDING);
    bool is_all = http->has_eof && http->input.len == 0;
    http->is_last = http->is_last || exchange->close_after || is_draining || is_all;
    exchange->body_len = exchange->static_body.len + html_out_len(&exchange->body);
    bool was_handling = http->state == HTTP_HANDLING;
    http->state = HTTP_SENDING;
    http->sent = 0;
    http_response_head(http, exchange);
    struct conn *conn = http->conn;
    send_some(http);
    if (was_handling && !conn_is_closing(conn) && http->state == HTTP_READING_HEAD &&
        http->input.len > 0) {
        advance(http); /* a pipelined request */
    }
}

static void on_writable(struct conn *conn)
{
    struct http_conn *http = conn_user(conn);
    send_some(http);
    if (!conn_is_closing(conn)) {
        advance(http);
    }
}

/* --- the end ------------------------------------------------------------------------------------------------- */

static void on_deadline(struct conn *conn)
{
    struct http_conn *http = conn_user(conn);
    if (http->state == HTTP_READING_BODY || (http->state == HTTP_READING_HEAD && http->scan > 0)) {
        refuse(http, 408);
    } else {
        conn_close(conn);
    }
}

static void free_http(void *ptr)
{
    struct http_conn *http = ptr;
    buf_finish(&http->input);
    buf_finish(&http->head);
    mem_free(http);
}

/* Takes the connection's HTTP half apart; an exchange that a handler holds stays until it is sent. */
static void detach(struct http_conn *http)
{
    if (http->exchange != NULL && http->state == HTTP_HANDLING) {
        http->exchange->conn = NULL;
        http->exchange->state = NULL;
    } else if (http->exchange != NULL) {
        exchange_free(http->exchange);
    }
    list_remove(&http->node);
    metrics_add(http_connections, -1);
    loop_release_later(conn_loop(http->conn), free_http, http);
}

static void on_close(struct conn *conn)
{
    detach(conn_user(conn));
}

static const struct conn_protocol http_protocol = {
    .on_data = on_data,
    .on_eof = on_eof,
    .on_writable = on_writable,
    .on_deadline = on_deadline,
    .on_close = on_close,
};

void http_conn_start(struct loop *loop, int fd, ConnAddress peer, HttpHandler handler,
                     void *context)
{
    struct http_conn *http = mem_new(struct http_conn);
    http->handler = handler;
    http->context = context;
    http->conn = conn_create(loop, fd, peer, &http_protocol, http);
    list_push_back(own_connections(), &http->node);
    metrics_add(http_connections, 1);
    conn_set_deadline(http->conn, LIMIT_HTTP_HEAD_MS);
}

void http_conn_drain(struct loop *loop)
{
    (void)loop;
    is_draining = true;
    LIST_EACH(node, next, own_connections()) {
        struct http_conn *http = CONTAINER_OF(node, struct http_conn, node);
        http->is_last = true;
        if (http->state == HTTP_READING_HEAD && http->input.len == 0) {
            conn_close(http->conn);
        }
    }
}

void http_conn_cut(struct loop *loop)
{
    (void)loop;
    LIST_EACH(node, next, own_connections()) {
        conn_close(CONTAINER_OF(node, struct http_conn, node)->conn);
    }
}

struct conn *http_exchange_upgrade(struct http_exchange *exchange, Str head,
                                   const struct conn_protocol *protocol, void *user)
{
    struct http_conn *http = exchange->state;
    struct conn *conn = exchange->conn;
    CHECK(conn != NULL && http->state == HTTP_HANDLING);
    struct iovec iov = {(char *)head.data, head.len};
    ssize_t sent = conn_send(conn, &iov, 1);
    if (http->has_eof || (sent >= 0 && (size_t)sent < head.len)) {
        conn_close(conn); /* half a socket, or an empty one that takes no 129 bytes, is no use */
    }
    struct buf input = http->input;
    http->input = (struct buf){0};
    http->exchange = NULL;
    detach(http);
    conn_set_protocol(conn, protocol, user);
    conn_set_deadline(conn, 0);
    if (input.len > 0 && !conn_is_closing(conn)) {
        protocol->on_data(conn, input.data, input.len);
    }
    buf_finish(&input);
    exchange_free(exchange);
    metrics_add(http_requests_total, 1);
    return conn;
}
