/* test_arena.c -- zeroed, aligned, apart, and given back at once.
 * SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <string.h>

#include "base/mem.h"
#include "tests/support/cmocka_all.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

enum { PIECES = 300 };

static bool is_zero(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Sizes around the chunks' own, each piece filled with its number. */
static void fill(struct arena *arena, unsigned char *pieces[PIECES], size_t sizes[PIECES])
{
    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = i % 50 == 49 ? 5000 : i * 7 % 500;
        pieces[i] = arena_alloc(arena, sizes[i]);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        assert_true(is_zero(pieces[i], sizes[i]));
        memset(pieces[i], (int)(i % 255) + 1, sizes[i]);
    }
}

static void pieces_are_zeroed_aligned_and_apart(void **state)
{
    struct arena arena = {0};
    unsigned char *pieces[PIECES];
    size_t sizes[PIECES];
    (void)state;
    for (int round = 0; round < 3; round++) {
        fill(&arena, pieces, sizes);
        for (size_t i = 0; i < PIECES; i++) {
            for (size_t at = 0; at < sizes[i]; at++) {
                assert_int_equal(pieces[i][at], i % 255 + 1);
            }
        }
        arena_reset(&arena); /* the next round must find zeros where this one wrote */
        assert_int_equal(arena.total, 0);
    }
    arena_finish(&arena);
}

static void an_unused_arena_holds_no_memory(void **state)
{
    struct arena arena = {0};
    uint64_t before = mem_allocations();
    (void)state;
    arena_reset(&arena);
    arena_finish(&arena);
    assert_int_equal(mem_allocations(), before);
    assert_null(arena.head);
}

/* What makes a connection's second request free of the heap. */
static void a_small_round_after_a_reset_does_not_allocate(void **state)
{
    struct arena arena = {0};
    (void)state;
    (void)arena_alloc(&arena, 100);
    (void)arena_alloc(&arena, 100000); /* not kept */
    arena_reset(&arena);
    uint64_t before = mem_allocations();
    for (int round = 0; round < 100; round++) {
        (void)arena_alloc(&arena, 1000);
        (void)arena_new(&arena, int64_t, 10);
        arena_reset(&arena);
    }
    assert_int_equal(mem_allocations(), before);
    arena_finish(&arena);
    assert_null(arena.head);
    (void)arena_alloc(&arena, 1); /* and may be used again */
    arena_finish(&arena);
}

static void bytes_that_were_given_back_are_poisoned(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    struct arena arena = {0};
    char *ptr = arena_alloc(&arena, 24);
    assert_false(__asan_address_is_poisoned(ptr + 23));
    assert_true(__asan_address_is_poisoned(ptr + 24)); /* one too far is seen as well */
    arena_reset(&arena);
    assert_true(__asan_address_is_poisoned(ptr));
    arena_finish(&arena);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(an_unused_arena_holds_no_memory),
        cmocka_unit_test(a_small_round_after_a_reset_does_not_allocate),
        cmocka_unit_test(bytes_that_were_given_back_are_poisoned),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
