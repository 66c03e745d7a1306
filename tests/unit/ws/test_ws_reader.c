/* test_ws_reader.c -- what a client's frames mean, what is refused with which code, and that no
 * split of the bytes changes either. Each row is fed whole, byte by byte, and in two pieces at
 * every place, to one who takes all at once and to one who takes one message at a time. SPDX-License-Identifier: MIT */
#include "ws/ws_reader.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "tests/support/cmocka_all.h"

enum { FIN = 0x80 };

/* A client's frame: first byte, mask of a kind, payload; `form` 0 is the shortest length. */
static void put_frame_as(struct buf *out, int first, Str payload, int form)
{
    static const char mask[4] = {0x11, 0x22, 0x33, 0x44};
    int bytes = form != 0 ? form : payload.len < 126 ? 1 : payload.len <= UINT16_MAX ? 2 : 8;
    buf_put_char(out, (char)first);
    buf_put_char(out, (char)(0x80 | (bytes == 1 ? (int)payload.len : bytes == 2 ? 126 : 127)));
    for (int i = bytes - 1; bytes > 1 && i >= 0; i--) {
        buf_put_char(out, (char)(payload.len >> (8 * i)));
    }
    buf_put(out, mask, sizeof(mask));
    for (size_t i = 0; i < payload.len; i++) {
        buf_put_char(out, (char)(payload.data[i] ^ mask[i % 4]));
    }
}

static void put_frame(struct buf *out, int first, Str payload)
{
    put_frame_as(out, first, payload, 0);
}

/* --- what the reader says
 * ------------------------------------------------------------------------- */

static bool on_text(void *context, Str text)
{
    buf_printf(context, "text(%zu:", text.len);
    buf_put_str(context, str_sub(text, 0, 20));
    buf_put_str(context, S(") "));
    return true;
}

static bool on_ping(void *context, Str payload)
{
    buf_put_str(context, S("ping("));
    buf_put_str(context, payload);
    buf_put_str(context, S(") "));
    return true;
}

static bool on_close(void *context, int code)
{
    buf_printf(context, "close(%d) ", code);
    return false;
}

/* The same by somebody who takes one message at a time. */
static bool on_text_and_stop(void *context, Str text)
{
    (void)on_text(context, text);
    return false;
}

static bool on_ping_and_stop(void *context, Str payload)
{
    (void)on_ping(context, payload);
    return false;
}

static const struct ws_reader_events events = {on_text, on_ping, on_close};
static const struct ws_reader_events stopping = {on_text_and_stop, on_ping_and_stop, on_close};

/* Feeds one piece, and again what was not taken of it. */
static int feed_all(struct ws_reader *reader, Str piece, const struct ws_reader_events *listener,
                    struct buf *heard)
{
    int code = 0;
    for (size_t at = 0, used; at < piece.len && code == 0; at += used) {
        size_t len = piece.len - at;
        char *rest = mem_alloc(len); /* of just this size, so that a look too far is seen */
        memcpy(rest, piece.data + at, len);
        code = ws_reader_feed(reader, rest, len, listener, heard, &used);
        mem_free(rest);
        assert_true(used <= len);
        if (str_contains(buf_str(heard), S("close("))) {
            break;
        }
        assert_true(code != 0 || used > 0);
    }
    return code;
}

/* Feeds pieces of `step` bytes, the first of `first`; says what was heard, and the code. */
static struct buf listen_to(Str bytes, size_t first, size_t step, const struct ws_reader_events *listener)
{
    struct ws_reader reader = {0};
    struct buf heard = {0};
    int code = 0;
    bool is_closed = false;
    for (size_t at = 0; at < bytes.len && code == 0 && !is_closed;) {
        size_t len = MIN(at == 0 ? first : step, bytes.len - at);
        code = feed_all(&reader, str_of(bytes.data + at, len), listener, &heard);
        is_closed = str_contains(buf_str(&heard), S("close("));
        at += len;
    }
    if (code != 0) {
        buf_printf(&heard, "code %d", code);
    } else if (ws_reader_is_partial(&reader)) {
        buf_put_str(&heard, S("partial"));
    }
    ws_reader_finish(&reader);
    return heard;
}

static void assert_heard_by(const struct ws_reader_events *listener, Str bytes, size_t first,
                            size_t step, const char *expected)
{
    struct buf heard = listen_to(bytes, first, step, listener);
    if (!str_eq(buf_str(&heard), str_from_z(expected))) {
        fail_msg("in pieces of %zu, %zu …: \"%.*s\" instead of \"%s\"", first, step,
                 STR_ARG(buf_str(&heard)), expected);
    }
    buf_finish(&heard);
}

