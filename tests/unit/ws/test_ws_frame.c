/* test_ws_frame.c -- headers of every length form, masks at every offset, and close codes.
 * SPDX-License-Identifier: MIT */
#include "ws/ws_frame.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

static void headers_have_the_shortest_length(void **state)
{
    static const struct {
        uint64_t len;
        Str header;
    } rows[] = {
        {0, S_INIT("\x81\x00")},
        {125, S_INIT("\x81\x7D")},
        {126, S_INIT("\x81\x7E\x00\x7E")},
        {127, S_INIT("\x81\x7E\x00\x7F")},
        {65535, S_INIT("\x81\x7E\xFF\xFF")},
        {65536, S_INIT("\x81\x7F\0\0\0\0\0\x01\0\0")},
        {0x0102030405060708, S_INIT("\x81\x7F\x01\x02\x03\x04\x05\x06\x07\x08")},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char header[WS_FRAME_HEADER_MAX];
        size_t len = ws_frame_header(header, WS_TEXT, rows[i].len);
        assert_true(str_eq(str_of(header, len), rows[i].header));
        assert_int_equal(ws_frame_len(header), len + rows[i].len);
    }
}

static void a_close_frame_carries_code_and_reason(void **state)
{
    char frame[127], reason[200];
    (void)state;
    size_t len = ws_frame_close(frame, WS_CLOSE_NO_ROOM, S("no such room"));
    assert_true(str_eq(str_of(frame, len), S("\x88\x0E\x11\x33no such room")));
    assert_int_equal(ws_frame_close(frame, WS_CLOSE_NORMAL, S("")), 4);
    memset(reason, 'x', sizeof(reason));
    assert_int_equal(ws_frame_close(frame, WS_CLOSE_NORMAL, str_of(reason, sizeof(reason))), 127);
    assert_int_equal(frame[1], 125); /* as long as a control frame may be */
}

/* Against the plain way, for every length around the word and every offset into the mask. */
static void masks_are_taken_off_at_any_offset(void **state)
{
    static const uint8_t mask[4] = {0x37, 0xFA, 0x21, 0x3D};
    static const uint8_t zero[4] = {0};
    char data[40];
    (void)state;
    for (size_t offset = 0; offset < 9; offset++) {
        for (size_t len = 0; len <= sizeof(data); len++) {
            for (size_t i = 0; i < sizeof(data); i++) {
                data[i] = (char)(i * 7);
            }
            ws_frame_unmask(data, len, mask, offset);
            for (size_t i = 0; i < sizeof(data); i++) {
                uint8_t expected = (uint8_t)(i * 7) ^ (i < len ? mask[(offset + i) % 4] : 0);
                assert_int_equal((uint8_t)data[i], expected);
            }
        }
    }
    memcpy(data, "GET / HTTP/1.1", 14);
    ws_frame_unmask(data, 14, zero, 0);
    assert_memory_equal(data, "GET / HTTP/1.1", 14);
}

static void only_some_close_codes_may_be_sent(void **state)
{
    (void)state;
    for (int code = 0; code <= 65535; code++) {
        bool is_reserved = code == 1004 || code == 1005 || code == 1006 || code > 1014;
        bool is_free = code >= 3000 && code <= 4999;
        bool is_valid = is_free || (code >= 1000 && code < 3000 && !is_reserved);
        assert_int_equal(ws_close_code_is_valid(code), is_valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("W12 W13 headers have the shortest length", headers_have_the_shortest_length),
        cmocka_unit_test(a_close_frame_carries_code_and_reason),
        NAMED_TEST("W29 masks are taken off at any offset", masks_are_taken_off_at_any_offset),
        NAMED_TEST("W21 W23 close codes", only_some_close_codes_may_be_sent),
    };
    return cmocka_run_group_tests_name("ws_frame", tests, NULL, NULL);
}
