/* test_interest.c -- bits of loops, counted by slot.
 * SPDX-License-Identifier: MIT */
#include "live/interest.h"

#include "base/mem.h"
#include "tests/support/cmocka_all.h"

static void a_bit_stays_until_the_last_room_of_its_slot_goes(void **state)
{
    (void)state;
    struct interest_table *table = mem_new(struct interest_table);
    struct interest *first = mem_new(struct interest);
    struct interest *second = mem_new(struct interest);
    interest_init(first, table, 0);
    interest_init(second, table, 5);
    interest_add(first, 7);
    interest_add(second, 7);
    assert_int_equal(interest_loops(table, 7), 1 | 1 << 5);
    assert_int_equal(interest_loops(table, 8), 0);
    interest_add(first, 7 + LIMIT_INTEREST_SLOTS); /* shares the slot */
    interest_drop(first, 7);
    assert_int_equal(interest_loops(table, 7), 1 | 1 << 5);
    interest_drop(first, 7 + LIMIT_INTEREST_SLOTS);
    assert_int_equal(interest_loops(table, 7), 1 << 5);
    mem_free(first);
    mem_free(second);
    mem_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_stays_until_the_last_room_of_its_slot_goes),
    };
    return cmocka_run_group_tests_name("interest", tests, NULL, NULL);
}
