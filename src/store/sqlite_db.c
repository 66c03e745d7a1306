/* sqlite_db.c -- see sqlite_db.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_db.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum { EXIT_DISK = 70, PROGRESS_STEPS = 4000 };

/* --- errors ---------------------------------------------------------------------------------------------- */

static NORETURN COLD void die(struct sqlite_db *db, const char *what)
{
    log_error("store.disk", log_str("doing", str_from_z(what)),
              log_str("error", str_from_z(sqlite3_errmsg(db->handle))),
              log_i64("code", sqlite3_extended_errcode(db->handle)));
    _exit(EXIT_DISK); /* no clean-up: it would write */
}

bool sqlite_fail(struct sqlite_db *db, const char *what, struct err *err)
{
    int code = sqlite3_errcode(db->handle);
    const char *message = sqlite3_errmsg(db->handle);
    switch (code) {
    case SQLITE_FULL:
        return err_set(err, ERR_FULL, "%s: the disk is full", what);
    case SQLITE_IOERR:
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

/* --- opening --------------------------------------------------------------------------------------------- */

/* Ends reads that take longer than they may. */
static int watch_read(void *context)
{
    const struct sqlite_db *db = context;
    return db->read_deadline_ms != 0 && clock_mono_ms() > db->read_deadline_ms;
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
    (void)sqlite3_busy_timeout(db->handle, 5000);
    if (!is_writer) {
        sqlite3_progress_handler(db->handle, PROGRESS_STEPS, watch_read, db);
    }
    return sqlite_db_exec(db, common, err) && (!is_writer || sqlite_db_exec(db, writing, err));
}

bool sqlite_db_open(struct sqlite_db *db, const char *path, bool is_writer, struct err *err)
{
    int flags = SQLITE_OPEN_NOMUTEX |
                (is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    *db = (struct sqlite_db){0};
    if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK) {
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
        (void)sqlite3_finalize(db->statements[i]); /* repeats an error that was reported */
    }
    (void)sqlite3_close(db->handle); /* all statements are gone: cannot fail */
    *db = (struct sqlite_db){0};
}

bool sqlite_db_exec(struct sqlite_db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || sqlite_fail(db, sql, err);
}

void sqlite_db_try(struct sqlite_db *db, const char *sql)
{
    (void)sqlite3_exec(db->handle, sql, NULL, NULL, NULL); /* see the header: nothing depends on it */
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

/* --- running statements ------------------------------------------------------------------------------------ */

static sqlite3_stmt *prepared(struct sqlite_db *db, enum sql_query_id query)
{
    if (db->statements[query] == NULL) {
        (void)sqlite3_prepare_v3(db->handle, sql_queries[query].text, -1, SQLITE_PREPARE_PERSISTENT,
                                 &db->statements[query], NULL); /* null on failure: the caller asks */
    }
    return db->statements[query];
}

void sqlite_run(struct sqlite_run *run, struct sqlite_db *db, enum sql_query_id query,
                struct err *err)
{
    *run = (struct sqlite_run){.db = db, .err = err, .statement = prepared(db, query)};
    if (run->statement == NULL) {
        run->code = SQLITE_ERROR;
        (void)sqlite_fail(db, sql_queries[query].name, err);
    }
}

/* The index of "$n": SQLite numbers named parameters in the order in which they first appear. */
static int parameter(struct sqlite_run *run)
{
    char name[8];
    (void)snprintf(name, sizeof(name), "$%d", ++run->next_parameter);
    int index = sqlite3_bind_parameter_index(run->statement, name);
    CHECK(index > 0); /* the catalogue and its caller disagree */
    return index;
}

void sqlite_bind_i64(struct sqlite_run *run, int64_t value)
{
    if (run->code == SQLITE_OK) {
        run->code = sqlite3_bind_int64(run->statement, parameter(run), value);
    }
}

void sqlite_bind_str(struct sqlite_run *run, Str value)
{
    if (run->code == SQLITE_OK) {
        run->code = sqlite3_bind_text(run->statement, parameter(run),
                                      value.data == NULL ? "" : value.data, (int)value.len,
                                      SQLITE_STATIC);
    }
}

void sqlite_bind_blob(struct sqlite_run *run, Str value)
{
    if (run->code == SQLITE_OK) {
        run->code = sqlite3_bind_blob(run->statement, parameter(run), value.data, (int)value.len,
                                      SQLITE_STATIC);
    }
}

bool sqlite_row(struct sqlite_run *run)
{
    if (run->code != SQLITE_OK) {
        return false;
    }
    int code = sqlite3_step(run->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        run->code = code;
        (void)sqlite_fail(run->db, sqlite3_sql(run->statement), run->err);
    }
    return code == SQLITE_ROW;
}

int64_t sqlite_i64(const struct sqlite_run *run, int column)
{
    return sqlite3_column_int64(run->statement, column);
}

Str sqlite_str(const struct sqlite_run *run, struct arena *arena, int column)
{
    const void *data = sqlite3_column_blob(run->statement, column);
    int len = sqlite3_column_bytes(run->statement, column);
    return str_dup(arena, str_of(data, (size_t)len));
}

bool sqlite_done(struct sqlite_run *run)
{
    if (run->statement != NULL) {
        (void)sqlite3_reset(run->statement); /* repeats the error that sqlite_row reported */
    }
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
