/* test_cursor.c -- the one spelling of a cursor.
 * SPDX-License-Identifier: MIT */
#include "chat/cursor.h"

#include "base/arena.h"
#include "tests/support/cmocka_all.h"

static void what_is_written_is_read(void **state)
{
    static const Seq seqs[] = {0, 1, 9007199254740993, INT64_MAX};
    struct arena arena = {0};
    Cursor cursor;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(seqs); i++) {
        Str text = cursor_format(&arena, S("0123456789abcdef-1"), seqs[i]);
        assert_true(cursor_parse(text, &cursor));
        assert_true(str_eq(cursor.epoch, S("0123456789abcdef-1")));
        assert_true(cursor.seq == seqs[i]);
    }
    assert_true(cursor_parse(S("0123456789abcdef0123456789abcdef:0"), &cursor));
    arena_finish(&arena);
}

static void nothing_else_is(void **state)
{
    static const Str bad[] = {
        S_INIT(""),
        S_INIT(":"),
        S_INIT("a"),
        S_INIT("a:"),
        S_INIT(":1"),
        S_INIT("a:-1"),
        S_INIT("a:+1"),
        S_INIT("a:01"),
        S_INIT("a:1 "),
        S_INIT(" a:1"),
        S_INIT("A:1"),
        S_INIT("g:1"),
        S_INIT("a:1:2"),
        S_INIT("a:1.0"),
        S_INIT("a:1e3"),
        S_INIT("a\0:1"),
        S_INIT("a:1\0"),
        S_INIT("a:9223372036854775808"),
        S_INIT("a:18446744073709551616"),
        S_INIT("0123456789abcdef0123456789abcdef0:0"),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        Cursor cursor = {.seq = -7};
        assert_false(cursor_parse(bad[i], &cursor));
        assert_int_equal(cursor.seq, -7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("S20 what is written is read", what_is_written_is_read),
        NAMED_TEST("D09 nothing else is", nothing_else_is),
    };
    return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
