/* sqlite_migrate.c -- see sqlite_migrate.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_migrate.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rand.h"
#include "base/text.h"

/* "Parl": tells our files from other SQLite databases (PRAGMA application_id). */
enum { APPLICATION_ID = 0x5061726c };

enum { PATH_LEN = 4096 + 16, PAGE_LEAST = 512, PAGE_BYTES = 4096 }; /* the shortest page of SQLite, and its usual one */

/* The three facts that tell whose file it is. Reading the schema also finds a file that was cut
 * short. */
enum { FACT_APPLICATION, FACT_VERSION, FACT_OBJECTS, FACT_COUNT };

static bool read_facts(sqlite3 *handle, const char *path, int64_t ret[FACT_COUNT], struct err *err)
{
    static const char *const queries[FACT_COUNT] = {"PRAGMA application_id", "PRAGMA user_version",
                                                    "SELECT count(*) FROM sqlite_schema"};
    for (int i = 0; i < FACT_COUNT; i++) {
        sqlite3_stmt *statement = NULL;
        int code = sqlite3_prepare_v2(handle, queries[i], -1, &statement, NULL);
        code = code == SQLITE_OK ? sqlite3_step(statement) : code;
        ret[i] = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
        (void)sqlite3_finalize(statement); /* its error is in `code` */
        if (code != SQLITE_ROW) {
            return err_set(err, ERR_INPUT, "%s is no readable database: %s", path,
                           sqlite3_errmsg(handle));
        }
    }
    return true;
}

static bool judge_open(sqlite3 *handle, const char *path, struct err *err)
{
    int64_t facts[FACT_COUNT] = {0};
    if (!read_facts(handle, path, facts, err)) {
        return false;
    }
    if (facts[FACT_APPLICATION] == 0 && facts[FACT_VERSION] == 0 && facts[FACT_OBJECTS] == 0) {
        return true; /* made, but not filled: a first start that was killed */
    }
    if (facts[FACT_APPLICATION] != APPLICATION_ID) {
        return err_set(err, ERR_INPUT, "%s belongs to another program", path);
    }
    if (facts[FACT_VERSION] > sql_migration_count) {
        return err_set(err, ERR_INPUT, "%s has schema %lld, this program knows %d: it is too old",
                       path, (long long)facts[FACT_VERSION], sql_migration_count);
    }
    return true;
}

/* A first start that is killed before its log was turned on leaves a journal, which only a writer may take back,
 * so SQLite cannot be asked whose file it is. */
static bool has_journal(const char *path)
{
    char name[PATH_LEN];
    int len = snprintf(name, sizeof(name), "%s-journal", path);
    struct stat status;
    return len > 0 && (size_t)len < sizeof(name) && stat(name, &status) == 0;
}

/* Whether the file is one page that holds nothing: no table, no id, no version. */
static bool is_unfilled(const char *path)
{
    enum { VERSION_AT = 60, APPLICATION_AT = 68, CELLS_AT = 103, HEAD_LEN = 108 };
    static const char magic[16] = "SQLite format 3";
    char head[HEAD_LEN + 1];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t len = fread(head, 1, sizeof(head), file);
    bool is_page = len == sizeof(head) && fseek(file, 0, SEEK_END) == 0 && ftell(file) <= PAGE_BYTES;
    (void)fclose(file); /* opened for reading: nothing can be lost */
    return is_page && memcmp(head, magic, sizeof(magic)) == 0 &&
           memcmp(head + VERSION_AT, "\0\0\0\0", 4) == 0 &&
           memcmp(head + APPLICATION_AT, "\0\0\0\0", 4) == 0 &&
           memcmp(head + CELLS_AT, "\0\0", 2) == 0;
}

bool sqlite_migrate_judge(const char *path, struct err *err)
{
    struct stat status;
    sqlite3 *handle = NULL;
    if (stat(path, &status) != 0 || status.st_size == 0) {
        return true;
    }
    if (status.st_size < PAGE_LEAST) { /* SQLite takes what is that short for empty, and writes over it */
        return err_set(err, ERR_INPUT, "%s is no readable database: it is too short", path);
    }
    if (has_journal(path) && is_unfilled(path)) {
        return true;
    }
    bool is_good = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK ||
                   err_set(err, ERR_INPUT, "%s: %s", path, sqlite3_errmsg(handle));
    if (is_good) {
        (void)sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        is_good = judge_open(handle, path, err);
    }
    (void)sqlite3_close(handle); /* nothing is open on it */
    return is_good;
}

static bool run_one(struct sqlite_db *db, const struct sql_migration *migration, struct err *err)
{
    char mark[96];
    (void)snprintf(mark, sizeof(mark), "PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT",
                   APPLICATION_ID, migration->version);
    if (!sqlite_db_exec(db, "BEGIN IMMEDIATE", err)) {
        return false;
    }
    if (sqlite_db_exec(db, migration->text, err) && sqlite_db_exec(db, mark, err)) {
        return true;
    }
    sqlite_db_try(db, "ROLLBACK"); /* the first error is the one to report */
    return err_wrap(err, "%s", migration->name);
}

bool sqlite_migrate_run(struct sqlite_db *db, struct err *err)
{
    int64_t version;
    if (!sqlite_db_number(db, "PRAGMA user_version", &version, err)) {
        return false;
    }
    for (int64_t i = version; i < sql_migration_count; i++) {
        if (!run_one(db, &sql_migrations[i], err)) {
            return false;
        }
    }
    return true;
}

/* Without an epoch in the store, *ret_found is false and `ret` untouched. */
static bool get_epoch(struct sqlite_db *db, char ret[24], bool *ret_found, struct err *err)
{
    struct sqlite_run run;
    struct arena arena = {0};
    sqlite_run(&run, db, SQL_META_GET, err);
    sqlite_bind_str(&run, S("epoch"));
    *ret_found = sqlite_row(&run);
    if (*ret_found) {
        Str value = sqlite_str(&run, &arena, 0);
        (void)snprintf(ret, 24, "%.*s", (int)MIN(value.len, (size_t)23), value.data);
    }
    arena_finish(&arena);
    return sqlite_done(&run);
}

bool sqlite_migrate_epoch(struct sqlite_db *db, char ret[24], struct err *err)
{
    struct sqlite_run run;
    bool is_found;
    uint64_t drawn = rand_u64();
    if (!get_epoch(db, ret, &is_found, err)) {
        return false;
    }
    if (is_found) {
        return true;
    }
    text_hex(&drawn, sizeof(drawn), ret);
    memcpy(ret + 16, "-0", 3); /* SQLite has no timelines */
    sqlite_run(&run, db, SQL_META_PUT, err);
    sqlite_bind_str(&run, S("epoch"));
    sqlite_bind_str(&run, str_from_z(ret));
    (void)sqlite_row(&run); /* no rows; sqlite_done tells of failures */
    return sqlite_done(&run);
}
