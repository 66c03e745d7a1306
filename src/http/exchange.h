/* exchange.h -- one request and the response to it, held from the last byte in to the last byte out.
 *
 * The handler gets the whole request (body included), fills in the response, and calls
 * http_exchange_send, at once or later from any callback of the same loop. When the peer goes away in
 * between, the exchange stays valid until it is sent; the answer is then dropped. One exchange a
 * connection at a time: pipelined requests wait. Thread: the connection's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/blob.h"
#include "base/clock.h"
#include "html/html.h"
#include "http/request.h"
#include "net/conn.h"

struct http_exchange {
    struct http_request request;
    struct arena arena;  /* freed when the response is sent */
    struct conn *conn;   /* null when the peer has gone away */
    uint64_t number;     /* request id, for logs */
    Millis started_ms;   /* monotonic */
    int status;          /* 0 until set */
    struct buf head;     /* response fields so far, without the status line */
    struct html_out body;
    Str static_body;     /* instead of `body`: bytes that outlive the program */
    uint64_t body_len;   /* sum, filled in by send */
    bool close_after;    /* end the connection after this response */
    void *state;         /* http_conn's */
};

typedef void (*HttpHandler)(void *context, struct http_exchange *exchange);

/* Starts HTTP on an accepted descriptor. `handler` is called for each request, `context` is its. The
 * peer's bytes stay unread while a request is being answered and enough is buffered. */
void http_conn_start(struct loop *loop, int fd, ConnAddress peer, HttpHandler handler,
                     void *context);
/* Whether people reach us by https: every response then says so for two years. Before the loops run. */
void http_use_https(bool is_https);
/* Graceful shutdown of all HTTP connections of a loop: idle ones close, the others after their
 * response. */
void http_conn_drain(struct loop *loop);
/* Closes them all: they had their time. What handlers hold is still theirs to send. */
void http_conn_cut(struct loop *loop);

void http_respond_status(struct http_exchange *exchange, int status);
/* Adds a response field; CHECKs that neither holds CR, LF or NUL. */
void http_respond_field(struct http_exchange *exchange, Str name, Str value);
/* text/html; charset=utf-8, Cache-Control: no-store; the caller writes into exchange->body. */
void http_respond_html(struct http_exchange *exchange, int status);
void http_respond_text(struct http_exchange *exchange, int status, Str type, Str text);
/* Bytes that outlive the program (an embedded asset). */
void http_respond_static(struct http_exchange *exchange, int status, Str type, Str bytes);
/* `path` is our own: begins with one '/', no control characters (CHECKed). */
void http_respond_redirect(struct http_exchange *exchange, int status, Str path);
/* Adds a Set-Cookie field. */
void http_respond_cookie(struct http_exchange *exchange, Str cookie);

/* Queues the response; the exchange is not the handler's any more. HEAD, 204 and 304 send no body;
 * Date, Content-Length, Connection and the security fields of every response are added here. */
void http_exchange_send(struct http_exchange *exchange);

/* Instead of a response: writes `head` (the 101), takes the connection from HTTP and gives it to
 * `protocol`; bytes that came after the request are handed to its on_data at the end of the call. The
 * exchange is gone afterwards. Only while exchange->conn is there. */
struct conn *http_exchange_upgrade(struct http_exchange *exchange, Str head,
                                   const struct conn_protocol *protocol, void *user);
