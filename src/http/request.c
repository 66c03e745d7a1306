/* request.c -- finding the end of a head, and turning a scanned head into a request.
 * SPDX-License-Identifier: MIT */
#include "http/request.h"

#include "base/text.h"
#include "http/head_scan.h"

/* --- the end of a head ---------------------------------------------------------------------------------- */

enum http_parse http_head_find(Str bytes, size_t *scan, size_t *ret_len, int *ret_status)
{
    enum { LINE_AND_CRLF = LIMIT_HTTP_LINE + 2 };
    size_t limit = MIN(bytes.len, (size_t)LIMIT_HTTP_HEAD);
    /* Judged first, so that pieces and whole are refused alike. */
    if (*scan < LINE_AND_CRLF && bytes.len >= LINE_AND_CRLF &&
        str_find(str_sub(bytes, 0, LINE_AND_CRLF), '\n') < 0) {
        *ret_status = 414;
        return HTTP_PARSE_BAD;
    }
    for (size_t i = *scan; i < limit; i++) {
        if (bytes.data[i] != '\n') {
            continue;
        }
        bool is_bare = i == 0 || bytes.data[i - 1] != '\r';
        bool is_blank = i >= 3 && bytes.data[i - 2] == '\n';
        if (is_bare || i == 1) {
            *ret_status = 400;
            return HTTP_PARSE_BAD;
        }
        if (is_blank) {
            *ret_len = i + 1;
            return HTTP_PARSE_DONE;
        }
    }
    *scan = limit;
    if (bytes.len >= LIMIT_HTTP_HEAD) {
        *ret_status = 431;
        return HTTP_PARSE_BAD;
    }
    return HTTP_PARSE_MORE;
}

/* --- the parts of a request ------------------------------------------------------------------------------ */

Str http_request_field(const struct http_request *request, Str name)
{
    for (size_t i = 0; i < request->field_count; i++) {
        if (str_eq_nocase(request->fields[i].name, name)) {
            return request->fields[i].value;
        }
    }
    return (Str){0};
}

size_t http_request_field_count(const struct http_request *request, Str name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->field_count; i++) {
        count += str_eq_nocase(request->fields[i].name, name);
    }
    return count;
}

static const Str method_names[] = {
    [HTTP_GET] = S_INIT("GET"),         [HTTP_HEAD] = S_INIT("HEAD"),   [HTTP_POST] = S_INIT("POST"),
    [HTTP_PUT] = S_INIT("PUT"),         [HTTP_PATCH] = S_INIT("PATCH"), [HTTP_DELETE] = S_INIT("DELETE"),
    [HTTP_OPTIONS] = S_INIT("OPTIONS"), [HTTP_OTHER] = S_INIT("OTHER"),
};

Str http_method_name(enum http_method method)
{
    return method_names[method];
}

static enum http_method method_of(Str name)
{
    enum http_method method = HTTP_GET;
    while (method < HTTP_OTHER && !str_eq(name, method_names[method])) {
        method++;
    }
    return method;
}

static bool is_hidden_separator(Str path, size_t i)
{
    Str escape = str_sub(path, i, 3);
    return str_eq_nocase(escape, S("%2f")) || str_eq_nocase(escape, S("%5c")) ||
           str_eq(escape, S("%00"));
}

/* No empty and no dot segment, so that a path has one spelling. */
static bool has_plain_segments(Str path)
{
    Str rest = str_skip(path, 1);
    while (rest.len > 0) {
        Str segment;
        bool has_more = str_cut(rest, '/', &segment, &rest);
        if (segment.len == 0 || str_eq(segment, S(".")) || str_eq(segment, S("..")) ||
            (has_more && rest.len == 0)) {
            return false;
        }
    }
    return true;
}

/* Decodes once; what would be a separator only after decoding is refused. */
static bool decode_path(struct arena *arena, Str raw, Str *ret_path)
{
    struct buf decoded = {0};
    for (size_t i = 0; i < raw.len; i++) {
        if (is_hidden_separator(raw, i)) {
            return false;
        }
    }
    bool is_good = text_percent_decode(raw, false, &decoded) && str_is_utf8(buf_str(&decoded)) &&
                   has_plain_segments(buf_str(&decoded));
    for (size_t i = 0; is_good && i < decoded.len; i++) {
        is_good = (unsigned char)decoded.data[i] >= ' ' && decoded.data[i] != 0x7F;
    }
    if (is_good) {
        *ret_path = str_dup(arena, buf_str(&decoded));
    }
    buf_finish(&decoded);
    return is_good;
}

/* What the fields ask of us; 0, or the status to refuse with. */
static int judge_fields(struct http_request *request)
{
    Str expect = http_request_field(request, S("Expect"));
    Str encoding = http_request_field(request, S("Content-Encoding"));
    if (expect.data != NULL) {
        if (!str_eq_nocase(expect, S("100-continue"))) {
            return 417;
        }
        request->wants_continue = !request->is_http_1_0;
    }
    if (request->body_len > LIMIT_HTTP_BODY) {
        return 413;
    }
    return encoding.len > 0 && !str_eq_nocase(encoding, S("identity")) ? 415 : 0;
}

bool http_head_parse(Str head, struct arena *arena, struct http_request *ret_request,
                     int *ret_status)
{
    struct http_request *request = ret_request;
    struct head_parts parts = {.fields = request->fields, .field_max = LIMIT_HTTP_FIELDS};
    *ret_status = head_scan(head);
    if (*ret_status != 0) {
        return false;
    }
    *ret_status = 400;
    if (!head_parse(head, &parts)) {
        return false;
    }
    request->method = method_of(parts.method);
    request->target = parts.target;
    request->field_count = parts.field_count;
    request->is_http_1_0 = parts.is_1_0;
    request->keep_alive = parts.keep_alive;
    request->body_len = parts.content_length;
    request->host = http_request_field(request, S("Host"));
    Str raw_path;
    (void)str_cut(request->target, '?', &raw_path, &request->query);
    if (!decode_path(arena, raw_path, &request->path)) {
        return false;
    }
    *ret_status = judge_fields(request);
    return *ret_status == 0;
}
