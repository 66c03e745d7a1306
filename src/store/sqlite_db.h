/* sqlite_db.h -- one SQLite connection: opening it as we need it, its statements, its errors.
 *
 * Statements are prepared from the catalogue when first used and kept. Exactly one connection of
 * the process is opened for writing: two that write or checkpoint at once can corrupt the file (the
 * WAL-reset bug of SQLite before 3.51.3). A failure of the disk ends the process: what cannot be
 * written must not be acknowledged. A connection belongs to one thread.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <sql_catalogue.h>
#include <sqlite3.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum {
    SQLITE_PARAMETERS_MAX = 12, /* of one statement of the catalogue */
    SQLITE_DB_BUSY_MS = 5000,   /* waiting for a lock that another program holds */
};

/* A catalogue statement, ready to run. SQLite numbers named parameters in the order in which they
 * first appear, so the place of each "$n" is looked up once. */
struct sqlite_prepared {
    sqlite3_stmt *statement; /* null: not used yet */
    int parameter_count;
    uint8_t places[SQLITE_PARAMETERS_MAX]; /* of $1, $2 … */
};

struct sqlite_db {
    sqlite3 *handle;
    struct sqlite_prepared prepared[SQL_COUNT];
    Millis read_deadline_ms; /* monotonic; 0: none. Of a reader's current read */
};

/* Opens `path`, which exists, for reading only; or for reading and writing, creating it. */
MUST_USE bool sqlite_db_open(struct sqlite_db *db, const char *path, bool is_writer,
                             struct err *err);
void sqlite_db_close(struct sqlite_db *db);

/* Runs SQL without results: BEGIN, COMMIT, a migration. */
MUST_USE bool sqlite_db_exec(struct sqlite_db *db, const char *sql, struct err *err);
/* The same where only a failure of the disk matters: ROLLBACK after an error, COMMIT after reading.
 */
void sqlite_db_try(struct sqlite_db *db, const char *sql);
/* The first column of the first row of an unnamed query; 0 without a row. */
MUST_USE bool sqlite_db_number(struct sqlite_db *db, const char *sql, int64_t *ret,
                               struct err *err);

/* One run of a catalogue statement:
 *     struct sqlite_run run;
 *     sqlite_run(&run, db, SQL_X, err); sqlite_bind_i64(&run, a); … in the order of $1, $2 …
 *     while (sqlite_row(&run)) { … sqlite_i64(&run, 0) … }
 *     return sqlite_done(&run);
 * The first failure sticks and is returned by sqlite_done; in between nothing needs to be checked.
 * `err` must be empty before the run. */
struct sqlite_run {
    struct sqlite_db *db;
    const struct sqlite_prepared *prepared;
    struct err *err;
    int bound; /* parameters bound so far */
    int code;  /* SQLITE_OK, or the first failure */
};
void sqlite_run(struct sqlite_run *run, struct sqlite_db *db, enum sql_query_id query,
                struct err *err);
void sqlite_bind_i64(struct sqlite_run *run, int64_t value);
void sqlite_bind_str(struct sqlite_run *run, Str value);  /* not copied: must live until done */
void sqlite_bind_blob(struct sqlite_run *run, Str value); /* likewise */
bool sqlite_row(struct sqlite_run *run);
int64_t sqlite_i64(const struct sqlite_run *run, int column);
Str sqlite_str(const struct sqlite_run *run, struct arena *arena, int column); /* copied */
bool sqlite_is_null(const struct sqlite_run *run, int column);
/* Resets the statement; false when anything failed: err is filled in. */
MUST_USE bool sqlite_done(struct sqlite_run *run);
/* Rows that the last finished statement changed. */
int sqlite_changes(const struct sqlite_db *db);

/* Fills in err from the connection's last failure: FULL, BUSY or INTERNAL. Ends the process with
 * exit code 70 on an I/O error or a damaged file. Returns false. */
bool sqlite_fail(struct sqlite_db *db, const char *what, struct err *err);
