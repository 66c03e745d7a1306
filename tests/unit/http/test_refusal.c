/* test_refusal.c -- floods leave one line a second in the log, and nothing goes uncounted.
 * SPDX-License-Identifier: MIT */
#include "http/refusal.h"

#include "tests/support/cmocka_all.h"

static void a_flood_is_one_line_a_second(void **state)
{
    int64_t unsaid = -1;
    (void)state;
    assert_true(refusal_may_log(400, 5000, &unsaid));
    assert_int_equal(unsaid, 0);
    for (int i = 0; i < 999; i++) {
        assert_false(refusal_may_log(400, 5000 + i, &unsaid));
    }
    assert_true(refusal_may_log(400, 6000, &unsaid));
    assert_int_equal(unsaid, 999);
    assert_false(refusal_may_log(400, 6001, &unsaid));
}

static void each_status_has_its_own_line(void **state)
{
    int64_t unsaid = -1;
    (void)state;
    assert_true(refusal_may_log(413, 9000, &unsaid));
    assert_true(refusal_may_log(599, 9000, &unsaid));
    assert_false(refusal_may_log(413, 9001, &unsaid));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("R15 a flood is one line a second", a_flood_is_one_line_a_second),
        NAMED_TEST("R15 each status has its own line", each_status_has_its_own_line),
    };
    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
