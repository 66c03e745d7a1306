/* test_request.c -- heads of requests: found whole, and refused wherever two readers might differ.
 * SPDX-License-Identifier: MIT */
#include "http/request.h"

#include "base/buf.h"
#include "tests/support/cmocka_all.h"

/* A good head but for the fields given, which end in CRLF each. */
#define WITH(fields) S_INIT("POST /a HTTP/1.1\r\nHost: h\r\n" fields "\r\n")
#define LINE(line) S_INIT(line "\r\nHost: h\r\n\r\n")

struct row {
    Str head;
    int status; /* 0: accepted */
};

/* What becomes of bytes that hold a whole head: 0, or the status that refuses it. */
static int judge(struct arena *arena, Str bytes, struct http_request *request)
{
    size_t scan = 0, len = 0;
    int status = 0;
    *request = (struct http_request){0};
    enum http_parse parse = http_head_find(bytes, &scan, &len, &status);
    assert_int_not_equal(parse, HTTP_PARSE_MORE);
    if (parse == HTTP_PARSE_DONE &&
        http_head_parse(str_sub(bytes, 0, len), arena, request, &status)) {
        assert_int_equal(status, 0);
    } else {
        assert_int_not_equal(status, 0);
    }
    return status;
}

static void check_rows(const struct row *rows, size_t count)
{
    static struct http_request request;
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        int status = judge(&arena, rows[i].head, &request);
        if (status != rows[i].status) {
            fail_msg("row %zu: %d instead of %d for %.60s", i, status, rows[i].status,
                     rows[i].head.data);
        }
        arena_finish(&arena);
    }
}
#define CHECK_ROWS(...)                                                                            \
    do {                                                                                           \
        static const struct row rows_[] = {__VA_ARGS__};                                           \
        check_rows(rows_, ARRAY_LEN(rows_));                                                       \
    } while (0)

/* --- the end of a head --------------------------------------------------------------------------
 */

static void every_split_finds_the_same_end(void **state)
{
    Str bytes = S("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\nGET /next");
    size_t head_len = bytes.len - S("GET /next").len;
    (void)state;
    for (size_t split = 1; split < bytes.len; split++) {
        size_t scan = 0, len = 0;
        int status = 0;
        enum http_parse parse = http_head_find(str_sub(bytes, 0, split), &scan, &len, &status);
        assert_int_equal(parse, split < head_len ? HTTP_PARSE_MORE : HTTP_PARSE_DONE);
        if (parse == HTTP_PARSE_MORE) {
            assert_int_equal(scan, split); /* nothing is looked at twice */
            parse = http_head_find(bytes, &scan, &len, &status);
        }
        assert_int_equal(parse, HTTP_PARSE_DONE);
        assert_int_equal(len, head_len);
    }
}

/* A head of just this size, with a request line of that size (without its CRLF). */
static struct buf head_of(size_t line_len, size_t head_len)
{
    struct buf head = {0};
    buf_put_str(&head, S("GET /"));
    while (head.len < line_len - 9) {
        buf_put_char(&head, 'a');
    }
    buf_put_str(&head, S(" HTTP/1.1\r\nHost: h\r\nX: "));
    while (head.len < head_len - 4) {
        buf_put_char(&head, 'x');
    }
    buf_put_str(&head, S("\r\n\r\n"));
    return head;
}

/* The status of a head that comes whole, and the same byte by byte. */
static int status_of_size(size_t line_len, size_t head_len)
{
    static struct http_request request;
    struct arena arena = {0};
    struct buf head = head_of(line_len, head_len);
    int whole = judge(&arena, buf_str(&head), &request);
    size_t scan = 0, len = 0;
    int status = 0;
    enum http_parse parse = HTTP_PARSE_MORE;
    for (size_t have = 1; parse == HTTP_PARSE_MORE; have++) {
        assert_true(have <= head.len);
        parse = http_head_find(str_sub(buf_str(&head), 0, have), &scan, &len, &status);
    }
    bool is_good = parse == HTTP_PARSE_DONE &&
                   http_head_parse(str_sub(buf_str(&head), 0, len), &arena, &request, &status);
    assert_int_equal(is_good ? 0 : status, whole);
    buf_finish(&head);
    arena_finish(&arena);
    return whole;
}

