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
#include <time.h>
#include <unistd.h>

#include "bare_sql.h"
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

static void copy_folder(const char *from, char *to)
{
    if (mkdir(to, 0700) != 0) {
        fail_sys("%s", to);
    }
    each_file(from, copy_into, to);
}

void place_copy(const struct place *place, const char *name, char ret_folder[FOLDER_LEN])
{
    join(ret_folder, place->base, name);
    copy_folder(place->template, ret_folder);
}

/* It gets its name when it is whole. */
static void make_history(const struct place *place, int64_t messages, const char *template)
{
    char unfinished[FOLDER_LEN];
    say("making a room with %lld messages, once", (long long)messages);
    place_copy(place, "history", unfinished);
    bare_sql_fill(unfinished, messages);
    if (rename(unfinished, template) != 0) {
        fail_sys("%s", template);
    }
}

void place_copy_history(const struct place *place, int64_t messages, const char *name,
                        char ret_folder[FOLDER_LEN])
{
    char template[FOLDER_LEN];
    char base[NAME_LEN + 32];
    (void)snprintf(base, sizeof(base), "%s-messages-%lld", place->name, (long long)messages);
    join(template, place->under, base);
    if (access(template, F_OK) != 0) {
        make_history(place, messages, template);
    }
    join(ret_folder, place->base, name);
    copy_folder(template, ret_folder);
}

static void forget(const char *path, const char *name, void *context)
{
    (void)name;
    (void)context;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int code = fd >= 0 ? posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) : -1;
    if (code != 0) {
        fail("%s cannot be forgotten", path);
    }
    (void)close(fd);
}

void place_forget(const char *folder)
{
    each_file(folder, forget, NULL);
}

void place_drop(const char *folder)
{
    char socket[FOLDER_LEN];
    join(socket, folder, "control.sock");
    (void)unlink(socket); /* is not there when the server ended well */
    each_file(folder, unlink_it, NULL);
    (void)rmdir(folder);
}

/* --- people --------------------------------------------------------------------------------------
 */

enum { KEEP_S = 7 * 24 * 3600 }; /* sessions end when nobody uses them for weeks */

/* What was made before, if it is whole: the cookies are written last. */
static bool load_cookies(struct place *place, const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0 || time(NULL) - info.st_mtime > KEEP_S) {
        return false;
    }
    FILE *file = fopen(path, "r");
    int count = 0;
    while (file != NULL && count < place->people &&
           fscanf(file, "%63s", place->cookies[count]) == 1) {
        count++;
    }
    if (file != NULL) {
        (void)fclose(file); /* only read */
    }
    return count == place->people;
}

static void add_person(struct place *place, int index)
{
    char line[256];
    char handle[32];
    (void)snprintf(handle, sizeof(handle), "person%d", index + 1);
    server_command(place->template, (const char *const[]){"user", "add", handle, NULL}, NULL, line,
                   sizeof(line));
    server_command(place->template, (const char *const[]){"session", "add", handle, NULL}, NULL,
                   line, sizeof(line));
    if (snprintf(place->cookies[index], COOKIE_LEN, "%s", line) >= COOKIE_LEN) {
        fail("a cookie is longer than expected: %s", line);
    }
}

/* They know the sessions of the people before. */
static void drop_histories(const struct place *place)
{
    char start[NAME_LEN + 16];
    int len = snprintf(start, sizeof(start), "%s-messages-", place->name);
    DIR *listing = opendir(place->under);
    struct dirent *entry;
    while (listing != NULL && (entry = readdir(listing)) != NULL) {
        if (strncmp(entry->d_name, start, (size_t)len) == 0) {
            char path[FOLDER_LEN];
            join(path, place->under, entry->d_name);
            place_drop(path);
        }
    }
    (void)closedir(listing);
}

