/* test_map.c -- the map against a plain array as its model, and who owns what.
 * SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/support/cmocka_all.h"

enum { KEYS = 200, STEPS = 20000 };

static char values[KEYS];

/* A fixed sequence (xorshift), so that a failure comes again. The map's own hash key is random. */
static uint32_t next_random(void)
{
    static uint32_t seed = 2463534242;
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

/* Keys of 1 to 255 bytes: some fit into a slot, some do not. */
static Str key_of(size_t n, char text[256])
{
    size_t len = n % 3 == 0 ? 255 : n % 3 == 1 ? 15 : 16;
    memset(text, 'k', 256);
    (void)snprintf(text, 256, "%05zu", n);
    text[5] = 'k';
    return str_of(text, len);
}

static void check_against(const struct map *map, void *const model[KEYS], bool is_text)
{
    char text[256];
    size_t count = 0, visited = 0, pos = 0;
    void *value;
    for (size_t n = 0; n < KEYS; n++) {
        count += model[n] != NULL;
        assert_ptr_equal(is_text ? map_get(map, key_of(n, text)) : map_get_i64(map, (int64_t)n - 9),
                         model[n]);
    }
    assert_int_equal(map->len, count);
    while (map_next(map, &pos, &value)) {
        assert_ptr_equal(model[(char *)value - values], value);
        visited++;
    }
    assert_int_equal(visited, count);
}

static void run_against_model(bool is_text)
{
    struct map map = {0};
    void *model[KEYS] = {0};
    char text[256];
    for (int step = 0; step < STEPS; step++) {
        size_t n = next_random() % KEYS;
        bool is_put = next_random() % 100 < (step / 2000 % 2 == 0 ? 60 : 35);
        void *value = is_put ? &values[n] : NULL;
        Str key = key_of(n, text);
        void *old;
        if (is_text) {
            old = is_put ? map_put(&map, key, value) : map_remove(&map, key);
        } else {
            old = is_put ? map_put_i64(&map, (int64_t)n - 9, value)
                         : map_remove_i64(&map, (int64_t)n - 9);
        }
        assert_ptr_equal(old, model[n]);
        model[n] = value;
        if (step % 500 == 0) {
            check_against(&map, model, is_text);
        }
    }
    check_against(&map, model, is_text);
    map_finish(&map);
    assert_int_equal(map.len, 0);
}

static void text_keys_behave_as_the_model(void **state)
{
    (void)state;
    run_against_model(true);
}

static void number_keys_behave_as_the_model(void **state)
{
    (void)state;
    run_against_model(false);
}

static void an_unused_map_holds_nothing_and_no_memory(void **state)
{
    struct map map = {0};
    size_t pos = 0;
    void *value;
    uint64_t before = mem_allocations();
    (void)state;
    assert_null(map_get(&map, S("a")));
    assert_null(map_remove(&map, S("a")));
    assert_null(map_get_i64(&map, 1));
    assert_false(map_next(&map, &pos, &value));
    map_finish(&map);
    assert_int_equal(mem_allocations(), before);
}

static void keys_are_copied_and_values_replaced(void **state)
{
    struct map map = {0};
    char key[] = "a key that is longer than a slot";
    (void)state;
    assert_null(map_put(&map, str_from_z(key), &values[0]));
    key[0] = 'X';
    assert_null(map_get(&map, str_from_z(key)));
    assert_ptr_equal(map_get(&map, S("a key that is longer than a slot")), &values[0]);
    assert_ptr_equal(map_put(&map, S("a key that is longer than a slot"), &values[1]), &values[0]);
    assert_ptr_equal(map_get(&map, S("a key that is longer than a slot")), &values[1]);
    assert_int_equal(map.len, 1);
    map_finish(&map);
}

static void near_keys_are_different_keys(void **state)
{
    struct map map = {0};
    (void)state;
    (void)map_put(&map, S(""), &values[0]);
    (void)map_put(&map, S("\0"), &values[1]);
    (void)map_put(&map, S("a"), &values[2]);
    (void)map_put(&map, S("a\0"), &values[3]);
    assert_ptr_equal(map_get(&map, S("")), &values[0]);
    assert_ptr_equal(map_get(&map, S("\0")), &values[1]);
    assert_ptr_equal(map_get(&map, S("a")), &values[2]);
    assert_ptr_equal(map_get(&map, S("a\0")), &values[3]);
    map_finish(&map);
}

/* A table of a bounded number of entries must not grow for ever while they come and go. */
static void coming_and_going_does_not_grow_the_table(void **state)
{
    struct map map = {0};
    (void)state;
    for (int64_t n = 0; n < 10000; n++) {
        (void)map_put_i64(&map, n, &values[0]);
        if (n >= 8) {
            assert_non_null(map_remove_i64(&map, n - 8));
        }
    }
    assert_int_equal(map.len, 8);
    assert_true(map.cap <= 32);
    map_finish(&map);
}

/* What a process of its own makes of a key. */
static uint64_t hash_elsewhere(Str key)
{
    int ends[2];
    uint64_t hash = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        hash = map_hash(key.data, key.len);
        _exit(write(ends[1], &hash, sizeof(hash)) == sizeof(hash) ? 0 : 1);
    }
    assert_true(child > 0);
    assert_int_equal(read(ends[0], &hash, sizeof(hash)), sizeof(hash));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(close(ends[0]) | close(ends[1]), 0);
    return hash;
}

/* Who does not know the hash key cannot choose keys that collide. Runs first, before this process
 * has drawn its own. */
static void each_process_draws_its_hash_key(void **state)
{
    (void)state;
    uint64_t first = hash_elsewhere(S("ada"));
    uint64_t second = hash_elsewhere(S("ada"));
    assert_true(first != second);
    assert_true(first != map_hash("ada", 3) && map_hash("ada", 3) == map_hash("ada", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("R16 each process draws its hash key", each_process_draws_its_hash_key),
        cmocka_unit_test(text_keys_behave_as_the_model),
        cmocka_unit_test(number_keys_behave_as_the_model),
        cmocka_unit_test(an_unused_map_holds_nothing_and_no_memory),
        cmocka_unit_test(keys_are_copied_and_values_replaced),
        cmocka_unit_test(near_keys_are_different_keys),
        cmocka_unit_test(coming_and_going_does_not_grow_the_table),
    };
    return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
