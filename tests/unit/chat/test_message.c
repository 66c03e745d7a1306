/* test_message.c -- nonces and the text of messages.
 * SPDX-License-Identifier: MIT */
#include "chat/message.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "tests/support/cmocka_all.h"

static void nonces_have_an_alphabet_and_a_length(void **state)
{
    static const char *const bad[] = {"", " ", "a b", "a=", "a+b", "a/b", "é", "a\n", "a\""};
    char nonce[LIMIT_NONCE + 1];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(message_nonce_is_valid(str_from_z(bad[i])));
    }
    assert_false(message_nonce_is_valid(str_of("a\0", 2)));
    memset(nonce, 'z', sizeof(nonce));
    assert_true(message_nonce_is_valid(S("azAZ09_-")));
    assert_true(message_nonce_is_valid(str_of(nonce, LIMIT_NONCE)));
    assert_false(message_nonce_is_valid(str_of(nonce, LIMIT_NONCE + 1)));
}

/* A null `expected` means that it is refused. */
static void assert_body(Str input, const char *expected)
{
    struct arena arena = {0};
    struct err err = {0};
    Str body = S("untouched");
    bool is_good = message_body_clean(&arena, input, &body, &err);
    assert_int_equal(is_good, expected != NULL);
    if (is_good) {
        assert_true(str_eq(body, str_from_z(expected)));
    } else {
        assert_int_equal(err.kind, ERR_INPUT);
        assert_true(str_eq(body, S("untouched")));
    }
    arena_finish(&arena);
}

static void line_ends_become_one_kind(void **state)
{
    (void)state;
    assert_body(S("a\r\nb\rc\nd"), "a\nb\nc\nd");
    assert_body(S("a\r\r\nb"), "a\n\nb");
    assert_body(S("a\r\n\r\n"), "a");
}

static void space_is_dropped_at_the_end_only(void **state)
{
    (void)state;
    assert_body(S("  indented\t \n "), "  indented");
    assert_body(S("\n\nx"), "\n\nx");
}

static void text_is_kept_as_it_is(void **state)
{
    (void)state;
    assert_body(S("<b>&amp;</b> \"'`"), "<b>&amp;</b> \"'`");
    assert_body(S("e\xCC\x81 👩\xE2\x80\x8D💻 \xD7\xA9"), "e\xCC\x81 👩\xE2\x80\x8D💻 \xD7\xA9");
    assert_body(S("\xF0\x9F\xAB\xA9"), "\xF0\x9F\xAB\xA9"); /* U+1FAE9, newer than the tables */
    assert_body(S("a\tb"), "a\tb");
}

/* U07, U08 */
static void what_is_no_text_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "\n\t",
                                      "\xE2\x80\x8B\xE2\x80\x8B",
                                      "\xCC\x81",
                                      "\xFF",
                                      "a\xC3",
                                      "a\xED\xA0\x80",
                                      "a\x1B[0m",
                                      "a\x7F",
                                      "a\xF4\x90\x80\x80",
                                      "a\xC0\xAF"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_body(str_from_z(bad[i]), NULL);
    }
    assert_body(str_of("a\0b", 3), NULL);
}

/* U10: refused, never cut. */
static void a_message_has_a_length(void **state)
{
    size_t len = 2 * LIMIT_MESSAGE + 2;
    char *text = mem_zalloc(len + 1);
    (void)state;
    memset(text, 'x', len);
    assert_body(str_of(text, LIMIT_MESSAGE + 1), NULL);
    assert_body(str_of(text, len), NULL);
    text[LIMIT_MESSAGE] = '\0';
    assert_body(str_of(text, LIMIT_MESSAGE), text);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nonces_have_an_alphabet_and_a_length),
        cmocka_unit_test(line_ends_become_one_kind),
        cmocka_unit_test(space_is_dropped_at_the_end_only),
        cmocka_unit_test(text_is_kept_as_it_is),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(a_message_has_a_length),
    };
    return cmocka_run_group_tests_name("chat/message", tests, NULL, NULL);
}
