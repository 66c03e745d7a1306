/* test_ws_handshake.c -- which requests are good handshakes, and the answer to one.
 * SPDX-License-Identifier: MIT */
#include "ws/ws_handshake.h"

#include "base/buf.h"
#include "tests/support/cmocka_all.h"

#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define ASK "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static int judge(struct arena *arena, const char *line, const char *fields,
                 struct http_request *request)
{
    int status = 0;
    struct buf head = {0};
    buf_printf(&head, "%s\r\nHost: h\r\n%s\r\n", line, fields);
    *request = (struct http_request){0};
    Str copy = str_dup(arena, buf_str(&head));
    buf_finish(&head);
    assert_true(http_head_parse(copy, arena, request, &status));
    return ws_handshake_judge(request);
}

static void expect(const char *line, const char *fields, int expected)
{
    static struct http_request request;
    struct arena arena = {0};
    int status = judge(&arena, line, fields, &request);
    if (status != expected) {
        fail_msg("%d instead of %d for %s", status, expected, fields);
    }
    arena_finish(&arena);
}

#define EXPECT_KEY(key, expected)                                                                  \
    expect("GET /live HTTP/1.1", ASK VERSION "Sec-WebSocket-Key: " key "\r\n", expected)

static void keys(void **state)
{
    (void)state;
    EXPECT_KEY("dGhlIHNhbXBsZSBub25jZQ==", 0);
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAAAA==", 0);
    EXPECT_KEY("+/+/+/+/+/+/+/+/+/+/+A==", 0);
    EXPECT_KEY("", 400);
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAA", 400);     /* 15 bytes */
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAAAAA=", 400); /* 17 bytes */
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAAAAAA", 400); /* 18 bytes */
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAA*A==", 400);
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAA-_==", 400);
    EXPECT_KEY("AAAA=AAAAAAAAAAAAAAAAA==", 400);
    EXPECT_KEY("========================", 400);
    EXPECT_KEY("AAAAAAAAAA AAAAAAAAAAA==", 400);
    EXPECT_KEY("AAAAAAAAAAAAAAAAAAAA\xC3\xA9==", 400);
    expect("GET /live HTTP/1.1", ASK VERSION, 400);
    expect("GET /live HTTP/1.1", ASK VERSION KEY KEY, 400);
}

static void versions_of_the_protocol(void **state)
{
    (void)state;
    expect("GET /live HTTP/1.1", ASK KEY, 426);
    expect("GET /live HTTP/1.1", ASK KEY "Sec-WebSocket-Version: 8\r\n", 426);
    expect("GET /live HTTP/1.1", ASK KEY "Sec-WebSocket-Version: 0\r\n", 426);
    expect("GET /live HTTP/1.1", ASK KEY "Sec-WebSocket-Version: 13, 8\r\n", 426);
    expect("GET /live HTTP/1.1", ASK KEY VERSION VERSION, 426);
}

static void tokens_in_any_case_and_place(void **state)
{
    (void)state;
    expect("GET /live HTTP/1.1",
           "Upgrade: WebSocket\r\nConnection: keep-alive, UPGRADE\r\n" VERSION KEY, 0);
    expect("GET /live HTTP/1.1",
           "upgrade: h2c , websocket\r\nconnection:\tupgrade\t, x\r\n" VERSION KEY, 0);
    expect("GET /live HTTP/1.1",
           "Upgrade: websocket\r\nConnection: a\r\nConnection: upgrade\r\n" VERSION KEY, 0);
    expect("GET /live HTTP/1.1", "Upgrade: websocket\r\n" VERSION KEY, 400);
    expect("GET /live HTTP/1.1", "Upgrade: websocket\r\nConnection: upgraded\r\n" VERSION KEY, 400);
    expect("GET /live HTTP/1.1", "Connection: Upgrade\r\n" VERSION KEY, 426);
    expect("GET /live HTTP/1.1", "Upgrade: websockets\r\nConnection: Upgrade\r\n" VERSION KEY, 426);
    expect("GET /live HTTP/1.1", "", 426);
}

static void methods_versions_and_bodies(void **state)
{
    (void)state;
    expect("POST /live HTTP/1.1", ASK VERSION KEY, 400);
    expect("POST /live HTTP/1.1", "", 400);
    expect("GET /live HTTP/1.0", ASK VERSION KEY, 400);
    expect("GET /live HTTP/1.1", ASK VERSION KEY "Content-Length: 1\r\n", 400);
    expect("GET /live HTTP/1.1", ASK VERSION KEY "Content-Length: 0\r\n", 0);
}

/* The example of RFC 6455, section 1.3; what is offered beyond the handshake is never taken. */
static void the_answer_is_the_one_of_the_standard(void **state)
{
    static struct http_request request;
    struct arena arena = {0};
    (void)state;
    const char *fields = ASK VERSION KEY "Sec-WebSocket-Protocol: chat, superchat\r\n"
                                         "Sec-WebSocket-Extensions: permessage-deflate; "
                                         "client_max_window_bits=99\r\n";
    assert_int_equal(judge(&arena, "GET /live HTTP/1.1", fields, &request), 0);
    Str head = ws_handshake_accept(&arena, &request);
    assert_true(str_eq(head, S("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")));
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("W01 keys", keys),
        NAMED_TEST("W02 versions of the protocol", versions_of_the_protocol),
        NAMED_TEST("W03 tokens in any case and place", tokens_in_any_case_and_place),
        NAMED_TEST("W04 methods, versions and bodies", methods_versions_and_bodies),
        NAMED_TEST("W06 W07 the answer is the one of the standard",
                   the_answer_is_the_one_of_the_standard),
    };
    return cmocka_run_group_tests_name("ws_handshake", tests, NULL, NULL);
}