static void assert_heard(Str bytes, size_t first, size_t step, const char *expected)
{
    assert_heard_by(&events, bytes, first, step, expected);
    assert_heard_by(&stopping, bytes, first, step, expected);
}

/* Takes the bytes. Long ones are not split everywhere, for time's sake. */
static void expect(struct buf *bytes, const char *expected)
{
    Str all = buf_str(bytes);
    size_t stride = all.len > 1000 ? all.len / 97 : 1;
    assert_heard(all, all.len, all.len, expected);
    assert_heard(all, 1, 1, expected);
    for (size_t first = 1; first < all.len;
         first += all.len - first < 20 || first < 20 ? 1 : stride) {
        assert_heard(all, first, all.len, expected);
    }
    buf_finish(bytes);
}

static void expect_frame(int first, Str payload, const char *expected)
{
    struct buf bytes = {0};
    put_frame(&bytes, first, payload);
    expect(&bytes, expected);
}

static void expect_bytes(Str raw, const char *expected)
{
    struct buf bytes = {0};
    buf_put_str(&bytes, raw);
    expect(&bytes, expected);
}

/* --- messages
 * --------------------------------------------------------------------------------------- */

static void lengths_at_the_borders(void **state)
{
    static const size_t lengths[] = {0, 1, 125, 126, 127, 65535, LIMIT_WS_MESSAGE};
    (void)state;
    char *text = mem_zalloc(LIMIT_WS_MESSAGE + 1);
    memset(text, 'x', LIMIT_WS_MESSAGE + 1);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        char expected[64];
        (void)snprintf(expected, sizeof(expected), "text(%zu:%.*s) ", lengths[i],
                       (int)MIN(lengths[i], 20u), text);
        expect_frame(FIN | WS_TEXT, str_of(text, lengths[i]), expected);
    }
    expect_frame(FIN | WS_TEXT, str_of(text, LIMIT_WS_MESSAGE + 1), "code 1009");
    /* In fragments it is the sum that counts. */
    struct buf bytes = {0};
    put_frame(&bytes, WS_TEXT, str_of(text, LIMIT_WS_MESSAGE));
    put_frame(&bytes, FIN | WS_CONTINUATION, S("x"));
    expect(&bytes, "code 1009");
    mem_free(text);
}

static void many_messages_in_one_piece(void **state)
{
    struct buf bytes = {0};
    (void)state;
    put_frame(&bytes, FIN | WS_TEXT, S("one"));
    put_frame(&bytes, FIN | WS_PING, S("beat"));
    put_frame(&bytes, FIN | WS_TEXT, S(""));
    put_frame(&bytes, FIN | WS_PONG, S("unasked"));
    put_frame(&bytes, FIN | WS_TEXT, S("GET / HTTP/1.1\r\n"));
    expect(&bytes, "text(3:one) ping(beat) text(0:) text(16:GET / HTTP/1.1\r\n) ");
}

static void control_frames_may_stand_between_fragments(void **state)
{
    struct buf bytes = {0};
    (void)state;
    put_frame(&bytes, WS_TEXT, S("a\xC3"));
    put_frame(&bytes, FIN | WS_PING, S("in between"));
    put_frame(&bytes, WS_CONTINUATION, S(""));
    put_frame(&bytes, FIN | WS_PONG, S(""));
    put_frame(&bytes, FIN | WS_CONTINUATION, S("\xA9z"));
    put_frame(&bytes, FIN | WS_TEXT, S("next"));
    expect(&bytes, "ping(in between) text(4:a\xC3\xA9z) text(4:next) ");
}

static void an_unfinished_message_is_partial(void **state)
{
    (void)state;
    expect_frame(WS_TEXT, S("a"), "partial");
    expect_frame(WS_TEXT, S(""), "partial");
    expect_bytes(S("\x81"), "partial");
    expect_bytes(S("\x81\x85\0\0\0\0abcd"), "partial");
}

/* --- what is refused
 * ---------------------------------------------------------------------------------- */

static void masks_reserved_bits_and_opcodes(void **state)
{
    (void)state;
    expect_bytes(S("\x81\x01x"), "code 1002");
    expect_frame(FIN | 0x40 | WS_TEXT, S("x"), "code 1002");
    expect_frame(FIN | 0x20 | WS_TEXT, S("x"), "code 1002");
    expect_frame(FIN | 0x10 | WS_TEXT, S("x"), "code 1002");
    for (int opcode = 0x3; opcode <= 0xF; opcode++) {
        if (opcode <= 0x7 || opcode >= 0xB) {
            expect_frame(FIN | opcode, S("x"), "code 1002");
        }
    }
    expect_frame(FIN | WS_BINARY, S("x"), "code 1003");
    expect_frame(FIN | WS_BINARY, S(""), "code 1003");
}

