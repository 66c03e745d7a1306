/* test_metrics.c -- counts from all threads add up, and the text is what Prometheus reads.
 * SPDX-License-Identifier: MIT */
#include "base/metrics.h"

#include <pthread.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

enum { THREADS = 40, ROUNDS = 100000 }; /* more threads than shards: some must share one */

static pthread_barrier_t start;

static void *count(void *argument)
{
    (void)argument;
    (void)pthread_barrier_wait(&start); /* or the first is done before the last begins */
    for (int i = 0; i < ROUNDS; i++) {
        metrics_add(sends_total, 1);
        metrics_add(sent_bytes_total, 100);
        metrics_add(sockets, i % 2 == 0 ? 1 : -1);
    }
    return NULL;
}

static void counts_of_all_threads_add_up(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    int64_t sends = metrics_get(sends_total), bytes = metrics_get(sent_bytes_total);
    int64_t sockets = metrics_get(sockets), others = metrics_get(joins_total);
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(pthread_barrier_destroy(&start), 0);
    assert_int_equal(metrics_get(sends_total) - sends, THREADS * ROUNDS);
    assert_int_equal(metrics_get(sent_bytes_total) - bytes, THREADS * ROUNDS * 100);
    assert_int_equal(metrics_get(sockets) - sockets, 0);
    assert_int_equal(metrics_get(joins_total) - others, 0);
}

static void the_text_has_help_type_and_value(void **state)
{
    struct buf out = {0};
    (void)state;
    metrics_add(posts_total, 7 - metrics_get(posts_total));
    metrics_add(rooms_watched, -3 - metrics_get(rooms_watched));
    metrics_print(&out);
    assert_true(str_contains(buf_str(&out), S("# HELP parlor_posts_total messages stored\n"
                                              "# TYPE parlor_posts_total counter\n"
                                              "parlor_posts_total 7\n")));
    assert_true(str_contains(buf_str(&out), S("# TYPE parlor_rooms_watched gauge\n"
                                              "parlor_rooms_watched -3\n")));
    assert_true(str_ends(buf_str(&out), S("\n")));
    buf_finish(&out);
}

static void every_metric_is_one_sample_and_counters_end_in_total(void **state)
{
    struct buf out = {0};
    Str line, rest;
    size_t samples = 0;
    (void)state;
    metrics_print(&out);
    for (rest = buf_str(&out); rest.len > 0;) {
        (void)str_cut(rest, '\n', &line, &rest);
        assert_true(str_starts(line, S("# ")) || str_starts(line, S("parlor_")));
        samples += str_starts(line, S("parlor_"));
        if (str_starts(line, S("# TYPE "))) {
            assert_true(str_ends(line, S("_total counter")) || str_ends(line, S(" gauge")));
        }
    }
    assert_int_equal(samples, METRIC_COUNT);
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_all_threads_add_up),
        cmocka_unit_test(the_text_has_help_type_and_value),
        cmocka_unit_test(every_metric_is_one_sample_and_counters_end_in_total),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
