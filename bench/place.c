/* place.c -- see place.h.
 * SPDX-License-Identifier: MIT */
#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

/* --- folders
 * -------------------------------------------------------------------------------------- */

static void join(char ret_path[FOLDER_LEN], const char *folder, const char *name)
{
    int len = snprintf(ret_path, FOLDER_LEN, "%s/%s", folder, name);
    if (len < 0 || len >= FOLDER_LEN) {
        fail("the path of %s is too long", name);
    }
}

static void copy_file(const char *from, const char *to)
{
    struct stat info;
    int source = open(from, O_RDONLY | O_CLOEXEC);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (source < 0 || target < 0 || fstat(source, &info) != 0) {
        fail_sys("copying %s", from);
    }
    for (off_t left = info.st_size; left > 0;) {
        ssize_t sent = sendfile(target, source, NULL, (size_t)left);
        if (sent <= 0) {
            fail_sys("copying %s", from);
        }
        left -= sent;
    }
    if (fsync(target) != 0) { /* or it is written back while something is measured */
        fail_sys("copying %s", from);
    }
    (void)close(source);
    (void)close(target);
}

/* Calls `visit` for each file of a flat folder. */
static void each_file(const char *folder,
                      void (*visit)(const char *path, const char *name, void *context),
                      void *context)
{
    DIR *listing = opendir(folder);
    struct dirent *entry;
    if (listing == NULL) {
        fail_sys("%s", folder);
    }
    while ((entry = readdir(listing)) != NULL) {
        char path[FOLDER_LEN];
        if (entry->d_type == DT_REG) {
            join(path, folder, entry->d_name);
            visit(path, entry->d_name, context);
        }
    }
    (void)closedir(listing);
}

static void copy_into(const char *path, const char *name, void *context)
{
    char to[FOLDER_LEN];
    join(to, context, name);
    copy_file(path, to);
}

static void unlink_it(const char *path, const char *name, void *context)
{
    (void)name;
    (void)context;
    (void)unlink(path); /* what stays is in build/ and is seen there */
}

void place_copy(const struct place *place, const char *name, char ret_folder[FOLDER_LEN])
{
    join(ret_folder, place->base, name);
    if (mkdir(ret_folder, 0700) != 0) {
        fail_sys("%s", ret_folder);
    }
    each_file(place->template, copy_into, ret_folder);
}

void place_drop(const char *folder)
{
    char socket[FOLDER_LEN];
    join(socket, folder, "control.sock");
    (void)unlink(socket); /* is not there when the server ended well */
    each_file(folder, unlink_it, NULL);
    (void)rmdir(folder);
}

/* --- people
 * ----------------------------------------------------------------------------------------- */

static void add_people(struct place *place)
{
    char line[256];
    place->cookies = make((size_t)place->people, COOKIE_LEN);
    server_command(place->template, (const char *const[]){"room", "add", "Everybody", NULL}, line,
                   sizeof(line));
    for (int i = 0; i < place->people; i++) {
        char handle[32];
        (void)snprintf(handle, sizeof(handle), "person%d", i + 1);
        server_command(place->template, (const char *const[]){"user", "add", handle, NULL}, line,
                       sizeof(line));
        server_command(place->template, (const char *const[]){"session", "add", handle, NULL}, line,
                       sizeof(line));
        if (snprintf(place->cookies[i], COOKIE_LEN, "%s", line) >= COOKIE_LEN) {
            fail("a cookie is longer than expected: %s", line);
        }
    }
}

void place_create(struct place *place, const char *under, int people)
{
    *place = (struct place){.people = people};
    (void)mkdir("build", 0755); /* both may be there */
    (void)mkdir(under, 0755);
    join(place->base, under, "run-XXXXXX");
    if (mkdtemp(place->base) == NULL) {
        fail_sys("%s", place->base);
    }
    join(place->template, place->base, "template");
    if (mkdir(place->template, 0700) != 0) {
        fail_sys("%s", place->template);
    }
    say("making %d people", people);
    add_people(place);
}

void place_remove(struct place *place)
{
    place_drop(place->template);
    (void)rmdir(place->base); /* anything else in it is worth a look */
    free(place->cookies);
}

/* --- the database
 * ------------------------------------------------------------------------------------- */

static sqlite3 *open_database(const char *folder)
{
    char path[FOLDER_LEN];
    sqlite3 *database;
    join(path, folder, "parlor.db");
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        fail("%s: %s", path, sqlite3_errmsg(database));
    }
    return database;
}

void place_separate(const char *folder, int rooms)
{
    char line[256];
    for (int i = 2; i <= rooms; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "Room %d", i);
        server_command(folder, (const char *const[]){"room", "add", name, NULL}, line,
                       sizeof(line));
    }
    sqlite3 *database = open_database(folder);
    if (sqlite3_exec(database, "DELETE FROM member WHERE person_id <> room_id", NULL, NULL, NULL) !=
        SQLITE_OK) {
        fail("separating rooms: %s", sqlite3_errmsg(database));
    }
    (void)sqlite3_close(database);
}

static void check_message(sqlite3_stmt *row, const struct crowd *crowd)
{
    char body[POST_BODY_LEN + 1];
    int64_t seq = sqlite3_column_int64(row, 0);
    const char *nonce = (const char *)sqlite3_column_text(row, 1);
    const char *stored = (const char *)sqlite3_column_text(row, 2);
    int64_t number = nonce != NULL ? strtoll(nonce + 1, NULL, 10) : -1;
    if (number < 0 || number >= crowd->posted || crowd->acked_seq[number] != seq) {
        fail("audit: message %lld with the nonce %s was not acknowledged so", (long long)seq,
             nonce != NULL ? nonce : "(none)");
    }
    crowd_body(number, body);
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
        database, "SELECT seq, nonce, body FROM message ORDER BY room_id, seq", -1, &row, NULL);
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

void place_audit(const char *folder, const struct crowd *crowd)
{
    sqlite3 *database = open_database(folder);
    int64_t stored = check_messages(database, crowd);
    int64_t nonces = ask_number(database, "SELECT count(DISTINCT nonce) FROM message");
    int64_t gaps = ask_number(
        database, "SELECT count(*) FROM room WHERE last_seq <> "
                  "(SELECT count(*) FROM message WHERE room_id = room.id) OR last_seq <> "
                  "(SELECT coalesce(max(seq), 0) FROM message WHERE room_id = room.id)");
    (void)sqlite3_close(database);
    if (stored != crowd->posted || nonces != crowd->posted) {
        fail("audit: %lld messages with %lld nonces are stored of %lld posts", (long long)stored,
             (long long)nonces, (long long)crowd->posted);
    }
    if (gaps != 0) {
        fail("audit: %lld rooms have a gap", (long long)gaps);
    }
}
