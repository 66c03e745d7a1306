/* test_err.c -- an error is one bounded sentence, and going up only adds where.
 * SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

static void setting_fills_and_is_false(void **state)
{
    struct err err = {.sys = 5};
    (void)state;
    assert_false(err_set(&err, ERR_CONFLICT, "%s is taken", "ada"));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(err.sys, 0);
    assert_string_equal(err.message, "ada is taken");
}

static void a_system_error_says_why(void **state)
{
    struct err err = {0};
    (void)state;
    errno = ENOENT;
    assert_false(err_sys(&err, "open %s", "data"));
    assert_int_equal(err.kind, ERR_INTERNAL);
    assert_int_equal(err.sys, ENOENT);
    assert_string_equal(err.message, "open data: No such file or directory");
}

static void wrapping_puts_the_place_before_and_keeps_the_rest(void **state)
{
    struct err err = {0};
    (void)state;
    errno = ENOSPC;
    (void)err_sys(&err, "write");
    err.kind = ERR_FULL;
    assert_false(err_wrap(&err, "batch of %d", 3));
    assert_int_equal(err.kind, ERR_FULL);
    assert_int_equal(err.sys, ENOSPC);
    assert_string_equal(err.message, "batch of 3: write: No space left on device");
}

static void long_messages_are_cut_and_stay_ended(void **state)
{
    struct err err = {0};
    (void)state;
    (void)err_set(&err, ERR_INPUT, "%0500d", 1);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    (void)err_wrap(&err, "where");
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    assert_memory_equal(err.message, "where: 000", 10);
    (void)err_wrap(&err, "%0500d", 2);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    errno = EIO;
    (void)err_sys(&err, "%0500d", 3);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
}

static void every_kind_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = ERR_NONE; a <= ERR_INTERNAL; a++) {
        for (int b = ERR_NONE; b < a; b++) {
            assert_string_not_equal(err_kind_name((enum err_kind)a),
                                    err_kind_name((enum err_kind)b));
        }
    }
    assert_string_equal(err_kind_name(ERR_INPUT), "input");
    assert_string_equal(err_kind_name(ERR_INTERNAL), "internal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_fills_and_is_false),
        cmocka_unit_test(a_system_error_says_why),
        cmocka_unit_test(wrapping_puts_the_place_before_and_keeps_the_rest),
        cmocka_unit_test(long_messages_are_cut_and_stay_ended),
        cmocka_unit_test(every_kind_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
