/* store_fixture.h -- a store in a folder of its own, asked and waited for from a test.
 *
 * Between two openings a test may look into the file, or prepare it, with a connection of its own.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <fcntl.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/metrics.h"
#include "store/store.h"
#include "tests/support/cmocka_all.h"

struct store_fixture {
    char folder[40];
    char path[64]; /* of the database */
    struct store *store;
};

static inline bool store_fixture_try_open(struct store_fixture *fixture, struct err *err)
{
    struct store_config config = {.folder = fixture->folder, .readers = 2};
    return store_open(&config, &fixture->store, err);
}

static inline void store_fixture_open(struct store_fixture *fixture)
{
    struct err err = {0};
    if (!store_fixture_try_open(fixture, &err)) {
        fail_msg("%s", err.message);
    }
}

static inline void store_fixture_close(struct store_fixture *fixture)
{
    store_close(fixture->store);
    fixture->store = NULL;
}

/* Makes the folder; the store is not opened. */
static inline void store_fixture_make(struct store_fixture *fixture)
{
    *fixture = (struct store_fixture){.folder = "/tmp/test_store.XXXXXX"};
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof(fixture->path), "%s/parlor.db", fixture->folder);
}

static inline void store_fixture_remove(struct store_fixture *fixture)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    store_fixture_close(fixture);
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        char path[80];
        (void)snprintf(path, sizeof(path), "%s%s", fixture->path, suffixes[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(fixture->folder), 0);
}

/* --- asking --------------------------------------------------------------------------------------
 */

static inline void store_fixture_answered(struct store_op *op)
{
    assert_int_equal(sem_post(op->asker), 0);
}

/* Submits and waits; what kind of error it ended with. */
static inline enum err_kind store_fixture_ask(struct store_fixture *fixture, struct store_op *op)
{
    sem_t answered;
    assert_int_equal(sem_init(&answered, 0, 0), 0);
    op->asker = &answered;
    op->answer = store_fixture_answered;
    store_submit(fixture->store, op);
    while (sem_wait(&answered) != 0) {
    }
    assert_int_equal(sem_destroy(&answered), 0);
    return op->err.kind;
}

static inline PersonId store_fixture_person(struct store_fixture *fixture, const char *handle)
{
    struct store_person_add add = {.op.verb = STORE_PERSON_ADD,
                                   .handle = str_from_z(handle),
                                   .name = str_from_z(handle),
                                   .role = PERSON_MEMBER,
                                   .now_ms = 1};
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    return add.id;
}

static inline RoomId store_fixture_room(struct store_fixture *fixture, const char *name)
{
    struct store_room_add add = {.op.verb = STORE_ROOM_ADD, .name = str_from_z(name), .now_ms = 1};
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    return add.id;
}

static inline struct store_post store_fixture_post_of(RoomId room, PersonId author,
                                                      const char *nonce, const char *body)
{
    return (struct store_post){.op.verb = STORE_POST,
                               .room = room,
                               .author = author,
                               .nonce = str_from_z(nonce),
                               .body = str_from_z(body),
                               .now_ms = 1000};
}

/* Posts, and gives back where the message is: its seq. */
static inline Seq store_fixture_post(struct store_fixture *fixture, RoomId room, PersonId author,
                                     const char *nonce, const char *body)
{
    struct store_post post = store_fixture_post_of(room, author, nonce, body);
    assert_int_equal(store_fixture_ask(fixture, &post.op), ERR_NONE);
    arena_finish(&post.op.arena);
    return post.message.seq;
}

/* Posts `count` messages with the nonces n1, n2 … and bodies b1, b2 … */
static inline void store_fixture_fill(struct store_fixture *fixture, RoomId room, PersonId author,
                                      int count)
{
    for (int i = 1; i <= count; i++) {
        char nonce[16];
        char body[16];
        (void)snprintf(nonce, sizeof(nonce), "n%d", i);
        (void)snprintf(body, sizeof(body), "b%d", i);
        (void)store_fixture_post(fixture, room, author, nonce, body);
    }
}

/* --- looking into a closed store -------------------------------------------------------------- */

static inline sqlite3 *store_fixture_connect(const struct store_fixture *fixture)
{
    sqlite3 *handle;
    assert_int_equal(sqlite3_open(fixture->path, &handle), SQLITE_OK);
    return handle;
}

static inline void store_fixture_exec(const struct store_fixture *fixture, const char *sql)
{
    sqlite3 *handle = store_fixture_connect(fixture);
    char *message = NULL;
    if (sqlite3_exec(handle, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static inline int64_t store_fixture_number(const struct store_fixture *fixture, const char *sql)
{
    sqlite3 *handle = store_fixture_connect(fixture);
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
    return number;
}

#define assert_str_equal(s, expected)                                                              \
    do {                                                                                           \
        Str str_ = (s);                                                                            \
        if (!str_eq(str_, str_from_z(expected))) {                                                 \
            fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(str_), (expected));                         \
        }                                                                                          \
    } while (0)
