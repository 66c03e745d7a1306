/* sqlite_store.c -- the store on SQLite: one writer thread, a few readers, one file.
 *
 * The writer takes whatever is queued, runs it in one transaction and commits once: the batch grows with
 * the load by itself, and there is no timer. Only then is anything published or answered. It is also the
 * only one that checkpoints, so that no second connection ever writes.
 *
 *   queue → BEGIN IMMEDIATE → op op op … → COMMIT (fsync) → after, answer of each → checkpoint?
 *
 * Readers run beside it on connections that cannot write. Before a RESTART checkpoint the writer closes
 * the read gate and waits for the reads under way, since a reader in the old part of the WAL would keep
 * it from being reused.
 * SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "base/limits.h"
#include "store/sqlite_migrate.h"
#include "store/sqlite_verbs.h"
#include "store/store_queue.h"

enum { PATH_LEN = 4096, READERS_MAX = 8, WAL_PAGE_BYTES = 4096, FULL_PROBE_MS = 1000 };

/* Readers pass it; the writer closes it and waits until nobody is inside. */
struct read_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside;
    bool is_closed;
};

struct store {
    char path[PATH_LEN];
    char epoch[24];
    struct store_queue writes, reads;
    struct read_gate gate;
    pthread_t writer_thread;
    pthread_t reader_threads[READERS_MAX];
    int reader_count;
    bool has_writer_thread;

    /* The writer's thread only. */
    struct sqlite_writer writer;
    int wal_pages;          /* in the WAL, as the last commit reported */
    int checkpointed_pages; /* of them, at the last PASSIVE checkpoint */
    Millis full_since_ms;   /* monotonic; last time that the disk was full, 0: it is not */
};

/* --- the read gate ---------------------------------------------------------------------------------------- */

static void gate_enter(struct read_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->is_closed) {
        pthread_cond_wait(&gate->changed, &gate->lock);
    }
    gate->inside++;
    pthread_mutex_unlock(&gate->lock);
}

