/* test_store_load.c -- many threads at once, and a log that does not grow without end.
 * SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/mem.h"
#include "tests/support/store_fixture.h"

enum { THREADS = 8, POSTS_A_THREAD = 500, ROOMS = 5, WAL_FRAME = 4096 + 24 };

static int make(void **state)
{
    static struct store_fixture fixture;
    store_fixture_make(&fixture);
    store_fixture_open(&fixture);
    *state = &fixture;
    return 0;
}

static int unmake(void **state)
{
    store_fixture_remove(*state);
    return 0;
}

/* --- concurrency ------------------------------------------------------------------------------ */

struct poster {
    struct store_fixture *fixture;
    pthread_t thread;
    PersonId person;
    Seq seqs[POSTS_A_THREAD]; /* acknowledged: post i is in room i % ROOMS + 1 */
};

static void *post_all(void *context)
{
    struct poster *poster = context;
    for (int i = 0; i < POSTS_A_THREAD; i++) {
        char nonce[16];
        (void)snprintf(nonce, sizeof(nonce), "n%d", i);
        poster->seqs[i] =
            store_fixture_post(poster->fixture, i % ROOMS + 1, poster->person, nonce, nonce);
    }
    return NULL;
}

struct watcher {
    struct store_fixture *fixture;
    pthread_t thread;
    atomic_bool is_stopped;
};

/* A page and the head that it states are from one moment. */
static void *watch_pages(void *context)
{
    struct watcher *watcher = context;
    Seq head = 0;
    while (!atomic_load(&watcher->is_stopped)) {
        struct store_message_page page = {
            .op.verb = STORE_MESSAGE_PAGE, .room = 1, .from = STORE_PAGE_NEWEST, .limit = 3};
        assert_int_equal(store_fixture_ask(watcher->fixture, &page.op), ERR_NONE);
        size_t count = page.messages.count;
        assert_int_equal(page.last_seq, count == 0 ? 0 : page.messages.items[count - 1].seq);
        assert_true(page.last_seq >= head);
        head = page.last_seq;
        arena_finish(&page.op.arena);
    }
    return NULL;
}

/* Every acknowledged seq was given once, to the message that was posted. */
static void check_posters(struct store_fixture *fixture, struct poster *posters)
{
    static bool is_taken[ROOMS + 1][THREADS * POSTS_A_THREAD + 1];
    memset(is_taken, 0, sizeof(is_taken));
    for (int t = 0; t < THREADS; t++) {
        for (int i = 0; i < POSTS_A_THREAD; i++) {
            struct store_message_get get = {
                .op.verb = STORE_MESSAGE_GET, .room = i % ROOMS + 1, .seq = posters[t].seqs[i]};
            char nonce[16];
            (void)snprintf(nonce, sizeof(nonce), "n%d", i);
            assert_false(is_taken[get.room][get.seq]);
            is_taken[get.room][get.seq] = true;
            assert_int_equal(store_fixture_ask(fixture, &get.op), ERR_NONE);
            assert_int_equal(get.message.author, posters[t].person);
            assert_str_equal(get.message.body, nonce);
            arena_finish(&get.op.arena);
        }
    }
}

static void threads_get_numbers_without_a_gap(void **state)
{
    struct store_fixture *fixture = *state;
    static struct poster posters[THREADS];
    struct watcher watcher = {.fixture = fixture};
    int64_t writes = metrics_get(store_writes_total);
    for (int i = 0; i < ROOMS; i++) {
        assert_int_equal(store_fixture_room(fixture, "Hall"), i + 1);
    }
    for (int t = 0; t < THREADS; t++) {
        char handle[8];
        (void)snprintf(handle, sizeof(handle), "p%d", t & 7);
        posters[t] =
            (struct poster){.fixture = fixture, .person = store_fixture_person(fixture, handle)};
    }
    assert_int_equal(pthread_create(&watcher.thread, NULL, watch_pages, &watcher), 0);
    for (int t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_create(&posters[t].thread, NULL, post_all, &posters[t]), 0);
    }
    for (int t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(posters[t].thread, NULL), 0);
    }
    atomic_store(&watcher.is_stopped, true);
    assert_int_equal(pthread_join(watcher.thread, NULL), 0);
    check_posters(fixture, posters);
    assert_int_equal(metrics_get(store_writes_total) - writes,
                     THREADS * POSTS_A_THREAD + ROOMS + THREADS);
    assert_int_equal(metrics_get(store_queue), 0);
    store_fixture_close(fixture);
    /* As many messages as the highest number says, in each room, and no number twice (a UNIQUE). */
    assert_int_equal(store_fixture_number(fixture,
                                          "SELECT count(*) FROM room WHERE last_seq <> "
                                          "(SELECT count(*) FROM message WHERE room_id = room.id) "
                                          "OR last_seq <> last_post OR last_seq <> 800"),
                     0);
    assert_int_equal(
        store_fixture_number(fixture, "SELECT min(seq) * 1000 + max(seq) FROM message"), 1800);
}

