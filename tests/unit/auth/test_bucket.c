/* test_bucket.c -- rates: the burst, the refill to the millisecond, and no limit at all.
 * SPDX-License-Identifier: MIT */
#include "auth/bucket.h"

#include "base/check.h"
#include "tests/support/cmocka_all.h"

static void a_burst_then_one_at_a_time(void **state)
{
    struct bucket bucket = {0};
    Millis now = 1000;
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(bucket_take(&bucket, now, 5, 10), 0);
    }
    assert_int_equal(bucket_take(&bucket, now, 5, 10), 200);
    assert_int_equal(bucket_take(&bucket, now + 50, 5, 10), 150); /* asking costs nothing */
    assert_int_equal(bucket_take(&bucket, now + 199, 5, 10), 1);
    assert_int_equal(bucket_take(&bucket, now + 200, 5, 10), 0);
    assert_int_equal(bucket_take(&bucket, now + 200, 5, 10), 200);
}

/* Whoever waits as long as it was told is let in; rounding is up, so not a moment before its token. */
static void the_promised_time_is_enough(void **state)
{
    struct bucket third = {0};
    (void)state;
    assert_int_equal(bucket_take(&third, 1, 3, 1), 0);
    assert_int_equal(bucket_take(&third, 1, 3, 1), 334);
    assert_int_equal(bucket_take(&third, 334, 3, 1), 1);
    for (int rate = 1; rate <= 60; rate++) {
        struct bucket bucket = {0};
        Millis now = 1;
        for (int i = 0; i < 50; i++) {
            Millis wait = bucket_take(&bucket, now, rate, 1);
            assert_true(wait <= 1000 / rate + 1);
            now += wait;
            assert_int_equal(wait == 0 ? 0 : bucket_take(&bucket, now, rate, 1), 0);
        }
    }
}

static void rest_fills_no_more_than_the_burst(void **state)
{
    struct bucket bucket = {0};
    Millis year = (Millis)366 * 24 * 3600 * 1000;
    (void)state;
    assert_int_equal(bucket_take(&bucket, 1, 1000000, 2000000), 0); /* as large as settings allow */
    assert_int_equal(bucket_take(&bucket, year, 1000000, 2000000), 0);
    bucket = (struct bucket){0};
    assert_int_equal(bucket_take(&bucket, 1, 5, 3), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bucket_take(&bucket, year, 5, 3), 0);
    }
    assert_int_equal(bucket_take(&bucket, year, 5, 3), 200);
}

static void a_rate_of_zero_is_no_limit(void **state)
{
    struct bucket bucket = {0};
    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(bucket_take(&bucket, 1, 0, 0), 0);
    }
}

/* Loops ask with clocks of their own, a little apart; and the time is kept to 32 bits. */
static void a_clock_that_is_behind_gives_nothing(void **state)
{
    struct bucket bucket = {0};
    Millis now = ((Millis)1 << 32) - 1;
    (void)state;
    assert_int_equal(bucket_take(&bucket, now, 5, 1), 0);
    assert_int_equal(bucket_take(&bucket, now - 3, 5, 1), 200);
    assert_int_equal(bucket_take(&bucket, now + 199, 5, 1), 1);
    assert_int_equal(bucket_take(&bucket, now + 200, 5, 1), 0);
}

/* A token that has just come is not rest: half of the burst is. */
static void who_floods_is_never_rested(void **state)
{
    struct bucket bucket = {0};
    Millis now = 1000;
    (void)state;
    assert_int_equal(bucket_take(&bucket, now, 20, 40), 0);
    assert_true(bucket_is_rested(&bucket, 40));
    for (int i = 0; i < 1000; i++) {
        now += bucket_take(&bucket, now, 20, 40);
    }
    assert_false(bucket_is_rested(&bucket, 40));
    assert_int_equal(bucket_take(&bucket, now + 1100, 20, 40), 0);
    assert_true(bucket_is_rested(&bucket, 40));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_then_one_at_a_time),
        cmocka_unit_test(the_promised_time_is_enough),
        cmocka_unit_test(rest_fills_no_more_than_the_burst),
        cmocka_unit_test(a_rate_of_zero_is_no_limit),
        cmocka_unit_test(a_clock_that_is_behind_gives_nothing),
        cmocka_unit_test(who_floods_is_never_rested),
    };
    return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
