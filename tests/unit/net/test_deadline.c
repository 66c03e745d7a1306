/* test_deadline.c -- queues of equal durations under a clock of the test's own.
 * SPDX-License-Identifier: MIT */
#include "net/deadline.h"

#include "tests/support/cmocka_all.h"

static struct deadline *fired[8];
static size_t fired_count;

static void note(struct deadline *deadline)
{
    fired[fired_count++] = deadline;
}

static int forget(void **state)
{
    (void)state;
    fired_count = 0;
    return 0;
}

static void each_fires_once_when_due(void **state)
{
    (void)state;
    struct deadlines deadlines;
    struct deadline slow = {0};
    struct deadline quick = {0};
    deadlines_init(&deadlines);
    deadline_set(&deadlines, &slow, 0, 100);
    deadline_set(&deadlines, &quick, 50, 10);
    deadlines_run(&deadlines, 59, note);
    assert_int_equal(fired_count, 0);
    deadlines_run(&deadlines, 60, note);
    assert_int_equal(fired_count, 1);
    assert_ptr_equal(fired[0], &quick);
    deadlines_run(&deadlines, 1000, note);
    assert_int_equal(fired_count, 2);
    assert_ptr_equal(fired[1], &slow);
    deadlines_run(&deadlines, 2000, note);
    assert_int_equal(fired_count, 2);
}

static void setting_again_moves_it(void **state)
{
    (void)state;
    struct deadlines deadlines;
    struct deadline first = {0};
    struct deadline second = {0};
    deadlines_init(&deadlines);
    deadline_set(&deadlines, &first, 0, 100);
    deadline_set(&deadlines, &second, 10, 100);
    deadline_set(&deadlines, &first, 20, 100);
    deadlines_run(&deadlines, 110, note);
    assert_int_equal(fired_count, 1);
    assert_ptr_equal(fired[0], &second);
    deadline_clear(&first);
    deadline_clear(&first);
    deadlines_run(&deadlines, 1000, note);
    assert_int_equal(fired_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_fires_once_when_due, forget),
        cmocka_unit_test_setup(setting_again_moves_it, forget),
    };
    return cmocka_run_group_tests_name("deadline", tests, NULL, NULL);
}