static void lengths_are_judged_at_the_byte(void **state)
{
    (void)state;
    assert_int_equal(status_of_size(LIMIT_HTTP_LINE, LIMIT_HTTP_LINE + 100), 0);
    assert_int_equal(status_of_size(LIMIT_HTTP_LINE + 1, LIMIT_HTTP_LINE + 100), 414);
    assert_int_equal(status_of_size(100, LIMIT_HTTP_HEAD), 0);
    assert_int_equal(status_of_size(100, LIMIT_HTTP_HEAD + 1), 431);
}

static void ten_thousand_slashes_are_too_long(void **state)
{
    static struct http_request request;
    struct arena arena = {0};
    struct buf head = {0};
    (void)state;
    buf_put_str(&head, S("GET "));
    for (int i = 0; i < 10000; i++) {
        buf_put_char(&head, '/');
    }
    buf_put_str(&head, S(" HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_int_equal(judge(&arena, buf_str(&head), &request), 414);
    buf_finish(&head);
    arena_finish(&arena);
}

static void fields_are_counted(void **state)
{
    static struct http_request request;
    (void)state;
    for (int extra = LIMIT_HTTP_FIELDS - 1; extra <= LIMIT_HTTP_FIELDS; extra++) {
        struct arena arena = {0};
        struct buf head = {0};
        buf_put_str(&head, S("GET / HTTP/1.1\r\nHost: h\r\n"));
        for (int i = 0; i < extra; i++) {
            buf_printf(&head, "X-%d: %d\r\n", i, i);
        }
        buf_put_str(&head, S("\r\n"));
        int status = judge(&arena, buf_str(&head), &request);
        assert_int_equal(status, extra < LIMIT_HTTP_FIELDS ? 0 : 431);
        buf_finish(&head);
        arena_finish(&arena);
    }
}

/* --- what is refused ----------------------------------------------------------------------------
 */

static void bare_line_ends(void **state)
{
    (void)state;
    CHECK_ROWS({S_INIT("GET / HTTP/1.1\nHost: h\r\n\r\n"), 400},
               {S_INIT("GET / HTTP/1.1\r\nHost: h\n\r\n"), 400},
               {S_INIT("GET / HTTP/1.1\r\nHost: h\r\n\n"), 400},
               {S_INIT("\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
               {S_INIT("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"), 400}, {S_INIT("\n\n"), 400});
}

static void bare_carriage_returns(void **state)
{
    (void)state;
    CHECK_ROWS({WITH("A: b\rc\r\n"), 400}, {WITH("A\r: b\r\n"), 400},
               {LINE("GET /\r HTTP/1.1"), 400}, {LINE("GET / HTTP/1.1\r"), 400},
               {WITH("A: b\r\n\rX\r\n"), 400}, {WITH("\r\rA: b\r\n"), 400});
}

static void control_characters(void **state)
{
    (void)state;
    CHECK_ROWS({WITH("A\0: b\r\n"), 400}, {WITH("A\x01: b\r\n"), 400}, {WITH("A\x7F: b\r\n"), 400},
               {WITH("A\x80: b\r\n"), 400}, {WITH("A\xFF: b\r\n"), 400}, {WITH("A: b\0\r\n"), 400},
               {WITH("A: b\x0Bz\r\n"), 400}, {WITH("A: \x7F\r\n"), 400},
               {LINE("GET /\0 HTTP/1.1"), 400}, {LINE("GET /\x01 HTTP/1.1"), 400},
               {LINE("GET /\x80 HTTP/1.1"), 400}, {LINE("GET /\tx HTTP/1.1"), 400},
               {WITH("A: b\tc\r\n"), 0}, {WITH("A: \xC3\xA9\r\n"), 0});
}

/* Only space and tab go: 0x85 and 0xA0 are white space to some readers. */
static void values_are_trimmed_of_blanks_only(void **state)
{
    static struct http_request request;
    struct arena arena = {0};
    (void)state;
    Str head = S("GET / HTTP/1.1\r\nHost: \t h \r\nA:\x85"
                 "b\xA0 \r\nB:\r\nC: \t \r\n\r\n");
    assert_int_equal(judge(&arena, head, &request), 0);
    assert_true(str_eq(request.host, S("h")));
    assert_true(str_eq(http_request_field(&request, S("a")), S("\x85"
                                                               "b\xA0")));
    assert_non_null(http_request_field(&request, S("B")).data); /* empty is not absent */
    assert_int_equal(http_request_field(&request, S("B")).len, 0);
    assert_non_null(http_request_field(&request, S("C")).data);
    assert_int_equal(http_request_field(&request, S("C")).len, 0);
    assert_null(http_request_field(&request, S("D")).data);
    arena_finish(&arena);
}

static void malformed_fields(void **state)
{
    (void)state;
    CHECK_ROWS({WITH("A : b\r\n"), 400}, {WITH("A\t: b\r\n"), 400}, {WITH("A: b\r\n c\r\n"), 400},
               {WITH("A: b\r\n\tc\r\n"), 400}, {S_INIT("GET / HTTP/1.1\r\n Host: h\r\n\r\n"), 400},
               {WITH("nothing\r\n"), 400}, {WITH(": b\r\n"), 400}, {WITH("A\r\nB: c\r\n"), 400},
               {WITH("A(b): c\r\n"), 400}, {WITH("A\"b: c\r\n"), 400});
}

static void lengths(void **state)
{
    (void)state;
    CHECK_ROWS({WITH("Content-Length: 5\r\n"), 0}, {WITH("Content-Length: 0\r\n"), 0},
               {WITH("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
               {WITH("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
               {WITH("Content-Length: 5, 5\r\n"), 400}, {WITH("Content-Length:\r\n"), 400},
               {WITH("Content-Length: +5\r\n"), 400}, {WITH("Content-Length: -48\r\n"), 400},
               {WITH("Content-Length: 0x10\r\n"), 400}, {WITH("Content-Length: 010\r\n"), 400},
               {WITH("Content-Length: 5_0\r\n"), 400}, {WITH("Content-Length: 1Z\r\n"), 400},
               {WITH("Content-Length: 5 5\r\n"), 400},
               {WITH("Content-Length: 18446744073709551616\r\n"), 400},
               {WITH("Content-Length: 18446744073709551615\r\n"), 400},
               {WITH("Content-Length: 999999999999999999\r\n"), 413},
               {WITH("Content-Length: 65536\r\n"), 0}, {WITH("Content-Length: 65537\r\n"), 413},
               {WITH("content-LENGTH: 65537\r\n"), 413});
}

static void a_length_of_ten_thousand_digits(void **state)
{
    static struct http_request request;
    struct arena arena = {0};
    struct buf head = {0};
    (void)state;
    buf_put_str(&head, S("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: "));
    for (int i = 0; i < 10000; i++) {
        buf_put_char(&head, '1');
    }
    buf_put_str(&head, S("\r\n\r\n"));
    assert_int_equal(judge(&arena, buf_str(&head), &request), 400);
    buf_finish(&head);
    arena_finish(&arena);
}

static void transfer_encodings(void **state)
{
    (void)state;
    CHECK_ROWS({WITH("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
               {WITH("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
               {WITH("Transfer-Encoding: chunked\r\n"), 501},
               {WITH("Transfer-Encoding: gzip\r\n"), 501},
               {WITH("Transfer-Encoding: ,chunked\r\n"), 501},
               {WITH("transfer-ENCODING: xchunked\r\n"), 501},
               {WITH("Transfer-Encoding: chunked, chunked\r\n"), 501},
               {WITH("Transfer-Encoding: \x0B"
                     "chunked\r\n"),
                400},
               {WITH("Transfer-Encoding:\r\n"), 501},
               {WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 501},
               {S_INIT("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"), 400});
}

static void hosts(void **state)
{
    (void)state;
#define HOST(host) S_INIT("GET / HTTP/1.1\r\nHost: " host "\r\n\r\n")
    CHECK_ROWS({S_INIT("GET / HTTP/1.1\r\n\r\n"), 400}, {S_INIT("GET / HTTP/1.0\r\n\r\n"), 0},
               {WITH("Host: h\r\n"), 400}, {HOST("chat.example.org:443"), 0},
               {HOST("127.0.0.1:3000"), 0}, {HOST("[::1]:3000"), 0}, {HOST("[fe80::1]"), 0},
               {HOST("xn--a_b"), 0}, {HOST(""), 400}, {HOST("a@h"), 400}, {HOST("a h"), 400},
               {HOST("a,b"), 400}, {HOST("h/path"), 400}, {HOST("h:"), 400},
               {HOST("h:1234567"), 400}, {HOST("h:8x"), 400}, {HOST("[::1"), 400},
               {HOST("[]"), 400}, {HOST("[::1]x"), 400}, {HOST("[g::]"), 400}, {HOST("h:1:2"), 400},
               {HOST("h?q"), 400}, {HOST("h#f"), 400}, {HOST("\xC3\xA9"), 400});
}

static void targets(void **state)
{
    (void)state;
    CHECK_ROWS({LINE("GET http://other/ HTTP/1.1"), 421}, {LINE("GET HTTPS://h/ HTTP/1.1"), 421}, {LINE("GET h:80 HTTP/1.1"), 400},
               {LINE("GET //evil/.. HTTP/1.1"), 400}, {LINE("GET /a//b HTTP/1.1"), 400},
               {LINE("GET /%2e%2e/ HTTP/1.1"), 400}, {LINE("GET /a/%2E./b HTTP/1.1"), 400},
               {LINE("GET /../x HTTP/1.1"), 400}, {LINE("GET /a/. HTTP/1.1"), 400},
               {LINE("GET /%00 HTTP/1.1"), 400}, {LINE("GET /%zz HTTP/1.1"), 400},
               {LINE("GET /% HTTP/1.1"), 400}, {LINE("GET /%4 HTTP/1.1"), 400},
               {LINE("GET /%c0%ae HTTP/1.1"), 400}, {LINE("GET /%ff HTTP/1.1"), 400},
               {LINE("GET /%2fadmin HTTP/1.1"), 400}, {LINE("GET /a%5Cb HTTP/1.1"), 400},
               {LINE("GET /a\\b HTTP/1.1"), 400}, {LINE("GET /a#b HTTP/1.1"), 400},
               {LINE("GET /a<b> HTTP/1.1"), 400}, {LINE("GET /a\"b HTTP/1.1"), 400},
               {LINE("GET /a%0d%0ab HTTP/1.1"), 400}, {LINE("GET /a%7f HTTP/1.1"), 400},
               {LINE("GET /..;/ HTTP/1.1"), 400}, {LINE("GET /..;/a HTTP/1.1"), 0},
               {LINE("GET  / HTTP/1.1"), 400}, {LINE("GET /  HTTP/1.1"), 400},
               {LINE("GET / x HTTP/1.1"), 400}, {LINE("GET"), 400}, {LINE("GET /"), 400},
               {LINE(" GET / HTTP/1.1"), 400});
}

static void paths_are_decoded_once(void **state)
{
    static struct http_request request;
    struct arena arena = {0};
    (void)state;
    Str head = S("GET /r%C3%A4ume/%252e/a+b?x=%20&y HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_int_equal(judge(&arena, head, &request), 0);
    assert_true(str_eq(request.path, S("/r\xC3\xA4ume/%2e/a+b")));
    assert_true(str_eq(request.query, S("x=%20&y")));
    assert_true(str_eq(request.target, S("/r%C3%A4ume/%252e/a+b?x=%20&y")));
    arena_finish(&arena);
}

static void methods(void **state)
{
    (void)state;
    CHECK_ROWS({LINE("GET / HTTP/1.1"), 0}, {LINE("HEAD / HTTP/1.1"), 0},
               {LINE("PUT / HTTP/1.1"), 0}, {LINE("DELETE / HTTP/1.1"), 0},
               {LINE("OPTIONS / HTTP/1.1"), 0}, {LINE("PATCH / HTTP/1.1"), 0},
               {LINE("get / HTTP/1.1"), 501}, {LINE("TRACE / HTTP/1.1"), 501},
               {LINE("GETT / HTTP/1.1"), 501}, {LINE("CONNECT a:1 HTTP/1.1"), 501},
               {LINE("OPTIONS * HTTP/1.1"), 400}, {LINE("G=\":<> / HTTP/1.1"), 400},
               {LINE("G<T / HTTP/1.1"), 400}, {LINE("/ HTTP/1.1"), 400});
}

static void versions(void **state)
{
    (void)state;
    CHECK_ROWS(
        {LINE("GET / HTTP/1.32"), 400}, {LINE("GET / HTTP/4294967297.1"), 400},
        {LINE("GET / HTTP/2.0"), 505}, {LINE("GET / HTTP/0.9"), 505}, {LINE("GET / HTTP/1.2"), 505},
        {LINE("GET / http/1.1"), 400}, {LINE("GET / HTTP/1"), 400}, {LINE("GET / HTTP/1.x"), 400},
        {LINE("GET / HTTP/ 1.1"), 400}, {S_INIT("GET /\r\n\r\n"), 400},
        {S_INIT("PRI * HTTP/2.0\r\n\r\n"), 505},
        {WITH("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAA\r\n"),
         0});
}

static void expectations_and_codings(void **state)
{
    (void)state;
    CHECK_ROWS({WITH("Expect: 100-continue\r\n"), 0}, {WITH("Expect: 100-Continue\r\n"), 0},
               {WITH("Expect: tea\r\n"), 417}, {WITH("Expect:\r\n"), 417},
               {WITH("Expect: 100-continue\r\nContent-Length: 70000\r\n"), 413},
               {WITH("Content-Encoding: gzip\r\n"), 415},
               {WITH("Content-Encoding: identity\r\n"), 0});
}

static void keep_alive_is_as_the_version_has_it(void **state)
{
    static const struct {
        Str head;
        bool keep_alive;
    } rows[] = {
        {S_INIT("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), true},
        {S_INIT("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), false},
        {S_INIT("GET / HTTP/1.0\r\n\r\n"), false},
        {S_INIT("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), true},
    };
    static struct http_request request;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        assert_int_equal(judge(&arena, rows[i].head, &request), 0);
        assert_int_equal(request.keep_alive, rows[i].keep_alive);
        arena_finish(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("H25 every split finds the same end of a head", every_split_finds_the_same_end),
        NAMED_TEST("H20 H21 line and head are judged at the byte", lengths_are_judged_at_the_byte),
        NAMED_TEST("H20 ten thousand slashes", ten_thousand_slashes_are_too_long),
        NAMED_TEST("H21 the 65th field", fields_are_counted),
        NAMED_TEST("H01 bare LF", bare_line_ends),
        NAMED_TEST("H02 bare CR", bare_carriage_returns),
        NAMED_TEST("H03 H31 control characters", control_characters),
        NAMED_TEST("H03 values are trimmed of blanks only", values_are_trimmed_of_blanks_only),
        NAMED_TEST("H04 H05 H06 H07 malformed fields", malformed_fields),
        NAMED_TEST("H09 H10 lengths", lengths),
        NAMED_TEST("H10 a length of ten thousand digits", a_length_of_ten_thousand_digits),
        NAMED_TEST("H08 H11 H12 H13 H14 H15 H16 no transfer encodings", transfer_encodings),
        NAMED_TEST("H17 hosts", hosts),
        NAMED_TEST("H18 H19 targets", targets),
        NAMED_TEST("H19 paths are decoded once", paths_are_decoded_once),
        NAMED_TEST("H22 methods", methods),
        NAMED_TEST("H23 versions", versions),
        NAMED_TEST("H26 H38 expectations and codings", expectations_and_codings),
        cmocka_unit_test(keep_alive_is_as_the_version_has_it),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
