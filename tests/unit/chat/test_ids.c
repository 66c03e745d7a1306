/* test_ids.c -- ids and cursors as they come from outside.
 * SPDX-License-Identifier: MIT */
#include "chat/ids.h"

#include "base/arena.h"
#include "chat/cursor.h"
#include "tests/support/cmocka_all.h"

/* Z21: what looks like a number and is none of ours. */
static void only_strict_positive_decimals_are_ids(void **state)
{
    static const char *const bad[] = {"",    "0",   "-1",  "+1",
                                      "01",  " 1",  "1 ",  "1e3",
                                      "0x1", "1.0", "١",   "9223372036854775808",
                                      "abc", "1\n", "--1", "18446744073709551617"};
    int64_t id = -7;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(id_parse(str_from_z(bad[i]), &id));
        assert_int_equal(id, -7);
    }
    assert_false(id_parse(str_of("1\0", 2), &id));
    assert_true(id_parse(S("1"), &id));
    assert_int_equal(id, 1);
    assert_true(id_parse(S("9223372036854775807"), &id));
    assert_int_equal(id, INT64_MAX);
}

static void a_cursor_is_an_epoch_and_a_seq(void **state)
{
    static const char *const bad[] = {"",
                                      ":",
                                      "abc",
                                      "abc:",
                                      ":1",
                                      "abc:-1",
                                      "abc:-0",
                                      "ABC:1",
                                      "abg:1",
                                      "ab c:1",
                                      "a:1:2",
                                      "abc:1 ",
                                      "abc:9223372036854775808",
                                      "abc:0x1",
                                      "0123456789abcdef0123456789abcdef0:1" /* 33 characters */};
    Cursor cursor = {.seq = -7};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(cursor_parse(str_from_z(bad[i]), &cursor));
        assert_int_equal(cursor.seq, -7);
    }
    assert_true(cursor_parse(S("0123456789abcdef-0:0"), &cursor));
    assert_true(str_eq(cursor.epoch, S("0123456789abcdef-0")));
    assert_int_equal(cursor.seq, 0);
    assert_true(cursor_parse(S("0123456789abcdef0123456789abcdef:9223372036854775807"), &cursor));
    assert_int_equal(cursor.seq, INT64_MAX);
}

static void a_cursor_reads_back_as_it_was_written(void **state)
{
    struct arena arena = {0};
    Cursor cursor;
    (void)state;
    Str text = cursor_format(&arena, S("ab-12"), 77);
    assert_true(str_eq(text, S("ab-12:77")));
    assert_true(cursor_parse(text, &cursor));
    assert_true(str_eq(cursor.epoch, S("ab-12")));
    assert_int_equal(cursor.seq, 77);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_strict_positive_decimals_are_ids),
        cmocka_unit_test(a_cursor_is_an_epoch_and_a_seq),
        cmocka_unit_test(a_cursor_reads_back_as_it_was_written),
    };
    return cmocka_run_group_tests_name("chat/ids", tests, NULL, NULL);
}
