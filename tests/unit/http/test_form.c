/* test_form.c -- forms and queries: decoded once, bounded, no name twice.
 * SPDX-License-Identifier: MIT */
#include "http/form.h"

#include "base/buf.h"
#include "tests/support/cmocka_all.h"

static void values_are_decoded_once(void **state)
{
    struct arena arena = {0};
    struct form form;
    struct err err = {0};
    (void)state;
    assert_true(
        form_parse(&arena, S("b%6Fdy=a+b%2B%20%252B&empty=&flag&n=%C3%A9&=x&m=a=b"), &form, &err));
    assert_int_equal(form.count, 6);
    assert_true(str_eq(form_get(&form, S("body")), S("a b+ %2B")));
    assert_true(str_eq(form_get(&form, S("n")), S("\xC3\xA9")));
    assert_true(str_eq(form_get(&form, S("m")), S("a=b")));
    assert_true(str_eq(form_get(&form, S("")), S("x")));
    assert_true(form_has(&form, S("empty")) && form_get(&form, S("empty")).len == 0);
    assert_true(form_has(&form, S("flag")) && form_get(&form, S("flag")).len == 0);
    assert_false(form_has(&form, S("Body")));
    assert_true(form_parse(&arena, S(""), &form, &err));
    assert_int_equal(form.count, 0);
    arena_finish(&arena);
}

static void line_ends_stay_in_their_value(void **state)
{
    struct arena arena = {0};
    struct form form;
    struct err err = {0};
    (void)state;
    assert_true(form_parse(&arena, S("next=/a%0d%0aSet-Cookie:%20x&b=1"), &form, &err));
    assert_int_equal(form.count, 2);
    assert_true(str_eq(form_get(&form, S("next")), S("/a\r\nSet-Cookie: x")));
    arena_finish(&arena);
}

static void doubtful_forms_are_refused(void **state)
{
    static const Str rows[] = {
        S_INIT("a=%"),     S_INIT("a=%4"),        S_INIT("a=%zz"),      S_INIT("%=a"),
        S_INIT("a=1&a=2"), S_INIT("a=1&%61=2"),   S_INIT("a&a"),        S_INIT("room=1&x=2&room=1"),
        S_INIT("a=%00"),   S_INIT("a=\0"),        S_INIT("%00=a"),      S_INIT("a=%FF"),
        S_INIT("a=%C3"),   S_INIT("a=%ED%A0%80"), S_INIT("a=\xC0\xAF"),
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena = {0};
        struct form form;
        struct err err = {0};
        assert_false(form_parse(&arena, rows[i], &form, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        arena_finish(&arena);
    }
}

static bool parses_with(int count)
{
    struct arena arena = {0};
    struct form form;
    struct err err = {0};
    struct buf text = {0};
    for (int i = 0; i < count; i++) {
        buf_printf(&text, "%sp%d=%d", i == 0 ? "" : "&", i, i);
    }
    bool is_good = form_parse(&arena, buf_str(&text), &form, &err);
    assert_int_equal(is_good ? (int)form.count : 0, is_good ? count : 0);
    buf_finish(&text);
    arena_finish(&arena);
    return is_good;
}

static void parameters_are_counted(void **state)
{
    (void)state;
    assert_true(parses_with(LIMIT_FORM_PARAMS));
    assert_false(parses_with(LIMIT_FORM_PARAMS + 1));
    assert_false(parses_with(10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_decoded_once),
        NAMED_TEST("H31 line ends stay in their value", line_ends_stay_in_their_value),
        NAMED_TEST("H30 doubtful forms are refused", doubtful_forms_are_refused),
        NAMED_TEST("H30 parameters are counted", parameters_are_counted),
    };
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
