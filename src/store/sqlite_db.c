/* sqlite_db.c -- see sqlite_db.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

enum { EXIT_DISK = 70, PROGRESS_STEPS = 4000 };

/* --- errors ----------------------------------------------------------------------------------- */

static NORETURN COLD void die(struct sqlite_db *db, const char *what)
{
    log_error("store.disk", log_str("doing", str_from_z(what)),
              log_str("error", str_from_z(sqlite3_errmsg(db->handle))),
              log_i64("code", sqlite3_extended_errcode(db->handle)));
    _exit(EXIT_DISK); /* no clean-up: it would write */
}

static bool is_no_room(int error)
{
    return error == EDQUOT || error == EFBIG || error == EROFS;
}

/* Nothing can be written for now, for a reason that ends without us: its errno, else 0. SQLite tells only ENOSPC
 * from a disk that fails; but a quota, a limit on the size of files, and a file system that was mounted anew are
 * no faults of it. Which of the two files failed last is not known: neither may have failed otherwise. */
static int find_no_room(struct sqlite_db *db)
{
    int database = 0;
    int log = 0;
    sqlite3_file *log_file = NULL;
    if (sqlite3_extended_errcode(db->handle) != SQLITE_IOERR_WRITE) {
        return 0;
    }
    (void)sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_LAST_ERRNO, &database);
    (void)sqlite3_file_control(db->handle, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log_file);
    if (log_file != NULL && log_file->pMethods != NULL) {
        (void)log_file->pMethods->xFileControl(log_file, SQLITE_FCNTL_LAST_ERRNO, &log);
    }
    bool is_fault = (database != 0 && !is_no_room(database)) || (log != 0 && !is_no_room(log));
    return is_fault ? 0 : MAX(database, log);
}

bool sqlite_fail(struct sqlite_db *db, const char *what, struct err *err)
{
    int code = sqlite3_errcode(db->handle);
    const char *message = sqlite3_errmsg(db->handle);
    switch (code) {
    case SQLITE_NOMEM:
        mem_out();
    case SQLITE_FULL:
        return err_set(err, ERR_FULL, "%s: the disk is full", what);
    case SQLITE_IOERR:
        if (find_no_room(db) != 0) {
            return err_set(err, ERR_FULL, "%s: nothing can be written: %s", what,
                           strerror(find_no_room(db)));
        }
        die(db, what);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        die(db, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
        return err_set(err, ERR_BUSY, "%s: %s", what, message);
    default:
        return err_set(err, ERR_INTERNAL, "%s: %s (%d)", what, message, code);
    }
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Ends reads that take longer than they may. */
static int watch_read(void *context)
{
    const struct sqlite_db *db = context;
    return db->read_deadline_ms != 0 && clock_mono_ms() > db->read_deadline_ms;
}

/* Some file systems have no shared memory; SQLite then stays in another mode without an error. */
static bool is_wal(struct sqlite_db *db, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode", -1, &statement, NULL);
    code = code == SQLITE_OK ? sqlite3_step(statement) : code;
    bool is_good = code == SQLITE_ROW || sqlite_fail(db, "journal_mode", err);
    if (is_good && strcmp((const char *)sqlite3_column_text(statement, 0), "wal") != 0) {
        is_good = err_set(err, ERR_INPUT, "this file system cannot hold a write-ahead log");
    }
    (void)sqlite3_finalize(statement); /* its error was reported above */
    return is_good;
}

static bool configure(struct sqlite_db *db, bool is_writer, struct err *err)
{
    static const char common[] = "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; "
                                 "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; "
                                 "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;";
    static const char writing[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                                  "PRAGMA wal_autocheckpoint=0;";
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    (void)sqlite3_extended_result_codes(db->handle, 0);
    (void)sqlite3_busy_timeout(db->handle, SQLITE_DB_BUSY_MS);
    if (!is_writer) {
        sqlite3_progress_handler(db->handle, PROGRESS_STEPS, watch_read, db);
    }
    return sqlite_db_exec(db, common, err) &&
           (!is_writer || (sqlite_db_exec(db, writing, err) && is_wal(db, err)));
}

bool sqlite_db_open(struct sqlite_db *db, const char *path, bool is_writer, struct err *err)
{
    int flags = SQLITE_OPEN_NOMUTEX |
                (is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    *db = (struct sqlite_db){0};
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code == SQLITE_NOMEM) {
        mem_out();
    }
    if (code != SQLITE_OK) {
        (void)err_set(err, ERR_INPUT, "%s: %s", path, sqlite3_errmsg(db->handle));
        sqlite_db_close(db);
        return false;
    }
    if (!configure(db, is_writer, err)) {
        (void)err_wrap(err, "%s", path);
        sqlite_db_close(db);
        return false;
    }
    return true;
}

void sqlite_db_close(struct sqlite_db *db)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        (void)sqlite3_finalize(db->prepared[i].statement); /* repeats an error that was reported */
    }
    (void)sqlite3_close(db->handle); /* all statements are gone: cannot fail */
    *db = (struct sqlite_db){0};
}

bool sqlite_db_exec(struct sqlite_db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fail(db, sql, err);
}

void sqlite_db_try(struct sqlite_db *db, const char *sql)
{
    struct err ignored; /* see the header: nothing depends on it */
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK) {
        (void)sqlite_fail(db, sql, &ignored);
    }
}

