/* test_str.c -- slices stay inside their bytes, and numbers and UTF-8 are read strictly.
 * SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "tests/support/cmocka_all.h"

static const Str nothing = {NULL, 0};

static void equality_is_of_bytes_and_lengths(void **state)
{
    (void)state;
    assert_true(str_eq(S("abc"), S("abc")));
    assert_false(str_eq(S("abc"), S("abd")));
    assert_false(str_eq(S("abc"), S("ab")));
    assert_false(str_eq(S("a\0b"), S("a\0c"))); /* NUL is a byte as any other */
    assert_true(str_eq(nothing, S("")));
    assert_true(str_eq_nocase(S("Content-Length"), S("content-LENGTH")));
    assert_false(str_eq_nocase(S("["), S("{")));               /* 0x20 apart, but no letters */
    assert_false(str_eq_nocase(S("\xC3\x84"), S("\xC3\xA4"))); /* only ASCII is folded */
}

static void order_is_bytewise_and_shorter_first(void **state)
{
    (void)state;
    assert_true(str_cmp(S("a"), S("b")) < 0);
    assert_true(str_cmp(S("ab"), S("a")) > 0);
    assert_true(str_cmp(S("a"), S("\xFF")) < 0); /* bytes are unsigned */
    assert_int_equal(str_cmp(nothing, S("")), 0);
    assert_true(str_cmp(nothing, S("a")) < 0);
}

static void slices_are_clamped(void **state)
{
    (void)state;
    assert_true(str_eq(str_sub(S("abcdef"), 2, 3), S("cde")));
    assert_true(str_eq(str_sub(S("abcdef"), 4, SIZE_MAX), S("ef")));
    assert_int_equal(str_sub(S("abc"), 9, 1).len, 0);
    assert_int_equal(str_sub(nothing, 1, 1).len, 0);
    assert_true(str_eq(str_skip(S("abc"), 1), S("bc")));
    assert_int_equal(str_skip(S("abc"), SIZE_MAX).len, 0);
}

static void parts_are_found(void **state)
{
    (void)state;
    assert_true(str_starts(S("/rooms/1"), S("/rooms/")));
    assert_false(str_starts(S("/room"), S("/rooms")));
    assert_true(str_ends(S("tokens.css"), S(".css")));
    assert_false(str_ends(S("css"), S(".css")));
    assert_true(str_starts(nothing, S("")));
    assert_true(str_contains(S("abcabd"), S("abd")));
    assert_false(str_contains(S("abcabd"), S("abe")));
    assert_true(str_contains(nothing, S("")));
    assert_false(str_contains(nothing, S("a")));
    assert_int_equal(str_find(S("a:b:c"), ':'), 1);
    assert_int_equal(str_find(S("abc"), ':'), -1);
    assert_int_equal(str_find(nothing, ':'), -1);
}

static void trimming_takes_both_ends_and_only_the_set(void **state)
{
    (void)state;
    assert_true(str_eq(str_trim(S(" \t a b \t"), " \t"), S("a b")));
    assert_int_equal(str_trim(S("   "), " ").len, 0);
    assert_int_equal(str_trim(nothing, " ").len, 0);
    assert_int_equal(str_trim(S("\0 a"), " ").len, 3); /* the set's own NUL is not in it */
}

static void a_cut_is_at_the_first_separator(void **state)
{
    Str head, tail;
    (void)state;
    assert_true(str_cut(S("a=b=c"), '=', &head, &tail));
    assert_true(str_eq(head, S("a")));
    assert_true(str_eq(tail, S("b=c")));
    assert_true(str_cut(S("=b"), '=', &head, &tail));
    assert_int_equal(head.len, 0);
    assert_true(str_cut(S("a="), '=', &head, &tail));
    assert_int_equal(tail.len, 0);
    assert_false(str_cut(S("abc"), '=', &head, &tail));
    assert_true(str_eq(head, S("abc")));
    assert_int_equal(tail.len, 0);
}

