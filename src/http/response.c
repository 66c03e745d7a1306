/* response.c -- putting a response together.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/metrics.h"
#include "base/text.h"
#include "http/http_conn.h"

/* On every response, whatever its status: what a browser may do with what it gets from us. */
static const char security_fields[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "X-Frame-Options: DENY\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()\r\n";

/* Kept by browsers: they never ask this host by plain http again. */
static const char https_field[] = "Strict-Transport-Security: max-age=63072000\r\n";
static bool is_on_https; /* constant while loops run */

void http_use_https(bool is_https)
{
    is_on_https = is_https;
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

/* --- what handlers call ----------------------------------------------------------------------------------- */

void http_respond_status(struct http_exchange *exchange, int status)
{
    exchange->status = status;
}

static bool is_field_safe(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '\r' || s.data[i] == '\n' || s.data[i] == '\0') {
            return false;
        }
    }
    return true;
}

void http_respond_field(struct http_exchange *exchange, Str name, Str value)
{
    CHECK(is_field_safe(name) && is_field_safe(value));
    buf_put_str(&exchange->head, name);
    buf_put_str(&exchange->head, S(": "));
    buf_put_str(&exchange->head, value);
    buf_put_str(&exchange->head, S("\r\n"));
}

void http_respond_html(struct http_exchange *exchange, int status)
{
    exchange->status = status;
    http_respond_field(exchange, S("Content-Type"), S("text/html; charset=utf-8"));
    http_respond_field(exchange, S("Cache-Control"), S("no-store"));
}

void http_respond_text(struct http_exchange *exchange, int status, Str type, Str text)
{
    exchange->status = status;
    http_respond_field(exchange, S("Content-Type"), type);
    http_respond_field(exchange, S("Cache-Control"), S("no-store"));
    buf_put_str(&exchange->body.buf, text);
}

void http_respond_static(struct http_exchange *exchange, int status, Str type, Str bytes)
{
    exchange->status = status;
    http_respond_field(exchange, S("Content-Type"), type);
    exchange->static_body = bytes;
}

void http_respond_redirect(struct http_exchange *exchange, int status, Str path)
{
    CHECK(path.len > 0 && path.data[0] == '/' && !str_starts(path, S("//")));
    exchange->status = status;
    http_respond_field(exchange, S("Location"), path);
    http_respond_field(exchange, S("Cache-Control"), S("no-store"));
}

void http_respond_cookie(struct http_exchange *exchange, Str cookie)
{
    http_respond_field(exchange, S("Set-Cookie"), cookie);
}

/* --- bytes -------------------------------------------------------------------------------------------------- */

bool http_response_has_body(const struct http_exchange *exchange)
{
    return exchange->request.method != HTTP_HEAD && exchange->status != 204 &&
           exchange->status != 304;
}

/* The date is the same for a whole second, on each thread by itself. */
static const char *date_now(void)
{
    static _Thread_local char date[30];
    static _Thread_local int64_t second = -1;
    Millis now = clock_wall_ms();
    if (now / 1000 != second) {
        second = now / 1000;
        text_http_date(now, date);
    }
    return date;
}

void http_response_head(struct http_conn *http, const struct http_exchange *exchange)
{
    struct buf *head = &http->head;
    buf_printf(head, "HTTP/1.1 %d %s\r\nDate: %s\r\n", exchange->status, reason_of(exchange->status),
               date_now());
    buf_put_str(head, buf_str(&exchange->head));
    buf_put(head, security_fields, sizeof(security_fields) - 1);
    if (is_on_https) {
        buf_put(head, https_field, sizeof(https_field) - 1);
    }
    if (exchange->status != 204 && exchange->status != 304) {
        buf_printf(head, "Content-Length: %llu\r\n", (unsigned long long)exchange->body_len);
    }
    if (http->is_last) {
        buf_put_str(head, S("Connection: close\r\n"));
    } else if (exchange->request.is_http_1_0) {
        buf_put_str(head, S("Connection: keep-alive\r\n"));
    }
    buf_put_str(head, S("\r\n"));
}

/* A walk over a response's bytes that skips what was sent and collects the rest. */
struct walk {
    size_t skip;
    struct iovec *iov;
    int count, max;
};

static void visit(struct walk *walk, const char *data, size_t len)
{
    size_t skipped = MIN(walk->skip, len);
    walk->skip -= skipped;
    if (len > skipped && walk->count < walk->max) {
        walk->iov[walk->count++] =
            (struct iovec){.iov_base = (char *)data + skipped, .iov_len = len - skipped};
    }
}

int http_response_slices(const struct http_conn *http, size_t from, struct iovec *iov, int max)
{
    const struct http_exchange *exchange = http->exchange;
    const struct html_out *body = &exchange->body;
    struct walk walk = {.skip = from, .iov = iov, .max = max};
    size_t at = 0;
    visit(&walk, http->head.data, http->head.len);
    if (!http_response_has_body(exchange)) {
        return walk.count;
    }
    visit(&walk, exchange->static_body.data, exchange->static_body.len);
    for (size_t i = 0; i < body->splice_count; i++) {
        const struct html_splice *splice = &body->splices[i];
        visit(&walk, body->buf.data + at, splice->at - at);
        visit(&walk, splice->piece.blob->data + splice->piece.offset, splice->piece.len);
        at = splice->at;
    }
    visit(&walk, body->buf.data + at, body->buf.len - at);
    return walk.count;
}
