/* sqlite_checkpoint.c -- see sqlite_checkpoint.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_checkpoint.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"

enum { PAGE_BYTES = 4096, RESTART_PAGES = LIMIT_WAL / PAGE_BYTES };

void sqlite_checkpoint_init(struct sqlite_checkpoint *checkpoint)
{
    *checkpoint = (struct sqlite_checkpoint){0};
    CHECK_EQ(pthread_mutex_init(&checkpoint->gate.lock, NULL), 0);
    CHECK_EQ(pthread_cond_init(&checkpoint->gate.changed, NULL), 0);
}

void sqlite_checkpoint_finish(struct sqlite_checkpoint *checkpoint)
{
    CHECK_EQ(checkpoint->gate.inside, 0);
    CHECK_EQ(pthread_cond_destroy(&checkpoint->gate.changed), 0);
    CHECK_EQ(pthread_mutex_destroy(&checkpoint->gate.lock), 0);
}

/* --- the read gate ---------------------------------------------------------------------------- */

void sqlite_checkpoint_enter(struct sqlite_checkpoint *checkpoint)
{
    struct read_gate *gate = &checkpoint->gate;
    pthread_mutex_lock(&gate->lock);
    while (gate->is_closed) {
        pthread_cond_wait(&gate->changed, &gate->lock);
    }
    gate->inside++;
    pthread_mutex_unlock(&gate->lock);
}

void sqlite_checkpoint_leave(struct sqlite_checkpoint *checkpoint)
{
    struct read_gate *gate = &checkpoint->gate;
    pthread_mutex_lock(&gate->lock);
    gate->inside--;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

static void close_gate(struct read_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_closed = true;
    while (gate->inside > 0) {
        pthread_cond_wait(&gate->changed, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

static void open_gate(struct read_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_closed = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* --- checkpoints ------------------------------------------------------------------------------ */

/* Called by SQLite after each commit, on the writer's thread. */
static int note_wal(void *context, sqlite3 *handle, const char *name, int pages)
{
    struct sqlite_checkpoint *checkpoint = context;
    (void)handle;
    (void)name;
    if (pages < checkpoint->wal_pages) {
        checkpoint->done_pages = 0; /* the log began anew */
    }
    checkpoint->wal_pages = pages;
    return SQLITE_OK;
}

void sqlite_checkpoint_watch(struct sqlite_checkpoint *checkpoint, struct sqlite_db *db)
{
    checkpoint->db = db;
    (void)sqlite3_wal_hook(db->handle, note_wal, checkpoint); /* the previous hook was none */
}

/* Our own readers are outside the gate by now. Another program that reads the file is not waited
 * for: that would stop all writing; what it holds up is tried again some pages later. */
static void run(struct sqlite_checkpoint *checkpoint, int mode)
{
    struct sqlite_db *db = checkpoint->db;
    struct err err = {0};
    metrics_add(store_checkpoints_total, 1);
    (void)sqlite3_busy_timeout(db->handle, 0);
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, NULL, NULL);
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
        (void)sqlite_fail(db, "checkpoint",
                          &err); /* a full disk: what is committed stays in the log */
        log_warn("store.checkpoint", log_err(&err));
    }
    (void)sqlite3_busy_timeout(db->handle, SQLITE_DB_BUSY_MS);
}

void sqlite_checkpoint_if_due(struct sqlite_checkpoint *checkpoint)
{
    bool is_long = checkpoint->wal_pages >= RESTART_PAGES;
    bool has_grown_long = is_long && checkpoint->done_pages < RESTART_PAGES;
    if (!has_grown_long &&
        checkpoint->wal_pages - checkpoint->done_pages < LIMIT_CHECKPOINT_PAGES) {
        return;
    }
    if (is_long) {
        close_gate(&checkpoint->gate);
        run(checkpoint, SQLITE_CHECKPOINT_RESTART);
        open_gate(&checkpoint->gate);
    } else {
        run(checkpoint, SQLITE_CHECKPOINT_PASSIVE);
    }
    checkpoint->done_pages = checkpoint->wal_pages;
}