static void numbers_are_read_up_to_their_limits(void **state)
{
    int64_t i = 0;
    uint64_t u = 0;
    (void)state;
    assert_true(str_to_i64(S("0"), &i) && i == 0);
    assert_true(str_to_i64(S("-17"), &i) && i == -17);
    assert_true(str_to_i64(S("9223372036854775807"), &i) && i == INT64_MAX);
    assert_true(str_to_i64(S("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_true(str_to_u64(S("18446744073709551615"), &u) && u == UINT64_MAX);
}

static void what_is_not_a_strict_number_is_refused_and_writes_nothing(void **state)
{
    static const Str bad[] = {
        S_INIT(""),
        S_INIT("-"),
        S_INIT("+1"),
        S_INIT("01"),
        S_INIT("-0"),
        S_INIT("-01"),
        S_INIT(" 1"),
        S_INIT("1 "),
        S_INIT("1\0"),
        S_INIT("0x1"),
        S_INIT("--1"),
        S_INIT("1e3"),
        S_INIT("/"),
        S_INIT(":"), /* the neighbours of the digits */
        S_INIT("99999999999999999999999"),
    };
    int64_t i = 42;
    uint64_t u = 42;
    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(bad); n++) {
        assert_false(str_to_i64(bad[n], &i));
        assert_false(str_to_u64(bad[n], &u));
    }
    assert_false(str_to_i64(nothing, &i));
    assert_false(str_to_u64(S("-1"), &u));
    assert_false(str_to_i64(S("9223372036854775808"), &i));
    assert_false(str_to_i64(S("-9223372036854775809"), &i));
    assert_false(str_to_u64(S("18446744073709551616"), &u));
    assert_int_equal(i, 42);
    assert_int_equal(u, 42);
}

static void well_formed_utf8_passes(void **state)
{
    (void)state;
    assert_true(str_is_utf8(nothing));
    assert_true(str_is_utf8(S("plain \x7F")));
    assert_true(str_is_utf8(S("\xC2\x80\xDF\xBF")));                 /* U+0080, U+07FF */
    assert_true(str_is_utf8(S("\xE0\xA0\x80\xEF\xBF\xBF")));         /* U+0800, U+FFFF */
    assert_true(str_is_utf8(S("\xED\x9F\xBF\xEE\x80\x80")));         /* around the surrogates */
    assert_true(str_is_utf8(S("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"))); /* U+10000, U+10FFFF */
}

static void malformed_utf8_is_seen(void **state)
{
    static const Str bad[] = {
        S_INIT("\x80"), /* begins in the middle */
        S_INIT("\xC3"), /* ends in the middle */
        S_INIT("\xE2\x82"),
        S_INIT("\xF0\x9F\x98"),
        S_INIT("\xC3("),    /* the next byte does not follow */
        S_INIT("\xC0\x80"), /* overlong NUL */
        S_INIT("\xC1\xBF"),
        S_INIT("\xE0\x9F\xBF"),
        S_INIT("\xF0\x8F\xBF\xBF"),
        S_INIT("\xED\xA0\x80"),
        S_INIT("\xED\xBF\xBF"), /* surrogates */
        S_INIT("\xF4\x90\x80\x80"),
        S_INIT("\xF5\x80\x80\x80"), /* above U+10FFFF */
        S_INIT("\xFF"),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        char *exact = mem_alloc(bad[i].len); /* no NUL behind it, so that a look too far is seen */
        memcpy(exact, bad[i].data, bad[i].len);
        assert_false(str_is_utf8(str_of(exact, bad[i].len)));
        mem_free(exact);
    }
}

static void copies_live_in_the_arena(void **state)
{
    struct arena arena = {0};
    char source[] = "abc";
    (void)state;
    Str copy = str_dup(&arena, str_of(source, 3));
    const char *z = str_z(&arena, str_of(source, 2));
    source[0] = 'x';
    assert_true(str_eq(copy, S("abc")));
    assert_string_equal(z, "ab");
    assert_string_equal(str_z(&arena, nothing), "");
    assert_true(str_eq(str_format(&arena, "%d:%.*s", 7, STR_ARG(copy)), S("7:abc")));
    assert_int_equal(str_from_z(NULL).len, 0);
    assert_int_equal(str_from_z("four").len, 4);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equality_is_of_bytes_and_lengths),
        cmocka_unit_test(order_is_bytewise_and_shorter_first),
        cmocka_unit_test(slices_are_clamped),
        cmocka_unit_test(parts_are_found),
        cmocka_unit_test(trimming_takes_both_ends_and_only_the_set),
        cmocka_unit_test(a_cut_is_at_the_first_separator),
        cmocka_unit_test(numbers_are_read_up_to_their_limits),
        cmocka_unit_test(what_is_not_a_strict_number_is_refused_and_writes_nothing),
        cmocka_unit_test(well_formed_utf8_passes),
        cmocka_unit_test(malformed_utf8_is_seen),
        cmocka_unit_test(copies_live_in_the_arena),
    };
    return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
