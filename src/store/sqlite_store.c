/* sqlite_store.c -- the store on SQLite: one writer thread, a few readers, one file.
 *
 * The writer takes whatever is queued, runs it in one transaction and commits once: the batch grows
 * with the load by itself, and there is no timer. Only then is anything published or answered. It
 * is also the only one that checkpoints, so that no second connection ever writes.
 *
 *   queue → BEGIN IMMEDIATE → op op op … → COMMIT (fsync) → after, answer of each → checkpoint?
 *
 * Readers run beside it on connections that cannot write. Before a RESTART checkpoint the writer
 * closes the read gate and waits for the reads under way, since a reader in the old part of the WAL
 * would keep it from being reused.
 * SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "store/sqlite_checkpoint.h"
#include "store/sqlite_files.h"
#include "store/sqlite_migrate.h"
#include "store/sqlite_names.h"
#include "store/sqlite_verbs.h"
#include "store/store_queue.h"

enum { PATH_LEN = 4096, READERS_MAX = 8, FULL_PROBE_MS = 1000, EXIT_GONE = 70 };

/* A thread, and since when (monotonic) it has been at its current batch or read; 0: it waits. */
struct lane {
    struct store *store;
    pthread_t thread;
    bool is_started;
    _Atomic Millis busy_since_ms;
};

struct reader {
    struct lane lane;
    struct sqlite_db db; /* the reader's thread only, once that runs */
};

struct store {
    char path[PATH_LEN];
    char epoch[24];
    struct sqlite_files files;
    struct store_queue writes, reads;
    struct sqlite_checkpoint checkpoint;
    struct lane writer_lane;
    struct reader readers[READERS_MAX];

    /* The writer's thread only. */
    struct sqlite_writer writer;
    Millis full_since_ms; /* monotonic; last time that the disk was full, 0: it is not */
};

/* --- writing ---------------------------------------------------------------------------------- */

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

/* Runs a batch in one transaction. False: rolled back, `err` says why; nothing was answered.
 * `changed` has a place for each operation. */
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
    store_check_files(store);
    if (!sqlite_db_exec(db, "COMMIT", err)) {
        roll_back(store);
        return false;
    }
    return true;
}

static void count_batch(const struct store_op *batch, const bool *changed)
{
    int64_t count = 0;
    for (const struct store_op *op = batch; op != NULL; op = op->next) {
        bool is_post = op->verb == STORE_POST;
        metrics_add(posts_total, is_post && changed[count]);
        metrics_add(posts_repeated_total, is_post && !changed[count] && op->err.kind == ERR_NONE);
        count++;
    }
    metrics_add(store_batches_total, 1);
    metrics_add(store_writes_total, count);
}

/* After the commit: publish, then answer, in the order of the batch. */
static void finish_batch(struct store_op *batch, const bool *changed)
{
    size_t i = 0;
    count_batch(batch, changed);
    for (struct store_op *op = batch; op != NULL; op = op->next) {
        if (changed[i++] && op->after != NULL) {
            op->after(op);
        }
    }
    answer_batch(batch);
}

static void fail_guilty(struct store_op *op, const struct err *err)
{
    log_error("store.write", log_i64("verb", op->verb), log_err(err));
    fail_batch(op, err);
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
            fail_guilty(op, &err);
        }
    }
}

/* A batch was written: the disk has room, again or still. */
static void note_room(struct store *store)
{
    if (store->full_since_ms != 0) {
        log_info("store.healed");
        store->full_since_ms = 0;
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
    } else if (run_batch(store, batch, changed, &err)) {
        note_room(store);
        finish_batch(batch, changed);
        sqlite_checkpoint_if_due(&store->checkpoint);
    } else if (err.kind == ERR_FULL) {
        log_error("store.full", log_err(&err));
        store->full_since_ms = now;
        fail_batch(batch, &err);
    } else if (err.kind == ERR_BUSY) {
        log_error("store.locked", log_err(&err)); /* by another program: nobody is guilty */
        fail_batch(batch, &err);
    } else {
        run_one_by_one(store, batch);
    }
}

