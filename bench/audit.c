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
        fail("audit: the text of b%lld is \"%s\"", (long long)number, stored);
    }
}

/* Each message was acknowledged at its number; there are as many as posts, and a nonce stands only
 * once: so each post is there exactly once. */
static int64_t check_messages(sqlite3 *database, const struct crowd *crowd)
{
    sqlite3_stmt *row;
    int64_t count = 0;
    int code = sqlite3_prepare_v2(
        database,
        "SELECT seq, nonce, body FROM message WHERE nonce GLOB 'b*' ORDER BY room_id, seq", -1,
        &row, NULL);
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

void audit_database(const char *folder, const struct crowd *crowd)
{
    char path[FOLDER_LEN];
    sqlite3 *database;
    (void)snprintf(path, sizeof(path), "%s/parlor.db", folder);
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        fail("%s: %s", path, sqlite3_errmsg(database));
    }
    int64_t stored = check_messages(database, crowd);
    int64_t nonces =
        ask_number(database, "SELECT count(DISTINCT nonce) FROM message WHERE nonce GLOB 'b*'");
    int64_t all = ask_number(database, "SELECT count(*) FROM message");
    int64_t gaps = ask_number(
        database, "SELECT count(*) FROM room WHERE last_seq <> "
                  "(SELECT count(*) FROM message WHERE room_id = room.id) OR last_seq <> "
                  "(SELECT coalesce(max(seq), 0) FROM message WHERE room_id = room.id)");
    (void)sqlite3_close(database);
    if (stored != crowd->posted || nonces != crowd->posted) {
        fail("audit: %lld messages with %lld nonces are stored of %lld posts", (long long)stored,
             (long long)nonces, (long long)crowd->posted);
    }
    if (all != stored + crowd->history) {
        fail("audit: %lld messages are stored beside the posts, not %lld",
             (long long)(all - stored), (long long)crowd->history);
    }
    if (gaps != 0) {
        fail("audit: %lld rooms have a gap", (long long)gaps);
    }
}