/* --- the queue's end -------------------------------------------------------------------------- */

static void closing_runs_what_is_queued(void **state)
{
    struct store_fixture *fixture = *state;
    enum { QUEUED = 100 };
    PersonId ann = store_fixture_person(fixture, "ann");
    RoomId room = store_fixture_room(fixture, "Hall");
    struct store_post *posts = mem_array(QUEUED, sizeof(*posts));
    char nonces[QUEUED][16];
    sem_t answered;
    assert_int_equal(sem_init(&answered, 0, 0), 0);
    for (int i = 0; i < QUEUED; i++) {
        (void)snprintf(nonces[i], sizeof(nonces[i]), "n%d", i);
        posts[i] = store_fixture_post_of(room, ann, nonces[i], "x");
        posts[i].op.asker = &answered;
        posts[i].op.answer = store_fixture_answered;
        store_submit(fixture->store, &posts[i].op);
    }
    store_fixture_close(fixture);
    for (int i = 0; i < QUEUED; i++) {
        assert_int_equal(sem_trywait(&answered), 0);
        assert_int_equal(posts[i].op.err.kind, ERR_NONE);
        arena_finish(&posts[i].op.arena);
    }
    mem_free(posts);
    assert_int_equal(sem_destroy(&answered), 0);
    assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM message"), QUEUED);
}

struct holder {
    sem_t is_held, is_released;
};

static void hold(struct store_op *op)
{
    struct holder *holder = op->asker;
    assert_int_equal(sem_post(&holder->is_held), 0);
    while (sem_wait(&holder->is_released) != 0) {
    }
}

static void a_full_queue_is_busy(void **state)
{
    struct store_fixture *fixture = *state;
    struct holder holder;
    sem_t answered;
    int busy = 0;
    struct store_read_mark first = {.op.verb = STORE_READ_MARK};
    struct store_read_mark *marks = mem_array(LIMIT_STORE_QUEUE + 3, sizeof(*marks));
    assert_int_equal(sem_init(&holder.is_held, 0, 0), 0);
    assert_int_equal(sem_init(&holder.is_released, 0, 0), 0);
    assert_int_equal(sem_init(&answered, 0, 0), 0);
    first.op.asker = &holder;
    first.op.answer = hold;
    store_submit(fixture->store, &first.op);
    while (sem_wait(&holder.is_held) != 0) {
    }
    for (int i = 0; i < LIMIT_STORE_QUEUE + 3; i++) {
        marks[i].op = (struct store_op){
            .verb = STORE_READ_MARK, .asker = &answered, .answer = store_fixture_answered};
        store_submit(fixture->store, &marks[i].op);
        busy += marks[i].op.err.kind == ERR_BUSY;
    }
    assert_int_equal(busy, 3);
    assert_false(store_is_healthy(fixture->store));
    assert_int_equal(sem_post(&holder.is_released), 0);
    store_fixture_close(fixture);
    for (int i = 0; i < LIMIT_STORE_QUEUE + 3; i++) {
        assert_int_equal(sem_trywait(&answered), 0);
    }
    mem_free(marks);
    assert_int_equal(sem_destroy(&answered), 0);
    assert_int_equal(sem_destroy(&holder.is_held), 0);
    assert_int_equal(sem_destroy(&holder.is_released), 0);
}

/* --- the log ---------------------------------------------------------------------------------- */

enum { BIG_POSTS = 2400, IN_FLIGHT = 16 }; /* 16 KiB each: some 40 MB of log */

