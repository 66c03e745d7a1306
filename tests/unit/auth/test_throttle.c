/* test_throttle.c -- buckets, growing pauses, and a table that never grows.
 * SPDX-License-Identifier: MIT */
#include "auth/throttle.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

static const struct throttle_rule rule = {
    .interval_ms = 12000, .burst = 5, .failures = 5, .pause_ms = 15000, .pause_max_ms = 900000};
static struct throttle throttle;

static int set_up(void **state)
{
    (void)state;
    memset(&throttle, 0, sizeof(throttle));
    throttle.rule = &rule;
    return 0;
}

static void take_all(Str key, Millis now)
{
    for (int i = 0; i < rule.burst; i++) {
        assert_int_equal(throttle_take(&throttle, key, now), 0);
    }
}

static void a_burst_is_let_through_and_then_one_an_interval(void **state)
{
    (void)state;
    take_all(S("ann"), 1000);
    assert_int_equal(throttle_take(&throttle, S("ann"), 1000), 12000);
    assert_int_equal(throttle_take(&throttle, S("ann"), 12999), 1);
    assert_int_equal(throttle_take(&throttle, S("ann"), 13000), 0);
    assert_int_equal(throttle_take(&throttle, S("ann"), 13000), 12000);
    take_all(S("ann"), 1000000); /* full again, and no fuller than the burst */
    assert_int_equal(throttle_take(&throttle, S("ann"), 1000000), 12000);
}

static void keys_do_not_share(void **state)
{
    (void)state;
    take_all(S("ann"), 0);
    assert_true(throttle_take(&throttle, S("ann"), 0) > 0);
    assert_int_equal(throttle_take(&throttle, S("bob"), 0), 0);
}

static void pauses_double_with_failures_up_to_the_longest(void **state)
{
    static const Millis pauses[] = {15000, 30000, 60000, 120000, 240000, 480000, 900000, 900000};
    Millis now = 1000000;
    (void)state;
    for (int i = 0; i < rule.failures - 1; i++) {
        assert_int_equal(throttle_take(&throttle, S("ann"), now), 0);
        throttle_fail(&throttle, S("ann"), now);
    }
    for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
        assert_int_equal(throttle_take(&throttle, S("ann"), now), 0);
        throttle_fail(&throttle, S("ann"), now);
        assert_int_equal(throttle_take(&throttle, S("ann"), now), pauses[i]);
        assert_int_equal(throttle_take(&throttle, S("ann"), now + pauses[i] - 1), 1);
        now += pauses[i];
    }
    for (int i = 0; i < 1000; i++) {
        throttle_fail(&throttle, S("ann"), now); /* no overflow */
    }
    assert_int_equal(throttle_take(&throttle, S("ann"), now), 900000);
}

static void being_right_forgives(void **state)
{
    (void)state;
    take_all(S("ann"), 0);
    for (int i = 0; i < 9; i++) {
        throttle_fail(&throttle, S("ann"), 0);
    }
    assert_true(throttle_take(&throttle, S("ann"), 0) > 0);
    throttle_forgive(&throttle, S("ann"));
    throttle_forgive(&throttle, S("nobody"));
    take_all(S("ann"), 0);
}

/* Whoever fills the table pushes out the tries that weigh least, not the account under attack. */
static void a_flood_of_keys_does_not_forgive_the_one_that_is_paused(void **state)
{
    char key[16];
    (void)state;
    for (int i = 0; i < 12; i++) {
        throttle_fail(&throttle, S("ann"), 0);
    }
    for (int i = 0; i < 10 * LIMIT_THROTTLE; i++) {
        int len = snprintf(key, sizeof(key), "k%d", i);
        (void)throttle_take(&throttle, str_of(key, (size_t)len), 0);
    }
    assert_int_equal(throttle_take(&throttle, S("ann"), 0), 900000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_burst_is_let_through_and_then_one_an_interval, set_up),
        cmocka_unit_test_setup(keys_do_not_share, set_up),
        cmocka_unit_test_setup(pauses_double_with_failures_up_to_the_longest, set_up),
        cmocka_unit_test_setup(being_right_forgives, set_up),
        cmocka_unit_test_setup(a_flood_of_keys_does_not_forgive_the_one_that_is_paused, set_up),
    };
    return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
