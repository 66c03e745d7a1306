/* test_router.c -- paths against patterns.
 * SPDX-License-Identifier: MIT */
#include "http/router.h"

#include "tests/support/cmocka_all.h"

static void paths_match_segment_by_segment(void **state)
{
    static const struct {
        const char *pattern;
        Str path;
        int params; /* -1: does not match */
    } rows[] = {
        {"/", S_INIT("/"), 0},
        {"/", S_INIT("/x"), -1},
        {"/rooms", S_INIT("/rooms"), 0},
        {"/rooms", S_INIT("/room"), -1},
        {"/rooms", S_INIT("/roomsx"), -1},
        {"/rooms", S_INIT("/Rooms"), -1},
        {"/rooms", S_INIT("/"), -1},
        {"/rooms", S_INIT(""), -1},
        {"/rooms", S_INIT("/rooms/"), -1},
        {"/rooms", S_INIT("/rooms/7"), -1},
        {"/rooms/:room", S_INIT("/rooms/7"), 1},
        {"/rooms/:room", S_INIT("/rooms"), -1},
        {"/rooms/:room", S_INIT("/rooms/"), -1},
        {"/rooms/:room", S_INIT("/rooms/7/"), -1},
        {"/rooms/:room", S_INIT("/rooms//"), -1},
        {"/rooms/:room/messages", S_INIT("/rooms/7/messages"), 1},
        {"/rooms/:room/messages", S_INIT("/rooms//messages"), -1},
        {"/rooms/:room/messages", S_INIT("/rooms/7/message"), -1},
        {"/rooms/:room/messages/:seq", S_INIT("/rooms/7/messages/12"), 2},
        {"/rooms/:room/messages/:seq", S_INIT("/rooms/7/messages/12/x"), -1},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct router_params params;
        bool matches = router_match(rows[i].pattern, rows[i].path, &params);
        if (matches != (rows[i].params >= 0) || (matches && (int)params.count != rows[i].params)) {
            fail_msg("%s against %s", rows[i].path.data, rows[i].pattern);
        }
    }
}

static void parameters_come_in_the_order_of_the_pattern(void **state)
{
    struct router_params params;
    (void)state;
    assert_true(router_match("/:a/b/:c", S("/first/b/the \xC3\xA9 second"), &params));
    assert_int_equal(params.count, 2);
    assert_true(str_eq(params.values[0], S("first")));
    assert_true(str_eq(params.values[1], S("the \xC3\xA9 second")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_match_segment_by_segment),
        cmocka_unit_test(parameters_come_in_the_order_of_the_pattern),
    };
    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