/* Nothing of such a frame is waited for, let alone allocated: the header alone decides. */
static void lengths_that_cannot_be(void **state)
{
    (void)state;
    expect_bytes(S("\x81\xFF\x80\0\0\0\0\0\0\0"), "code 1002");
    expect_bytes(S("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "code 1002");
    expect_bytes(S("\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF0"), "code 1002");
    expect_bytes(S("\x81\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "code 1009");
    expect_bytes(S("\x81\xFF\0\0\0\0\0\x01\0\x01"), "code 1009");
    expect_bytes(S("\x81\xFE\0\x7D"), "code 1002");
    expect_bytes(S("\x81\xFF\0\0\0\0\0\0\xFF\xFF"), "code 1002");
    struct buf bytes = {0};
    put_frame_as(&bytes, FIN | WS_TEXT, S("abc"), 2);
    expect(&bytes, "code 1002");
}

static void fragments_in_the_wrong_order(void **state)
{
    struct buf bytes = {0};
    (void)state;
    expect_frame(FIN | WS_CONTINUATION, S("x"), "code 1002");
    expect_frame(WS_CONTINUATION, S("x"), "code 1002");
    put_frame(&bytes, WS_TEXT, S("a"));
    put_frame(&bytes, FIN | WS_TEXT, S("b"));
    expect(&bytes, "code 1002");
    put_frame(&bytes, WS_TEXT, S("a"));
    put_frame(&bytes, FIN | WS_CONTINUATION, S("b"));
    put_frame(&bytes, FIN | WS_CONTINUATION, S("c"));
    expect(&bytes, "text(2:ab) code 1002");
}

static void fragments_without_end(void **state)
{
    static const Str payloads[] = {S_INIT("x"), S_INIT("")};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
        struct buf bytes = {0};
        put_frame(&bytes, WS_TEXT, payloads[i]);
        for (int fragment = 1; fragment < LIMIT_WS_FRAGMENTS; fragment++) {
            put_frame(&bytes, WS_CONTINUATION, payloads[i]);
        }
        assert_heard(buf_str(&bytes), 1, 1, "partial");
        put_frame(&bytes, WS_CONTINUATION, payloads[i]);
        expect(&bytes, "code 1008");
    }
}

static void control_frames_are_short_and_whole(void **state)
{
    char payload[126];
    (void)state;
    memset(payload, 'p', sizeof(payload));
    expect_frame(WS_PING, S("x"), "code 1002");
    expect_frame(WS_CLOSE, S(""), "code 1002");
    expect_frame(WS_PONG, S("x"), "code 1002");
    expect_frame(FIN | WS_PING, str_of(payload, sizeof(payload)), "code 1002");
    expect_frame(FIN | WS_CLOSE, str_of(payload, sizeof(payload)), "code 1002");
    struct buf bytes = {0};
    put_frame(&bytes, FIN | WS_PING, str_of(payload, 125));
    struct buf heard = listen_to(buf_str(&bytes), 5, 7, &events);
    assert_int_equal(heard.len, S("ping() ").len + 125);
    buf_finish(&heard);
    buf_finish(&bytes);
}

/* --- closing
 * ------------------------------------------------------------------------------------------ */

static void expect_close(int code, Str reason, const char *expected)
{
    struct buf payload = {0};
    struct buf bytes = {0};
    buf_put_char(&payload, (char)(code >> 8));
    buf_put_char(&payload, (char)code);
    buf_put_str(&payload, reason);
    put_frame(&bytes, FIN | WS_CLOSE, buf_str(&payload));
    put_frame(&bytes, FIN | WS_TEXT, S("after the close"));
    expect(&bytes, expected);
    buf_finish(&payload);
}

static void closing(void **state)
{
    static const int good[] = {1000, 1001, 1002, 1003, 1007, 1008, 1011,
                               1012, 1013, 1014, 3000, 4403, 4999};
    static const int bad[] = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        char expected[32];
        (void)snprintf(expected, sizeof(expected), "close(%d) ", good[i]);
        expect_close(good[i], S("bye \xC3\xA9"), expected);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        expect_close(bad[i], S("bye"), "code 1002");
    }
    expect_close(1000, S("\xC3"), "code 1007");
    expect_frame(FIN | WS_CLOSE, S("\x03"), "code 1002");
    expect_frame(FIN | WS_CLOSE, S(""), "close(1005) ");
}

/* --- UTF-8
 * -------------------------------------------------------------------------------------------- */

static void text_is_utf8(void **state)
{
    static const Str bad[] = {
        S_INIT("\xC0\xAF"),
        S_INIT("\xE0\x80\xAF"),
        S_INIT("\xF0\x80\x80\xAF"),
        S_INIT("\xC1\xBF"),
        S_INIT("\xED\xA0\x80"),
        S_INIT("\xED\xBF\xBF"),
        S_INIT("\xF4\x90\x80\x80"),
        S_INIT("\xF8\x88\x80\x80\x80"),
        S_INIT("\x80"),
        S_INIT("\xC3"),
        S_INIT("\xE2\x82"),
        S_INIT("a\xFF"),
        S_INIT("\xCE\xBA\xED\xA0\x80"
               "edited"),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        expect_frame(FIN | WS_TEXT, bad[i], "code 1007");
    }
    expect_frame(FIN | WS_TEXT, S("\xCE\xBA\xE1\xBD\xB9\xF4\x8F\xBF\xBF"),
                 "text(9:\xCE\xBA\xE1\xBD\xB9\xF4\x8F\xBF\xBF) ");
    struct buf bytes = {0};
    put_frame(&bytes, WS_TEXT, S("\xE2\x82"));
    put_frame(&bytes, FIN | WS_CONTINUATION, S("\x28"));
    expect(&bytes, "code 1007");
}

/* --- memory
 * ------------------------------------------------------------------------------------------- */

/* Whoever stops has the rest untouched, and nothing of it is kept here. */
static void what_was_not_taken_is_said(void **state)
{
    struct ws_reader reader = {0};
    struct buf bytes = {0}, heard = {0};
    size_t used;
    (void)state;
    put_frame(&bytes, FIN | WS_TEXT, S("one"));
    size_t one = bytes.len;
    put_frame(&bytes, FIN | WS_TEXT, S("two"));
    assert_int_equal(ws_reader_feed(&reader, bytes.data, bytes.len, &stopping, &heard, &used), 0);
    assert_int_equal(used, one);
    assert_false(ws_reader_is_partial(&reader));
    assert_true(str_eq(buf_str(&heard), S("text(3:one) ")));
    buf_finish(&bytes);
    buf_finish(&heard);
}

static void whole_frames_cost_no_memory(void **state)
{
    static const struct ws_reader_events silent = {on_text, on_ping, on_close};
    struct ws_reader reader = {0};
    struct buf bytes = {0};
    struct buf heard = {0};
    (void)state;
    put_frame(&bytes, FIN | WS_TEXT, S("one"));
    put_frame(&bytes, FIN | WS_TEXT, S("two"));
    buf_reserve(&heard, 100);
    uint64_t before = mem_allocations();
    size_t used;
    assert_int_equal(ws_reader_feed(&reader, bytes.data, bytes.len, &silent, &heard, &used), 0);
    assert_int_equal(mem_allocations(), before);
    assert_false(ws_reader_is_partial(&reader));
    buf_finish(&bytes);
    buf_finish(&heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("W13 lengths at the borders", lengths_at_the_borders),
        NAMED_TEST("W19 W28 W29 many messages in one piece", many_messages_in_one_piece),
        NAMED_TEST("W20 W26 control frames between fragments",
                   control_frames_may_stand_between_fragments),
        NAMED_TEST("W28 an unfinished message is partial", an_unfinished_message_is_partial),
        NAMED_TEST("W08 W09 W10 W27 masks, reserved bits, opcodes",
                   masks_reserved_bits_and_opcodes),
        NAMED_TEST("W11 W12 lengths that cannot be", lengths_that_cannot_be),
        NAMED_TEST("W14 fragments in the wrong order", fragments_in_the_wrong_order),
        NAMED_TEST("W15 W16 fragments without end", fragments_without_end),
        NAMED_TEST("W17 W18 control frames are short and whole",
                   control_frames_are_short_and_whole),
        NAMED_TEST("W21 W22 W23 W24 closing", closing),
        NAMED_TEST("W26 text is UTF-8", text_is_utf8),
        cmocka_unit_test(what_was_not_taken_is_said),
        cmocka_unit_test(whole_frames_cost_no_memory),
    };
    return cmocka_run_group_tests_name("ws_reader", tests, NULL, NULL);
}
