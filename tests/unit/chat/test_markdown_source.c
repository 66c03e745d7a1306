/* test_markdown_source.c -- what md4c gets to read, and that it comes back as typed.
 * SPDX-License-Identifier: MIT */
#include "chat/markdown_source.h"

#include "base/arena.h"
#include "base/limits.h"
#include "tests/support/cmocka_all.h"

static void what_is_hidden_comes_back(void **state)
{
    static const char *const texts[] = {
        "plain",      "[a]: b",    "~5 and ~~x~~ and ~~~", "http://[::1]:80/ [b]:c",
        "a\n~\n\n]:", "\\~ /~a ~",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena arena = {0};
        struct buf copy = {0}, restored = {0};
        assert_true(markdown_source_prepare(str_from_z(texts[i]), &copy));
        markdown_source_restore(&restored,
                                str_sub(buf_str(&copy), 0, copy.len - 1)); /* a newline */
        assert_string_equal(str_z(&arena, buf_str(&restored)), texts[i]);
        buf_finish(&copy);
        buf_finish(&restored);
        arena_finish(&arena);
    }
}

static void no_definition_and_no_lone_tilde_is_left(void **state)
{
    struct buf copy = {0};
    (void)state;
    assert_true(markdown_source_prepare(S("[a]: b\n> [c\nd]:e ~f~ x~ ~~g~~"), &copy));
    assert_false(str_contains(buf_str(&copy), S("]:")));
    assert_false(str_contains(buf_str(&copy), S("~f")));
    assert_true(str_contains(buf_str(&copy), S("~~g~~")));
    buf_finish(&copy);
}

/* X05: md4c would ask each of the containers about every blank line behind them. */
static void X05_too_many_containers_are_refused_before_parsing(void **state)
{
    static const char *const marks[] = {">", "> ", "- ", "+\t", "* ", "1. ", "23) ", "  > - "};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        struct buf line = {0}, copy = {0};
        int each = i == ARRAY_LEN(marks) - 1 ? 2 : 1;
        buf_put_str(&line, S("text\n"));
        for (int n = 0; n < LIMIT_MARKUP_DEPTH; n += each) {
            buf_put_str(&line, str_from_z(marks[i]));
        }
        assert_true(markdown_source_prepare(buf_str(&line), &copy));
        buf_put_str(&line, S("> "));
        assert_false(markdown_source_prepare(buf_str(&line), &copy));
        buf_finish(&line);
        buf_finish(&copy);
    }
}

static void addresses_are_counted(void **state)
{
    (void)state;
    assert_int_equal(markdown_source_addresses(S("")), 0);
    assert_int_equal(markdown_source_addresses(S("www")), 0);
    assert_int_equal(markdown_source_addresses(S("x://www.y")), 2);
    assert_int_equal(markdown_source_addresses(S("a://")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_hidden_comes_back),
        cmocka_unit_test(no_definition_and_no_lone_tilde_is_left),
        cmocka_unit_test(X05_too_many_containers_are_refused_before_parsing),
        cmocka_unit_test(addresses_are_counted),
    };
    return cmocka_run_group_tests_name("chat/markdown_source", tests, NULL, NULL);
}
