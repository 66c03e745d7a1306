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
    server_command(place->template, (const char *const[]){"user", "add", handle, NULL}, line,
                   sizeof(line));
    server_command(place->template, (const char *const[]){"session", "add", handle, NULL}, line,
                   sizeof(line));
    if (snprintf(place->cookies[index], COOKIE_LEN, "%s", line) >= COOKIE_LEN) {
        fail("a cookie is longer than expected: %s", line);
    }
}

static void add_people(struct place *place, const char *cookie_path)
{
    char line[256];
    say("making %d people, once", place->people);
    (void)unlink(cookie_path); /* as a rule there is none */
    if (mkdir(place->template, 0700) != 0) {
        if (errno != EEXIST) {
            fail_sys("%s", place->template);
        }
        each_file(place->template, unlink_it, NULL); /* what another run left unfinished */
    }
    server_command(place->template, (const char *const[]){"room", "add", "Everybody", NULL}, line,
                   sizeof(line));
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

void place_create(struct place *place, const char *under, int people)
{
    char name[64];
    char cookie_path[FOLDER_LEN];
    *place = (struct place){.people = people};
    place->cookies = make((size_t)people, COOKIE_LEN);
    (void)mkdir("build", 0755); /* both may be there */
    (void)mkdir(under, 0755);
    join(place->base, under, "run-XXXXXX");
    if (mkdtemp(place->base) == NULL) {
        fail_sys("%s", place->base);
    }
    (void)snprintf(name, sizeof(name), "people-%d", people);
    join(place->template, under, name);
    (void)snprintf(name, sizeof(name), "people-%d.cookies", people);
    join(cookie_path, under, name);
    if (!load_cookies(place, cookie_path)) {
        add_people(place, cookie_path);
    }
}

void place_remove(struct place *place)
{
    (void)rmdir(place->base); /* anything else in it is worth a look */
    free(place->cookies);
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
    char path[FOLDER_LEN];
    sqlite3 *database;
    join(path, folder, "parlor.db");
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(database, "DELETE FROM member WHERE person_id <> room_id", NULL, NULL, NULL) !=
            SQLITE_OK) {
        fail("separating rooms: %s", sqlite3_errmsg(database));
    }
    (void)sqlite3_close(database);
}
