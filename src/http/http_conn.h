/* http_conn.h -- what the connection and the response share. Included by http/ only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/list.h"
#include "http/exchange.h"

enum http_state {
    HTTP_READING_HEAD,
    HTTP_READING_BODY,
    HTTP_HANDLING, /* the handler has the exchange */
    HTTP_SENDING,
    HTTP_DRAINING, /* the last answer is sent: reads on for a while, so that it is readable, then closes */
};

/* A connection while it speaks HTTP; freed whole when it is upgraded. */
struct http_conn {
    struct conn *conn;
    HttpHandler handler;
    void *context;
    struct list_node node;  /* in the loop's list, for draining */
    struct buf input;       /* unconsumed bytes; the request's strings point into it */
    size_t scan;            /* how far the end of the head was looked for */
    size_t head_len;
    struct http_exchange *exchange; /* from the head's end until the response is sent */
    size_t sent;            /* bytes of the response taken by the kernel */
    struct buf head;        /* status line and fields of the response */
    enum http_state state;
    bool has_eof;
    bool is_advancing;      /* a loop over pipelined requests is running: no second one inside it */
    bool is_last;           /* no further request on this connection */
};

/* In response.c: puts the head of the response into http->head. */
void http_response_head(struct http_conn *http, const struct http_exchange *exchange);
/* In response.c: the response's bytes from `from` on, as at most `max` slices. */
int http_response_slices(const struct http_conn *http, size_t from, struct iovec *iov, int max);
bool http_response_has_body(const struct http_exchange *exchange);
