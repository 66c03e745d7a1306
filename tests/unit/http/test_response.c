/* test_response.c -- the bytes of a response: its head, its pieces in order, and what has no body.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "http/http_conn.h"
#include "tests/support/cmocka_all.h"

/* An exchange without a connection, and what would be written of it. */
struct fixture {
    struct http_conn http;
    struct http_exchange exchange;
    struct buf bytes;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    fixture.http.exchange = &fixture.exchange;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    buf_finish(&fixture->http.head);
    buf_finish(&fixture->exchange.head);
    buf_finish(&fixture->bytes);
    html_out_finish(&fixture->exchange.body);
    arena_finish(&fixture->exchange.arena);
    return 0;
}

/* All bytes, taken by a kernel that accepts `step` at a time into `max` slices. */
static Str write_out(struct fixture *fixture, size_t step, int max)
{
    struct http_exchange *exchange = &fixture->exchange;
    struct iovec iov[8];
    int count;
    exchange->body_len = exchange->static_body.len + html_out_len(&exchange->body);
    buf_clear(&fixture->http.head);
    buf_clear(&fixture->bytes);
    http_response_head(&fixture->http, exchange);
    while ((count = http_response_slices(&fixture->http, fixture->bytes.len, iov, max)) > 0) {
        size_t left = step;
        for (int i = 0; i < count && left > 0; i++) {
            size_t taken = MIN(left, iov[i].iov_len);
            buf_put(&fixture->bytes, iov[i].iov_base, taken);
            left -= taken;
        }
    }
    return buf_str(&fixture->bytes);
}

static int count_of(Str text, const char *line)
{
    int count = 0;
    while (text.len > 0) {
        Str first;
        (void)str_cut(text, '\n', &first, &text);
        count += str_eq(str_trim(first, "\r"), str_from_z(line));
    }
    return count;
}

static void every_status_carries_the_same_protection(void **state)
{
    static const int statuses[] = {200, 204, 303, 304, 400, 403, 404, 431, 500, 503};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        fixture->exchange.status = statuses[i];
        Str bytes = write_out(fixture, SIZE_MAX, 8);
        char line[32];
        (void)snprintf(line, sizeof(line), "HTTP/1.1 %d ", statuses[i]);
        assert_true(str_starts(bytes, str_from_z(line)) && !str_contains(bytes, S("Unknown")));
        assert_int_equal(count_of(bytes, "X-Content-Type-Options: nosniff"), 1);
        assert_int_equal(count_of(bytes, "Referrer-Policy: same-origin"), 1);
        assert_int_equal(count_of(bytes, "X-Frame-Options: DENY"), 1);
        assert_int_equal(count_of(bytes, "Cross-Origin-Opener-Policy: same-origin"), 1);
        assert_int_equal(count_of(bytes, "Cross-Origin-Resource-Policy: same-origin"), 1);
        assert_true(str_contains(bytes, S("\r\nContent-Security-Policy: default-src 'none'; ")));
        assert_true(str_contains(bytes, S("\r\nPermissions-Policy: camera=(), ")));
        assert_false(str_contains(bytes, S("unsafe-")));
        assert_true(str_contains(bytes, S("\r\nDate: ")));
        bool has_length = statuses[i] != 204 && statuses[i] != 304;
        assert_int_equal(count_of(bytes, "Content-Length: 0"), has_length);
    }
}

static void head_and_body_stand_in_order_however_they_are_taken(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange *exchange = &fixture->exchange;
    struct blob *blob = blob_from_str(S("[one][two]"));
    HtmlPiece pieces[] = {{blob, 0, 5}, {blob, 5, 5}};
    http_respond_html(exchange, 200);
    html_put_raw(&exchange->body, "<p>", 3);
    html_put_pieces(&exchange->body, (HtmlPieces){pieces, 2});
    html_put_text(&exchange->body, S("a<b"));
    struct buf whole = {0};
    buf_put_str(&whole, write_out(fixture, SIZE_MAX, 8));
    assert_true(str_ends(buf_str(&whole), S("\r\n\r\n<p>[one][two]a&lt;b")));
    assert_int_equal(count_of(buf_str(&whole), "Content-Length: 19"), 1);
    assert_int_equal(count_of(buf_str(&whole), "Cache-Control: no-store"), 1);
    for (int max = 1; max <= 8; max++) {
        assert_true(str_eq(write_out(fixture, 1, max), buf_str(&whole)));
        assert_true(str_eq(write_out(fixture, 7, max), buf_str(&whole)));
    }
    buf_finish(&whole);
    blob_unref(blob);
}

static void some_responses_have_no_body(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange *exchange = &fixture->exchange;
    http_respond_text(exchange, 200, S("text/plain"), S("hello"));
    exchange->request.method = HTTP_HEAD;
    Str bytes = write_out(fixture, SIZE_MAX, 8);
    assert_true(str_ends(bytes, S("\r\n\r\n")));
    assert_int_equal(count_of(bytes, "Content-Length: 5"), 1); /* that of the GET */
    exchange->request.method = HTTP_GET;
    assert_true(str_ends(write_out(fixture, SIZE_MAX, 8), S("\r\n\r\nhello")));
    exchange->status = 304;
    assert_true(str_ends(write_out(fixture, SIZE_MAX, 8), S("\r\n\r\n")));
    exchange->status = 204;
    assert_true(str_ends(write_out(fixture, SIZE_MAX, 8), S("\r\n\r\n")));
}

static void the_connection_field_says_what_happens(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange *exchange = &fixture->exchange;
    http_respond_status(exchange, 204);
    assert_false(str_contains(write_out(fixture, SIZE_MAX, 8), S("Connection:")));
    exchange->request.is_http_1_0 = true;
    assert_int_equal(count_of(write_out(fixture, SIZE_MAX, 8), "Connection: keep-alive"), 1);
    fixture->http.is_last = true;
    Str bytes = write_out(fixture, SIZE_MAX, 8);
    assert_int_equal(count_of(bytes, "Connection: close"), 1);
    assert_int_equal(count_of(bytes, "Connection: keep-alive"), 0);
}

static void redirects_and_cookies_are_fields(void **state)
{
    struct fixture *fixture = *state;
    http_respond_redirect(&fixture->exchange, 303, S("/rooms/7"));
    http_respond_cookie(&fixture->exchange, S("sid=a; Path=/"));
    Str bytes = write_out(fixture, SIZE_MAX, 8);
    assert_int_equal(count_of(bytes, "Location: /rooms/7"), 1);
    assert_int_equal(count_of(bytes, "Set-Cookie: sid=a; Path=/"), 1);
    assert_true(str_ends(bytes, S("\r\n\r\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"A28 every status carries the same protection", every_status_carries_the_same_protection,
         set_up, tear_down, NULL},
        cmocka_unit_test_setup_teardown(head_and_body_stand_in_order_however_they_are_taken, set_up,
                                        tear_down),
        {"H27 some responses have no body", some_responses_have_no_body, set_up, tear_down, NULL},
        cmocka_unit_test_setup_teardown(the_connection_field_says_what_happens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(redirects_and_cookies_are_fields, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