static void *run_writer(void *context)
{
    struct lane *lane = context;
    struct store *store = lane->store;
    struct store_op *batch;
    while ((batch = store_queue_take(&store->writes, LIMIT_BATCH_OPS, LIMIT_BATCH_BYTES,
                                     sqlite_cost)) != NULL) {
        atomic_store(&lane->busy_since_ms, clock_mono_ms());
        write_batch(store, batch);
        atomic_store(&lane->busy_since_ms, 0);
    }
    return NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void *run_reader(void *context)
{
    struct reader *reader = context;
    struct store *store = reader->lane.store;
    struct store_op *op;
    while ((op = store_queue_take(&store->reads, 1, SIZE_MAX, sqlite_cost)) != NULL) {
        atomic_store(&reader->lane.busy_since_ms, clock_mono_ms());
        sqlite_checkpoint_enter(&store->checkpoint);
        sqlite_read(&reader->db, op);
        sqlite_checkpoint_leave(&store->checkpoint);
        if (op->err.kind == ERR_NONE && op->after != NULL) {
            op->after(op); /* outside the gate: rendering holds no checkpoint up */
        }
        op->answer(op);
        atomic_store(&reader->lane.busy_since_ms, 0);
    }
    return NULL;
}

/* --- opening and closing ---------------------------------------------------------------------- */

static bool open_writer(struct store *store, struct err *err)
{
    struct sqlite_db *db = &store->writer.db;
    if (!sqlite_migrate_judge(store->path, err) || !sqlite_db_open(db, store->path, true, err) ||
        !sqlite_migrate_run(db, err) || !sqlite_names_fill(db, err) ||
        !sqlite_migrate_epoch(db, store->epoch, err) ||
        !sqlite_files_note(&store->files, store->path, err)) {
        return false;
    }
    sqlite_checkpoint_watch(&store->checkpoint, db);
    return true;
}

static bool start_lane(struct store *store, struct lane *lane, void *(*run)(void *context),
                       void *context, struct err *err)
{
    lane->store = store;
    int code = pthread_create(&lane->thread, NULL, run, context);
    lane->is_started = code == 0;
    return code == 0 || err_set(err, ERR_INTERNAL, "cannot start a thread (%d)", code);
}

static bool start_lanes(struct store *store, int readers, struct err *err)
{
    for (int i = 0; i < readers; i++) {
        struct reader *reader = &store->readers[i];
        if (!sqlite_db_open(&reader->db, store->path, false, err) ||
            !start_lane(store, &reader->lane, run_reader, reader, err)) {
            return false;
        }
    }
    return start_lane(store, &store->writer_lane, run_writer, &store->writer_lane, err);
}

static void stop_lane(struct lane *lane)
{
    if (lane->is_started) {
        CHECK_EQ(pthread_join(lane->thread, NULL), 0);
        lane->is_started = false;
    }
}

bool store_is_there(const char *folder)
{
    int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool is_there = folder_fd >= 0 && faccessat(folder_fd, "parlor.db", F_OK, 0) == 0;
    if (folder_fd >= 0) {
        (void)close(folder_fd);
    }
    return is_there;
}

bool store_open(const struct store_config *config, struct store **ret_store, struct err *err)
{
    CHECK(config->readers >= 1 && config->readers <= READERS_MAX);
    struct store *store = mem_new(struct store);
    store_queue_init(&store->writes);
    store_queue_init(&store->reads);
    sqlite_checkpoint_init(&store->checkpoint);
    int len = snprintf(store->path, sizeof(store->path), "%s/parlor.db", config->folder);
    bool is_good = (len > 0 && (size_t)len < sizeof(store->path)) ||
                   err_set(err, ERR_INPUT, "the data folder's path is too long");
    if (!is_good || !open_writer(store, err) || !start_lanes(store, config->readers, err)) {
        store_close(store);
        return false;
    }
    *ret_store = store;
    return true;
}

void store_stop(struct store *store)
{
    store_queue_close(&store->writes);
    store_queue_close(&store->reads);
    stop_lane(&store->writer_lane);
    for (int i = 0; i < READERS_MAX; i++) {
        stop_lane(&store->readers[i].lane);
    }
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    store_stop(store);
    for (int i = 0; i < READERS_MAX; i++) {
        sqlite_db_close(&store->readers[i].db);
    }
    sqlite_db_close(&store->writer.db);
    store_queue_finish(&store->writes);
    store_queue_finish(&store->reads);
    sqlite_checkpoint_finish(&store->checkpoint);
    mem_free(store);
}

void store_submit(struct store *store, struct store_op *op)
{
    struct store_queue *queue = sqlite_is_write(op->verb) ? &store->writes : &store->reads;
    op->err = (struct err){0};
    if (!store_queue_put(queue, op)) {
        (void)err_set(&op->err, ERR_BUSY, "too many operations are waiting, or it is the end");
        op->answer(op);
    }
}

void store_check_files(const struct store *store)
{
    if (!sqlite_files_are_there(&store->files, store->path)) {
        log_error("store.gone", log_str("path", str_from_z(store->path)),
                  log_str("why", S("the file was deleted, renamed or replaced while it was open")));
        _exit(EXIT_GONE); /* no clean-up: it would write to a file that nobody finds again */
    }
}

Str store_epoch(const struct store *store)
{
    return str_from_z(store->epoch);
}

static bool is_stuck(const struct lane *lane, Millis now)
{
    Millis since = atomic_load(&lane->busy_since_ms);
    return since != 0 && now - since > LIMIT_STORE_STALL_MS;
}

bool store_is_healthy(const struct store *store)
{
    Millis now = clock_mono_ms();
    bool is_healthy = !is_stuck(&store->writer_lane, now);
    for (int i = 0; i < READERS_MAX; i++) {
        is_healthy = is_healthy && !is_stuck(&store->readers[i].lane, now);
    }
    return is_healthy && metrics_get(store_queue) < LIMIT_STORE_QUEUE / 2;
}
