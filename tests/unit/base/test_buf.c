/* test_buf.c -- what is put comes out, in order, across growth and consumption.
 * SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <string.h>

#include "base/mem.h"
#include "tests/support/cmocka_all.h"

static void everything_put_is_there_in_order(void **state)
{
    struct buf buf = {0};
    (void)state;
    buf_put(&buf, "ab", 2);
    buf_put(&buf, NULL, 0);
    buf_put_str(&buf, S("c\0d"));
    buf_put_char(&buf, '!');
    buf_printf(&buf, "[%s %d]", "x", 7);
    assert_true(str_eq(buf_str(&buf), S("abc\0d![x 7]")));
    buf_finish(&buf);
    assert_null(buf.data);
    assert_int_equal(buf_str(&buf).len, 0);
}

static void growth_keeps_the_bytes(void **state)
{
    struct buf buf = {0};
    uint64_t before = mem_allocations();
    (void)state;
    for (int i = 0; i < 5000; i++) {
        buf_printf(&buf, "%04d", i);
    }
    assert_int_equal(buf.len, 20000);
    assert_memory_equal(buf.data, "000000010002", 12);
    assert_memory_equal(buf.data + 19996, "4999", 4);
    assert_true(buf.cap <= 32768);
    assert_true(mem_allocations() - before <= 8); /* 256 doubled seven times */
    buf_finish(&buf);
}

static void a_long_format_makes_its_room(void **state)
{
    struct buf buf = {0};
    (void)state;
    buf_printf(&buf, "%01000d", 5);
    assert_int_equal(buf.len, 1000);
    assert_int_equal(buf.data[999], '5');
    buf_finish(&buf);
}

static void integers_are_written_to_their_limits(void **state)
{
    struct buf buf = {0};
    static const int64_t numbers[] = {0, -1, 10, INT64_MAX, INT64_MIN};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        buf_put_i64(&buf, numbers[i]);
        buf_put_char(&buf, ' ');
    }
    assert_true(str_eq(buf_str(&buf), S("0 -1 10 9223372036854775807 -9223372036854775808 ")));
    buf_finish(&buf);
}

static void consuming_drops_from_the_front(void **state)
{
    struct buf buf = {0};
    (void)state;
    buf_put_str(&buf, S("abcdef"));
    buf_consume(&buf, 2);
    assert_true(str_eq(buf_str(&buf), S("cdef")));
    buf_put_char(&buf, 'g');
    buf_consume(&buf, 0);
    assert_true(str_eq(buf_str(&buf), S("cdefg")));
    buf_consume(&buf, 5);
    assert_int_equal(buf.len, 0);
    buf_finish(&buf);
}

static void a_cleared_buffer_keeps_its_memory(void **state)
{
    struct buf buf = {0};
    (void)state;
    buf_reserve(&buf, 1000);
    uint64_t before = mem_allocations();
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 1000; i++) {
            buf_put_char(&buf, 'x');
        }
        buf_clear(&buf);
    }
    assert_int_equal(mem_allocations(), before);
    assert_int_equal(buf.len, 0);
    buf_finish(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_put_is_there_in_order),
        cmocka_unit_test(growth_keeps_the_bytes),
        cmocka_unit_test(a_long_format_makes_its_room),
        cmocka_unit_test(integers_are_written_to_their_limits),
        cmocka_unit_test(consuming_drops_from_the_front),
        cmocka_unit_test(a_cleared_buffer_keeps_its_memory),
    };
    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