bool sqlite_db_number(struct sqlite_db *db, const char *sql, int64_t *ret, struct err *err)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK) {
        return sqlite_fail(db, sql, err);
    }
    int code = sqlite3_step(statement);
    int64_t value = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    bool is_good = code == SQLITE_ROW || code == SQLITE_DONE || sqlite_fail(db, sql, err);
    (void)sqlite3_finalize(statement); /* its error was reported above */
    if (is_good) {
        *ret = value;
    }
    return is_good;
}

/* --- running statements ----------------------------------------------------------------------- */

/* The catalogue's placeholders are $1 to $n, each used: a hole is a mistake in it. */
static void find_parameters(struct sqlite_prepared *prepared)
{
    prepared->parameter_count = sqlite3_bind_parameter_count(prepared->statement);
    CHECK(prepared->parameter_count <= SQLITE_PARAMETERS_MAX);
    for (int i = 0; i < prepared->parameter_count; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "$%d", i + 1);
        int place = sqlite3_bind_parameter_index(prepared->statement, name);
        CHECK(place > 0);
        prepared->places[i] = (uint8_t)place;
    }
}

void sqlite_run(struct sqlite_run *run, struct sqlite_db *db, enum sql_query_id query,
                struct err *err)
{
    struct sqlite_prepared *prepared = &db->prepared[query];
    *run = (struct sqlite_run){.db = db, .err = err, .prepared = prepared};
    if (prepared->statement != NULL) {
        return;
    }
    run->code = sqlite3_prepare_v3(db->handle, sql_queries[query].text, -1,
                                   SQLITE_PREPARE_PERSISTENT, &prepared->statement, NULL);
    if (run->code != SQLITE_OK) {
        (void)sqlite_fail(db, sql_queries[query].name, err);
        return;
    }
    find_parameters(prepared);
}

/* Where SQLite keeps the next of $1, $2 … */
static int next_place(struct sqlite_run *run)
{
    CHECK(run->bound < run->prepared->parameter_count); /* the catalogue and its caller disagree */
    return run->prepared->places[run->bound++];
}

void sqlite_bind_i64(struct sqlite_run *run, int64_t value)
{
    if (run->code == SQLITE_OK) {
        run->code = sqlite3_bind_int64(run->prepared->statement, next_place(run), value);
    }
}

void sqlite_bind_str(struct sqlite_run *run, Str value)
{
    if (run->code == SQLITE_OK) {
        run->code =
            sqlite3_bind_text(run->prepared->statement, next_place(run),
                              value.data == NULL ? "" : value.data, (int)value.len, SQLITE_STATIC);
    }
}

void sqlite_bind_blob(struct sqlite_run *run, Str value)
{
    if (run->code == SQLITE_OK) {
        run->code = sqlite3_bind_blob(run->prepared->statement, next_place(run), value.data,
                                      (int)value.len, SQLITE_STATIC);
    }
}

bool sqlite_row(struct sqlite_run *run)
{
    if (run->code != SQLITE_OK) {
        return false;
    }
    CHECK_EQ(run->bound,
             run->prepared->parameter_count); /* else it runs with an older run's value */
    int code = sqlite3_step(run->prepared->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        run->code = code;
        (void)sqlite_fail(run->db, sql_queries[run->prepared - run->db->prepared].name, run->err);
    }
    return code == SQLITE_ROW;
}

int64_t sqlite_i64(const struct sqlite_run *run, int column)
{
    return sqlite3_column_int64(run->prepared->statement, column);
}

Str sqlite_str(const struct sqlite_run *run, struct arena *arena, int column)
{
    const void *data = sqlite3_column_blob(run->prepared->statement, column);
    int len = sqlite3_column_bytes(run->prepared->statement, column);
    return str_dup(arena, str_of(data, (size_t)len));
}

bool sqlite_is_null(const struct sqlite_run *run, int column)
{
    return sqlite3_column_type(run->prepared->statement, column) == SQLITE_NULL;
}

bool sqlite_done(struct sqlite_run *run)
{
    (void)sqlite3_reset(
        run->prepared->statement); /* repeats what sqlite_row reported; takes null */
    if (run->code == SQLITE_OK) {
        return true;
    }
    if (run->err->kind == ERR_NONE) {
        (void)err_set(run->err, ERR_INTERNAL, "cannot bind a parameter (%d)", run->code);
    }
    return false;
}

int sqlite_changes(const struct sqlite_db *db)
{
    return sqlite3_changes(db->handle);
}
