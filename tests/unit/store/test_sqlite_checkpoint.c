/* test_sqlite_checkpoint.c -- the read gate: a long log is restarted between reads, not beside
 * them. SPDX-License-Identifier: MIT */
#include "store/sqlite_checkpoint.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/metrics.h"
#include "tests/support/cmocka_all.h"

enum { LIMIT_WAL_PAGES = LIMIT_WAL / 4096 };

struct place {
    char folder[40], path[64];
    struct sqlite_db writer, reader;
    struct sqlite_checkpoint checkpoint;
    atomic_bool is_checked;
};

static void run_sql(struct sqlite_db *db, const char *sql)
{
    struct err err = {0};
    if (!sqlite_db_exec(db, sql, &err)) {
        fail_msg("%s", err.message);
    }
}

static int make(void **state)
{
    static struct place place;
    struct err err = {0};
    place = (struct place){.folder = "/tmp/test_checkpoint.XXXXXX"};
    assert_non_null(mkdtemp(place.folder));
    (void)snprintf(place.path, sizeof(place.path), "%s/x.db", place.folder);
    assert_true(sqlite_db_open(&place.writer, place.path, true, &err));
    sqlite_checkpoint_init(&place.checkpoint);
    sqlite_checkpoint_watch(&place.checkpoint, &place.writer);
    run_sql(&place.writer, "CREATE TABLE pile (bytes BLOB)");
    assert_true(sqlite_db_open(&place.reader, place.path, false, &err));
    *state = &place;
    return 0;
}

static int unmake(void **state)
{
    struct place *place = *state;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    sqlite_db_close(&place->reader);
    sqlite_db_close(&place->writer);
    sqlite_checkpoint_finish(&place->checkpoint);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char path[80];
        (void)snprintf(path, sizeof(path), "%s%s", place->path, suffixes[i]);
        assert_int_equal(unlink(path), 0);
    }
    return rmdir(place->folder);
}

/* Grows the log by at least `pages`. */
static void write_pages(struct place *place, int pages)
{
    char sql[80];
    (void)snprintf(sql, sizeof(sql), "INSERT INTO pile VALUES (randomblob(%d))", pages * 4096);
    run_sql(&place->writer, sql);
}

static int64_t checkpoints_of(struct place *place)
{
    int64_t before = metrics_get(store_checkpoints_total);
    sqlite_checkpoint_if_due(&place->checkpoint);
    return metrics_get(store_checkpoints_total) - before;
}

static void a_checkpoint_is_due_every_so_many_pages(void **state)
{
    struct place *place = *state;
    write_pages(place, LIMIT_CHECKPOINT_PAGES / 2);
    assert_int_equal(checkpoints_of(place), 0);
    write_pages(place, LIMIT_CHECKPOINT_PAGES / 2);
    assert_int_equal(checkpoints_of(place), 1);
    assert_int_equal(checkpoints_of(place), 0);
    write_pages(place, 1); /* all was moved, so the log begins anew by itself */
    assert_true(place->checkpoint.wal_pages < 10);
    assert_int_equal(checkpoints_of(place), 0);
    write_pages(place, LIMIT_CHECKPOINT_PAGES);
    assert_int_equal(checkpoints_of(place), 1);
}

static void *check(void *context)
{
    struct place *place = context;
    sqlite_checkpoint_if_due(&place->checkpoint);
    atomic_store(&place->is_checked, true);
    return NULL;
}

static bool is_gate_closed(struct place *place)
{
    pthread_mutex_lock(&place->checkpoint.gate.lock);
    bool is_closed = place->checkpoint.gate.is_closed;
    pthread_mutex_unlock(&place->checkpoint.gate.lock);
    return is_closed;
}

static void a_restart_waits_for_the_reads_under_way(void **state)
{
    struct place *place = *state;
    pthread_t thread;
    sqlite_checkpoint_enter(&place->checkpoint);
    run_sql(&place->reader, "BEGIN; SELECT count(*) FROM pile"); /* a view of the old log */
    write_pages(place, LIMIT_WAL_PAGES);
    assert_int_equal(pthread_create(&thread, NULL, check, place), 0);
    while (!is_gate_closed(place) && !atomic_load(&place->is_checked)) {
        sched_yield();
    }
    assert_false(atomic_load(&place->is_checked));
    run_sql(&place->reader, "COMMIT");
    sqlite_checkpoint_leave(&place->checkpoint);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(is_gate_closed(place));
    write_pages(place, 1);
    assert_true(place->checkpoint.wal_pages < 10); /* the log began anew */
    sqlite_checkpoint_enter(&place->checkpoint);   /* and reading goes on */
    sqlite_checkpoint_leave(&place->checkpoint);
}

/* A view that another program holds is not waited for, and tried again only after some more pages.
 */
static void a_foreign_view_is_not_waited_for(void **state)
{
    struct place *place = *state;
    run_sql(&place->reader, "BEGIN; SELECT count(*) FROM pile");
    write_pages(place, LIMIT_WAL_PAGES);
    assert_int_equal(checkpoints_of(place), 1);
    write_pages(place, 1);
    assert_true(place->checkpoint.wal_pages > LIMIT_WAL_PAGES);
    assert_int_equal(checkpoints_of(place), 0);
    run_sql(&place->reader, "COMMIT");
    write_pages(place, LIMIT_CHECKPOINT_PAGES);
    assert_int_equal(checkpoints_of(place), 1);
    write_pages(place, 1);
    assert_true(place->checkpoint.wal_pages < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_checkpoint_is_due_every_so_many_pages, make, unmake),
        cmocka_unit_test_setup_teardown(a_restart_waits_for_the_reads_under_way, make, unmake),
        cmocka_unit_test_setup_teardown(a_foreign_view_is_not_waited_for, make, unmake),
    };
    return cmocka_run_group_tests_name("store/sqlite_checkpoint", tests, NULL, NULL);
}
