/* fuzz_http_head.c -- a head is found alike in pieces, and what is accepted is beyond doubt.
 *
 * The first byte is the size of the pieces that the rest arrives in.
 * SPDX-License-Identifier: MIT */
#include "http/head_scan.h"
#include "http/request.h"
#include "ws/ws_handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_split(Str bytes, size_t step, enum http_parse whole, size_t whole_len,
                        int whole_status)
{
    enum http_parse parse = HTTP_PARSE_MORE;
    size_t scan = 0, len = 0;
    int status = 0;
    for (size_t have = 0; parse == HTTP_PARSE_MORE && have < bytes.len;) {
        have = MIN(have + step, bytes.len);
        parse = http_head_find(str_sub(bytes, 0, have), &scan, &len, &status);
        CHECK(scan <= have);
    }
    CHECK_EQ(parse, whole);
    CHECK_EQ(len, whole_len);
    CHECK_EQ(status, whole_status);
}

static bool is_inside(Str part, Str head)
{
    return part.data >= head.data && part.data + part.len <= head.data + head.len;
}

static void check_accepted(Str head, const struct http_request *request)
{
    CHECK(request->method != HTTP_OTHER && request->body_len <= LIMIT_HTTP_BODY);
    CHECK(request->path.len > 0 && request->path.data[0] == '/' && str_is_utf8(request->path));
    CHECK(str_find(request->path, '\0') < 0 && !str_contains(request->path, S("/../")));
    CHECK(request->host.len > 0 ? head_scan_host(request->host) : request->is_http_1_0);
    CHECK(is_inside(request->target, head) && request->field_count <= LIMIT_HTTP_FIELDS);
    for (size_t i = 0; i < request->field_count; i++) {
        const struct http_field *field = &request->fields[i];
        CHECK(field->name.len > 0 && is_inside(field->name, head) && is_inside(field->value, head));
        CHECK(!str_eq_nocase(field->name, S("Transfer-Encoding")));
        CHECK(str_find(field->value, '\r') < 0 && str_find(field->value, '\n') < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_request request;
    struct arena arena = {0};
    Str bytes = str_of(size == 0 ? data : data + 1, size == 0 ? 0 : size - 1);
    size_t scan = 0, len = 0;
    int status = 0;
    enum http_parse parse =
        bytes.len == 0 ? HTTP_PARSE_MORE : http_head_find(bytes, &scan, &len, &status);
    check_split(bytes, 1 + (size == 0 ? 0u : data[0]), parse, len, status);
    request = (struct http_request){0};
    if (parse == HTTP_PARSE_DONE &&
        http_head_parse(str_sub(bytes, 0, len), &arena, &request, &status)) {
        check_accepted(str_sub(bytes, 0, len), &request);
        if (ws_handshake_judge(&request) == 0) {
            CHECK(str_ends(ws_handshake_accept(&arena, &request), S("=\r\n\r\n")));
        }
    } else if (parse != HTTP_PARSE_MORE) {
        CHECK(status >= 400 && status <= 505);
    }
    arena_finish(&arena);
    return 0;
}
