/* request.h -- one HTTP/1.1 request, as strict as RFC 9112 allows.
 *
 * The head is collected whole (LIMIT_HTTP_HEAD), scanned for what a lenient parser might read in two
 * ways, and only then given to llhttp; everything doubtful is refused. All strings point into the
 * connection's head buffer or the request's arena and live until the response is queued.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "http/head_parse.h"
#include "base/limits.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER, /* known to no route: 501 */
};

struct http_request {
    enum http_method method;
    Str target; /* as sent, origin form */
    Str path;   /* decoded once; always begins with '/', no NUL, no empty or dot segments */
    Str query;  /* raw, without '?' */
    Str host;   /* of the Host field, checked for form */
    struct http_field fields[LIMIT_HTTP_FIELDS];
    size_t field_count;
    bool is_http_1_0;
    bool keep_alive;
    bool wants_continue; /* Expect: 100-continue */
    uint64_t body_len;   /* of Content-Length; 0 without */
    Str body;            /* whole, before the handler runs */
};

Str http_method_name(enum http_method method); /* "GET" … "OPTIONS", "OTHER" */
/* First field of that name, or an empty Str with null data. */
Str http_request_field(const struct http_request *request, Str name);
size_t http_request_field_count(const struct http_request *request, Str name);

enum http_parse { HTTP_PARSE_DONE, HTTP_PARSE_MORE, HTTP_PARSE_BAD };

/* Looks for the end of a head in `bytes`, resuming at *scan (0 at first): what was looked at is not
 * looked at again, but for one look back at an overlong first line. The answer is the same however the
 * bytes arrive. DONE: *ret_len is the length of the head with its blank line. BAD: *ret_status is 400,
 * 414 or 431. */
enum http_parse http_head_find(Str bytes, size_t *scan, size_t *ret_len, int *ret_status);
/* Parses a whole head. False: *ret_status is 400, 413, 414, 415, 417, 421, 431, 501 or 505. Pure. */
MUST_USE bool http_head_parse(Str head, struct arena *arena, struct http_request *ret_request,
                              int *ret_status);