static void gate_leave(struct read_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->inside--;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* Each read ends within LIMIT_READ_MS, so this does too. */
static void gate_close(struct read_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_closed = true;
    while (gate->inside > 0) {
        pthread_cond_wait(&gate->changed, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct read_gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->is_closed = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* --- checkpoints -------------------------------------------------------------------------------------------- */

/* Called by SQLite after each commit, on the writer's thread. */
static int note_wal(void *context, sqlite3 *handle, const char *name, int pages)
{
    struct store *store = context;
    (void)handle;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

static void checkpoint(struct store *store, int mode)
{
    int pages = 0;
    int done = 0;
    struct err err = {0};
    metrics_add(store_checkpoints_total, 1);
    int code = sqlite3_wal_checkpoint_v2(store->writer.db.handle, NULL, mode, &pages, &done);
    if (code != SQLITE_OK && code != SQLITE_BUSY && !sqlite_fail(&store->writer.db, "checkpoint", &err)) {
        log_warn("store.checkpoint", log_err(&err)); /* a full disk: tried again after a later batch */
    }
}

static void checkpoint_if_due(struct store *store)
{
    if (store->wal_pages >= LIMIT_WAL / WAL_PAGE_BYTES) {
        gate_close(&store->gate);
        checkpoint(store, SQLITE_CHECKPOINT_RESTART);
        gate_open(&store->gate);
        store->wal_pages = store->checkpointed_pages = 0;
    } else if (store->wal_pages - store->checkpointed_pages >= LIMIT_CHECKPOINT_PAGES) {
        checkpoint(store, SQLITE_CHECKPOINT_PASSIVE);
        store->checkpointed_pages = store->wal_pages;
    } else if (store->wal_pages < store->checkpointed_pages) {
        store->checkpointed_pages = store->wal_pages; /* the WAL began anew */
    }
}

/* --- writing -------------------------------------------------------------------------------------------------- */

static void answer_batch(struct store_op *batch)
{
    while (batch != NULL) {
        struct store_op *next = batch->next; /* the asker may free it */
        batch->answer(batch);
        batch = next;
    }
}

static void fail_batch(struct store_op *batch, const struct err *err)
{
    for (struct store_op *op = batch; op != NULL; op = op->next) {
        op->err = *err;
    }
    answer_batch(batch);
}

static void roll_back(struct store *store)
{
    if (sqlite3_get_autocommit(store->writer.db.handle) == 0) {
        sqlite_db_try(&store->writer.db, "ROLLBACK"); /* the first error counts */
    }
    store->writer.last_message_id = 0; /* what was remembered may have been rolled back */
}

/* Runs a batch in one transaction. False: rolled back, `err` says why; nothing was answered. `changed`
 * has a place for each operation. */
static bool run_batch(struct store *store, struct store_op *batch, bool *changed, struct err *err)
{
    struct sqlite_db *db = &store->writer.db;
    size_t i = 0;
    if (!sqlite_db_exec(db, "BEGIN IMMEDIATE", err)) {
        return false;
    }
    for (struct store_op *op = batch; op != NULL; op = op->next) {
        if (!sqlite_write(&store->writer, op, &changed[i++])) {
            *err = op->err;
            roll_back(store);
            return false;
        }
    }
    if (!sqlite_db_exec(db, "COMMIT", err)) {
        roll_back(store);
        return false;
    }
    return true;
}

/* After the commit: publish, then answer, in the order of the batch. */
static void finish_batch(struct store_op *batch, const bool *changed)
{
    int64_t count = 0;
    for (struct store_op *op = batch; op != NULL; op = op->next, count++) {
        bool is_post = op->verb == STORE_POST;
        metrics_add(posts_total, is_post && changed[count]);
        if (changed[count] && op->after != NULL) {
            op->after(op);
        }
    }
    metrics_add(store_batches_total, 1);
    metrics_add(store_writes_total, count);
    answer_batch(batch);
}

/* An unexpected error in a batch: each operation by itself, so that only the guilty one pays. */
static void run_one_by_one(struct store *store, struct store_op *batch)
{
    metrics_add(store_batch_retries_total, 1);
    while (batch != NULL) {
        struct store_op *op = batch;
        bool changed = false;
        struct err err = {0};
        batch = op->next;
        op->next = NULL;
        if (run_batch(store, op, &changed, &err)) {
            finish_batch(op, &changed);
        } else {
            log_error("store.write", log_i64("verb", op->verb), log_err(&err));
            fail_batch(op, &err);
        }
    }
}

static void write_batch(struct store *store, struct store_op *batch)
{
    bool changed[LIMIT_BATCH_OPS] = {false};
    struct err err = {0};
    Millis now = clock_mono_ms();
    if (store->full_since_ms != 0 && now - store->full_since_ms < FULL_PROBE_MS) {
        (void)err_set(&err, ERR_FULL, "the disk is full");
        fail_batch(batch, &err);
        return;
    }
    if (run_batch(store, batch, changed, &err)) {
        if (store->full_since_ms != 0) {
            log_info("store.healed");
            store->full_since_ms = 0;
        }
        finish_batch(batch, changed);
        checkpoint_if_due(store);
    } else if (err.kind == ERR_FULL) {
        log_error("store.full", log_err(&err));
        store->full_since_ms = now;
        fail_batch(batch, &err);
    } else {
        run_one_by_one(store, batch);
    }
}

static void *run_writer(void *context)
{
    struct store *store = context;
    struct store_op *batch;
    while ((batch = store_queue_take(&store->writes, LIMIT_BATCH_OPS, LIMIT_BATCH_BYTES,
                                     sqlite_cost)) != NULL) {
        write_batch(store, batch);
    }
    return NULL;
}

/* --- reading ------------------------------------------------------------------------------------------------ */

static void *run_reader(void *context)
{
    struct store *store = context;
    struct sqlite_db db = {0};
    struct err open_err = {0};
    bool is_open = sqlite_db_open(&db, store->path, false, &open_err);
    struct store_op *op;
    while ((op = store_queue_take(&store->reads, 1, SIZE_MAX, sqlite_cost)) != NULL) {
        if (!is_open) {
            op->err = open_err;
        } else {
            gate_enter(&store->gate);
            sqlite_read(&db, op);
            gate_leave(&store->gate);
        }
        if (op->err.kind == ERR_NONE && op->after != NULL) {
            op->after(op); /* outside the gate: rendering holds no checkpoint up */
        }
        op->answer(op);
    }
    sqlite_db_close(&db);
    return NULL;
}

/* --- opening and closing -------------------------------------------------------------------------------------- */

static bool open_writer(struct store *store, struct err *err)
{
    struct sqlite_db *db = &store->writer.db;
    if (!sqlite_migrate_judge(store->path, err) || !sqlite_db_open(db, store->path, true, err) ||
        !sqlite_migrate_run(db, err) || !sqlite_migrate_epoch(db, store->epoch, err)) {
        return false;
    }
    (void)sqlite3_wal_hook(db->handle, note_wal, store); /* the previous hook was none */
    return true;
}

static bool start_threads(struct store *store, int readers, struct err *err)
{
    if (pthread_create(&store->writer_thread, NULL, run_writer, store) != 0) {
        return err_sys(err, "cannot start the writer's thread");
    }
    store->has_writer_thread = true;
    for (int i = 0; i < readers; i++) {
        if (pthread_create(&store->reader_threads[i], NULL, run_reader, store) != 0) {
            return err_sys(err, "cannot start a reader's thread");
        }
        store->reader_count++;
    }
    return true;
}

bool store_open(const struct store_config *config, struct store **ret_store, struct err *err)
{
    CHECK(config->readers >= 1 && config->readers <= READERS_MAX);
    struct store *store = mem_new(struct store);
    store_queue_init(&store->writes);
    store_queue_init(&store->reads);
    pthread_mutex_init(&store->gate.lock, NULL);
    pthread_cond_init(&store->gate.changed, NULL);
    int len = snprintf(store->path, sizeof(store->path), "%s/parlor.db", config->folder);
    bool is_good = (len > 0 && (size_t)len < sizeof(store->path)) ||
                   err_set(err, ERR_INPUT, "the data folder's path is too long");
    if (!is_good || !open_writer(store, err) || !start_threads(store, config->readers, err)) {
        store_close(store);
        return false;
    }
    *ret_store = store;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    store_queue_close(&store->writes);
    store_queue_close(&store->reads);
    if (store->has_writer_thread) {
        (void)pthread_join(store->writer_thread, NULL);
    }
    for (int i = 0; i < store->reader_count; i++) {
        (void)pthread_join(store->reader_threads[i], NULL);
    }
    sqlite_db_close(&store->writer.db);
    store_queue_finish(&store->writes);
    store_queue_finish(&store->reads);
    pthread_cond_destroy(&store->gate.changed);
    pthread_mutex_destroy(&store->gate.lock);
    mem_free(store);
}

void store_submit(struct store *store, struct store_op *op)
{
    struct store_queue *queue = sqlite_is_write(op->verb) ? &store->writes : &store->reads;
    op->err = (struct err){0};
    if (!store_queue_put(queue, op)) {
        (void)err_set(&op->err, ERR_BUSY, "too many operations are waiting");
        op->answer(op);
    }
}

Str store_epoch(const struct store *store)
{
    return str_from_z(store->epoch);
}

bool store_is_healthy(const struct store *store)
{
    return store->has_writer_thread && store->reader_count > 0 &&
           metrics_get(store_queue) < LIMIT_STORE_QUEUE / 2;
}