/* Writes much, in batches of at most IN_FLIGHT. */
static void write_much(struct store_fixture *fixture, RoomId room, PersonId author, char round)
{
    static char body[LIMIT_MESSAGE];
    static char nonces[IN_FLIGHT][16];
    static struct store_post posts[IN_FLIGHT];
    sem_t answered;
    assert_int_equal(sem_init(&answered, 0, 0), 0);
    memset(body, 'x', sizeof(body));
    for (int done = 0; done < BIG_POSTS; done += IN_FLIGHT) {
        for (int i = 0; i < IN_FLIGHT; i++) {
            (void)snprintf(nonces[i], sizeof(nonces[i]), "%c%d", round, done + i);
            posts[i] = store_fixture_post_of(room, author, nonces[i], "");
            posts[i].body = str_of(body, sizeof(body));
            posts[i].op.asker = &answered;
            posts[i].op.answer = store_fixture_answered;
            store_submit(fixture->store, &posts[i].op);
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            while (sem_wait(&answered) != 0) {
            }
        }
        for (int i = 0; i < IN_FLIGHT; i++) {
            assert_int_equal(posts[i].op.err.kind, ERR_NONE);
            arena_finish(&posts[i].op.arena);
        }
    }
    assert_int_equal(sem_destroy(&answered), 0);
}

static int64_t wal_bytes(const struct store_fixture *fixture)
{
    char path[80];
    struct stat status;
    (void)snprintf(path, sizeof(path), "%s-wal", fixture->path);
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static void the_log_stays_bounded_while_pages_are_read(void **state)
{
    struct store_fixture *fixture = *state;
    struct watcher watcher = {.fixture = fixture};
    int64_t checkpoints = metrics_get(store_checkpoints_total);
    PersonId ann = store_fixture_person(fixture, "ann");
    RoomId room = store_fixture_room(fixture, "Hall");
    assert_int_equal(pthread_create(&watcher.thread, NULL, watch_pages, &watcher), 0);
    write_much(fixture, room, ann, 'a');
    atomic_store(&watcher.is_stopped, true);
    assert_int_equal(pthread_join(watcher.thread, NULL), 0);
    store_fixture_close(fixture);
    assert_true(metrics_get(store_checkpoints_total) - checkpoints >= 8);
    /* One batch may come on top. */
    assert_true(wal_bytes(fixture) < LIMIT_WAL / 4096 * WAL_FRAME + 2 * LIMIT_BATCH_BYTES);
    assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM message"), BIG_POSTS);
}

/* Somebody looks at the file with another program and keeps an old view open: the log grows, but
 * writing and reading go on, and the attempts to restart it stay few. Once the view is gone it
 * grows no more. */
static void a_foreign_reader_does_not_stop_writing(void **state)
{
    struct store_fixture *fixture = *state;
    struct watcher watcher = {.fixture = fixture};
    PersonId ann = store_fixture_person(fixture, "ann");
    RoomId room = store_fixture_room(fixture, "Hall");
    sqlite3 *foreign;
    assert_int_equal(sqlite3_open_v2(fixture->path, &foreign, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "BEGIN; SELECT count(*) FROM room", NULL, NULL, NULL),
                     SQLITE_OK);
    int64_t checkpoints = metrics_get(store_checkpoints_total);
    assert_int_equal(pthread_create(&watcher.thread, NULL, watch_pages, &watcher), 0);
    write_much(fixture, room, ann, 'a');
    int64_t pages = wal_bytes(fixture) / WAL_FRAME;
    assert_true(pages > LIMIT_WAL / 4096);
    assert_true(metrics_get(store_checkpoints_total) - checkpoints <=
                pages / LIMIT_CHECKPOINT_PAGES + 1);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    write_much(fixture, room, ann, 'b');
    atomic_store(&watcher.is_stopped, true);
    assert_int_equal(pthread_join(watcher.thread, NULL), 0);
    assert_true(wal_bytes(fixture) / WAL_FRAME < pages + 2 * LIMIT_CHECKPOINT_PAGES);
    store_fixture_close(fixture);
    assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM message"), 2 * BIG_POSTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(threads_get_numbers_without_a_gap, make, unmake),
        cmocka_unit_test_setup_teardown(closing_runs_what_is_queued, make, unmake),
        cmocka_unit_test_setup_teardown(a_full_queue_is_busy, make, unmake),
        cmocka_unit_test_setup_teardown(the_log_stays_bounded_while_pages_are_read, make, unmake),
        cmocka_unit_test_setup_teardown(a_foreign_reader_does_not_stop_writing, make, unmake),
    };
    return cmocka_run_group_tests_name("store/store_load", tests, NULL, NULL);
}
