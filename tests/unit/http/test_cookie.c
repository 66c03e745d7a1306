/* test_cookie.c -- one session or none, and the attributes of what we set.
 * SPDX-License-Identifier: MIT */
#include "http/cookie.h"

#include "base/buf.h"
#include "base/limits.h"
#include "tests/support/cmocka_all.h"

static void a_cookie_is_there_once_or_not_at_all(void **state)
{
    static const struct {
        Str field;
        const char *value; /* null: none */
    } rows[] = {
        {S_INIT("sid=abc"), "abc"},
        {S_INIT("a=b; sid=abc; c=d"), "abc"},
        {S_INIT("a=b;sid=abc;c=d"), "abc"},
        {S_INIT(" \tsid=abc \t; x"), "abc"},
        {S_INIT("sid="), ""},
        {S_INIT("sid=a=b"), "a=b"},
        {S_INIT("sid=\"abc\""), "\"abc\""},
        {S_INIT(""), NULL},
        {S_INIT("sid"), NULL},
        {S_INIT("SID=abc"), NULL},
        {S_INIT("xsid=abc; sidx=abc; __Host-sid=abc"), NULL},
        {S_INIT("sid=abc; sid=abc"), NULL},
        {S_INIT("sid=; sid=abc"), NULL},
        {S_INIT("sid=abc; a=b; sid=def"), NULL},
        {S_INIT(";;;"), NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Str value = S("untouched");
        bool is_found = cookie_get(rows[i].field, S("sid"), &value);
        assert_int_equal(is_found, rows[i].value != NULL);
        assert_true(
            str_eq(value, rows[i].value != NULL ? str_from_z(rows[i].value) : S("untouched")));
    }
}

static void a_field_of_too_many_cookies_holds_none(void **state)
{
    struct buf field = {0};
    Str value;
    (void)state;
    buf_put_str(&field, S("sid=abc"));
    for (int i = 1; i < LIMIT_COOKIES; i++) {
        buf_printf(&field, "; c%d=%d", i, i);
    }
    assert_true(cookie_get(buf_str(&field), S("sid"), &value));
    buf_put_str(&field, S("; one=more"));
    assert_false(cookie_get(buf_str(&field), S("sid"), &value));
    buf_finish(&field);
}

static void what_is_set_is_for_us_alone(void **state)
{
    struct arena arena = {0};
    (void)state;
    Str cookie = cookie_format(&arena, S("__Host-sid"), S("abc"), 2592000, true);
    assert_string_equal(cookie.data,
                        "__Host-sid=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure");
    cookie = cookie_format(&arena, S("sid"), S(""), 0, false);
    assert_string_equal(cookie.data, "sid=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("A12 a cookie is there once or not at all",
                   a_cookie_is_there_once_or_not_at_all),
        cmocka_unit_test(a_field_of_too_many_cookies_holds_none),
        NAMED_TEST("A11 what is set is for us alone", what_is_set_is_for_us_alone),
    };
    return cmocka_run_group_tests_name("cookie", tests, NULL, NULL);
}
