/* audit.c -- see audit.h.
 * SPDX-License-Identifier: MIT */
#include "audit.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "server.h"

static void check_message(sqlite3_stmt *row, const struct crowd *crowd)
{
    char body[POST_BODY_MAX + 1];
    int64_t seq = sqlite3_column_int64(row, 0);
    const char *nonce = (const char *)sqlite3_column_text(row, 1);
    const char *stored = (const char *)sqlite3_column_text(row, 2);
    int64_t number = strtoll(nonce + 1, NULL, 10);
    if (number < 0 || number >= crowd->posted || crowd->acked_seq[number] != seq) {
        fail("audit: message %lld with the nonce %s was not acknowledged so", (long long)seq,
             nonce);
    }
    crowd_body(number, crowd->body_len, body);
    if (strcmp(stored, body) != 0) {
        fail("audit: the text of %s is \"%s\"", nonce, stored);
    }
}

/* Each message was acknowledged at its number; there are as many as posts, and a nonce stands only
 * once: so each post is there exactly once. */
static int64_t check_messages(sqlite3 *database, const struct crowd *crowd)
{
    char nonces[3] = {crowd->letter, '*'};
    sqlite3_stmt *row;
    int64_t count = 0;
    int code = sqlite3_prepare_v2(
        database, "SELECT seq, nonce, body FROM message WHERE nonce GLOB $1 ORDER BY room_id, seq",
        -1, &row, NULL);
    (void)sqlite3_bind_text(row, 1, nonces, -1, SQLITE_STATIC);
    while (code == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW) {
        check_message(row, crowd);
        count++;
    }
    if (sqlite3_finalize(row) != SQLITE_OK) {
        fail("audit: %s", sqlite3_errmsg(database));
    }
    return count;
}

static int64_t ask_number(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *row;
    if (sqlite3_prepare_v2(database, sql, -1, &row, NULL) != SQLITE_OK ||
        sqlite3_step(row) != SQLITE_ROW) {
        fail("audit: %s", sqlite3_errmsg(database));
    }
    int64_t number = sqlite3_column_int64(row, 0);
    (void)sqlite3_finalize(row); /* its row was read */
    return number;
}

/* A nonce stands once a room, and posts of one number go to one room. */
static void check_crowd(sqlite3 *database, const struct crowd *crowd)
{
    int64_t stored = check_messages(database, crowd);
    char question[128];
    (void)snprintf(question, sizeof(question),
                   "SELECT count(DISTINCT nonce) FROM message WHERE nonce GLOB '%c*'",
                   crowd->letter);
    int64_t nonces = ask_number(database, question);
    if (stored != crowd->posted || nonces != crowd->posted) {
        fail("audit: %lld messages with %lld nonces are stored of %lld posts", (long long)stored,
             (long long)nonces, (long long)crowd->posted);
    }
}

static sqlite3 *open_database(const char *folder)
{
    char path[FOLDER_LEN + 16];
    sqlite3 *database;
    (void)snprintf(path, sizeof(path), "%s/parlor.db", folder);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        fail("%s: %s", path, sqlite3_errmsg(database));
    }
    return database;
}

void audit_databases(const char *folder, const struct crowd *const *crowds, int count)
{
    sqlite3 *database = open_database(folder);
    int64_t expected = 0;
    for (int i = 0; i < count; i++) {
        check_crowd(database, crowds[i]);
        expected += crowds[i]->posted + crowds[i]->history;
    }
    int64_t all = ask_number(database, "SELECT count(*) FROM message");
    int64_t gaps = ask_number(
        database, "SELECT count(*) FROM room WHERE last_seq <> "
                  "(SELECT count(*) FROM message WHERE room_id = room.id) OR last_seq <> "
                  "(SELECT coalesce(max(seq), 0) FROM message WHERE room_id = room.id)");
    (void)sqlite3_close(database);
    if (all != expected) {
        fail("audit: %lld messages are stored, not %lld", (long long)all, (long long)expected);
    }
    if (gaps != 0) {
        fail("audit: %lld rooms have a gap", (long long)gaps);
    }
}

void audit_database(const char *folder, const struct crowd *crowd)
{
    audit_databases(folder, &crowd, 1);
}

void audit_sessions(const char *folder, int64_t sessions)
{
    sqlite3 *database = open_database(folder);
    int64_t stored = ask_number(database, "SELECT count(*) FROM session");
    (void)sqlite3_close(database);
    if (stored != sessions) {
        fail("audit: %lld sessions are stored, not %lld", (long long)stored, (long long)sessions);
    }
}
