/* test_blob.c -- bytes live exactly as long as somebody holds them; the sanitizers see the rest.
 * SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include <pthread.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

enum { THREADS = 4, ROUNDS = 500000 };

static pthread_barrier_t start;

static void a_blob_holds_its_own_copy(void **state)
{
    char source[] = "bytes\0more";
    (void)state;
    struct blob *blob = blob_from_str(str_of(source, 10));
    memset(source, 'x', 10);
    assert_true(str_eq(blob_str(blob), S("bytes\0more")));
    assert_int_equal(atomic_load(&blob->refs), 1);
    blob_unref(blob);
    blob_unref(NULL);
}

static void an_empty_blob_is_a_blob(void **state)
{
    (void)state;
    struct blob *blob = blob_from_str((Str){0});
    assert_int_equal(blob_str(blob).len, 0);
    blob_unref(blob);
}

static void the_bytes_stay_until_the_last_holder_leaves(void **state)
{
    (void)state;
    struct blob *blob = blob_create(3);
    memcpy(blob->data, "abc", 3);
    assert_ptr_equal(blob_ref(blob), blob);
    blob_unref(blob);
    assert_true(str_eq(blob_str(blob), S("abc")));
    blob_unref(blob);
}

/* Each thread owns one reference, takes and drops others, and drops its own at the end. */
static void *hold_and_drop(void *argument)
{
    struct blob *blob = argument;
    size_t wrong = 0;
    (void)pthread_barrier_wait(&start); /* or the first is done before the last begins */
    for (int i = 0; i < ROUNDS; i++) {
        struct blob *held = blob_ref(blob);
        wrong += !str_eq(blob_str(held), S("shared"));
        blob_unref(held);
    }
    blob_unref(blob);
    return (void *)wrong;
}

static void threads_may_hold_and_drop_at_once(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    struct blob *blob = blob_from_str(S("shared"));
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_drop, blob_ref(blob)), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    assert_int_equal(pthread_barrier_destroy(&start), 0);
    assert_int_equal(atomic_load(&blob->refs), 1);
    blob_unref(blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_blob_holds_its_own_copy),
        cmocka_unit_test(an_empty_blob_is_a_blob),
        cmocka_unit_test(the_bytes_stay_until_the_last_holder_leaves),
        cmocka_unit_test(threads_may_hold_and_drop_at_once),
    };
    return cmocka_run_group_tests_name("blob", tests, NULL, NULL);
}