static void add_people(struct place *place, const char *cookie_path)
{
    char line[256];
    say("making %d people, once", place->people);
    (void)unlink(cookie_path); /* as a rule there is none */
    drop_histories(place);
    if (mkdir(place->template, 0700) != 0) {
        if (errno != EEXIST) {
            fail_sys("%s", place->template);
        }
        each_file(place->template, unlink_it, NULL); /* what another run left unfinished */
    }
    server_command(place->template, (const char *const[]){"room", "add", "Everybody", NULL}, NULL,
                   line, sizeof(line));
    for (int i = 0; i < place->people; i++) {
        add_person(place, i);
    }
    FILE *file = fopen(cookie_path, "w");
    for (int i = 0; file != NULL && i < place->people; i++) {
        (void)fprintf(file, "%s\n", place->cookies[i]);
    }
    if (file == NULL || fclose(file) != 0) {
        fail_sys("%s", cookie_path);
    }
}

static void count_it(const char *path, const char *name, void *context)
{
    (void)path;
    (void)name;
    ++*(int *)context;
}

/* The statements of today do not fit the tables of a folder that was made before the last migration. */
static int schema(void)
{
    int migrations = 0;
    each_file("sql/migrations", count_it, &migrations);
    return migrations;
}

void place_create(struct place *place, const char *under, int people)
{
    char cookies[NAME_LEN + 16];
    char cookie_path[FOLDER_LEN];
    *place = (struct place){.under = under, .people = people};
    place->cookies = make((size_t)people, COOKIE_LEN);
    (void)mkdir("build", 0755); /* both may be there */
    (void)mkdir(under, 0755);
    join(place->base, under, "run-XXXXXX");
    if (mkdtemp(place->base) == NULL) {
        fail_sys("%s", place->base);
    }
    (void)snprintf(place->name, sizeof(place->name), "people-%d-schema-%d", people, schema());
    join(place->template, under, place->name);
    (void)snprintf(cookies, sizeof(cookies), "%s.cookies", place->name);
    join(cookie_path, under, cookies);
    if (!load_cookies(place, cookie_path)) {
        add_people(place, cookie_path);
    }
}

void place_remove(struct place *place)
{
    (void)rmdir(place->base); /* anything else in it is worth a look */
    free(place->cookies);
}

/* --- what measurements need beside that --------------------------------------------------------
 */

static void run_sql(const char *folder, const char *sql)
{
    char path[FOLDER_LEN];
    sqlite3 *database;
    join(path, folder, "parlor.db");
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail("%.60s: %s", sql, sqlite3_errmsg(database));
    }
    (void)sqlite3_close(database);
}

/* The rooms that are not there yet; person n is alone in room n. */
#define ADD_ROOMS                                                                                  \
    "WITH RECURSIVE n(id) AS (VALUES(2) UNION ALL SELECT id + 1 FROM n WHERE id < %d) "            \
    "INSERT INTO room (id, kind, name, created_ms, people) SELECT n.id, room.kind, "               \
    "'Room ' || n.id, room.created_ms, 1 FROM n, room WHERE room.id = 1 AND n.id <= %d; "          \
    "INSERT INTO member (person_id, room_id, role, joined_ms) SELECT id, id, 1, created_ms "       \
    "FROM room WHERE id > 1; UPDATE counter SET last = %d WHERE name = 'room';"

void place_add_rooms(const char *folder, int rooms)
{
    char sql[1024];
    (void)snprintf(sql, sizeof(sql), "BEGIN;" ADD_ROOMS "COMMIT", rooms, rooms, rooms);
    run_sql(folder, sql);
}

void place_separate(const char *folder, int rooms)
{
    place_add_rooms(folder, rooms);
    run_sql(folder, "BEGIN; DELETE FROM member WHERE person_id <> room_id;"
                    "UPDATE room SET people = 1; COMMIT");
}

void place_set_password(const char *folder, const char *password)
{
    char line[256];
    server_command(folder, (const char *const[]){"user", "add", "signer", "--password-stdin", NULL},
                   password, line, sizeof(line));
    run_sql(folder, "UPDATE person SET password_hash = "
                    "(SELECT password_hash FROM person WHERE handle = 'signer')");
}
