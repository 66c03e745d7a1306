/* test_store_faults.c -- a full disk, a failing disk, and a process that is killed.
 *
 * Faults are put under SQLite with its own hook for system calls; the clock is the test's.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "tests/support/store_fixture.h"

/* --- the test's clock, linked instead of base/clock.c ----------------------------------------- */

static _Atomic Millis now_ms = 1000 * 1000;

Millis clock_wall_ms(void)
{
    return atomic_load(&now_ms);
}

Millis clock_mono_ms(void)
{
    return atomic_load(&now_ms);
}

int64_t clock_mono_us(void)
{
    return atomic_load(&now_ms) * 1000;
}

/* --- faults ----------------------------------------------------------------------------------- */

static atomic_int write_error; /* errno of every write by SQLite; 0: they work */
static atomic_int write_attempts;

static ssize_t faulty_pwrite(int fd, const void *data, size_t len, off_t offset)
{
    int error = atomic_load(&write_error);
    atomic_fetch_add(&write_attempts, 1);
    if (error != 0) {
        errno = error;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, data, len, offset);
}

static void install_faults(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    static const char *const names[] = {"pwrite", "pwrite64"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (vfs->xGetSystemCall(vfs, names[i]) != NULL) { /* a build has one of them */
            assert_int_equal(vfs->xSetSystemCall(vfs, names[i], (sqlite3_syscall_ptr)faulty_pwrite),
                             SQLITE_OK);
        }
    }
}

static int make(void **state)
{
    static struct store_fixture fixture;
    install_faults();
    store_fixture_make(&fixture);
    *state = &fixture;
    return 0;
}

static int unmake(void **state)
{
    atomic_store(&write_error, 0);
    store_fixture_remove(*state);
    return 0;
}

static enum err_kind try_post(struct store_fixture *fixture, const char *nonce, Seq *ret_seq)
{
    struct store_post post = store_fixture_post_of(1, 1, nonce, "x");
    enum err_kind kind = store_fixture_ask(fixture, &post.op);
    *ret_seq = kind == ERR_NONE ? post.message.seq : 0;
    arena_finish(&post.op.arena);
    return kind;
}

static Seq head_of_room(struct store_fixture *fixture)
{
    struct store_message_page page = {
        .op.verb = STORE_MESSAGE_PAGE, .room = 1, .from = STORE_PAGE_NEWEST, .limit = 1};
    assert_int_equal(store_fixture_ask(fixture, &page.op), ERR_NONE);
    arena_finish(&page.op.arena);
    return page.last_seq;
}

static void a_full_disk_heals(void **state)
{
    struct store_fixture *fixture = *state;
    Seq seq;
    store_fixture_open(fixture);
    (void)store_fixture_person(fixture, "ann");
    (void)store_fixture_room(fixture, "Hall");
    assert_int_equal(try_post(fixture, "1", &seq), ERR_NONE);

    atomic_store(&write_error, ENOSPC);
    assert_int_equal(try_post(fixture, "2", &seq), ERR_FULL);
    int attempts = atomic_load(&write_attempts);
    assert_int_equal(try_post(fixture, "3", &seq), ERR_FULL);
    assert_int_equal(atomic_load(&write_attempts), attempts); /* not even tried */
    assert_int_equal(head_of_room(fixture), 1);               /* reading works */

    atomic_fetch_add(&now_ms, 1000);
    assert_int_equal(try_post(fixture, "4", &seq), ERR_FULL); /* tried, and full still */
    assert_true(atomic_load(&write_attempts) > attempts);

    atomic_store(&write_error, 0);
    assert_int_equal(try_post(fixture, "5", &seq), ERR_FULL); /* not a second later */
    atomic_fetch_add(&now_ms, 1000);
    assert_int_equal(try_post(fixture, "6", &seq), ERR_NONE);
    assert_int_equal(seq, 2);
    assert_int_equal(try_post(fixture, "2", &seq), ERR_NONE); /* the page's outbox comes back */
    assert_int_equal(seq, 3);
}

/* --- processes that end ----------------------------------------------------------------------- */

/* Writes the seq to the parent: an acknowledgement that somebody has seen. */
static void acknowledge(int fd, Seq seq)
{
    if (write(fd, &seq, sizeof(seq)) != sizeof(seq)) {
        _exit(1);
    }
}

/* What the child does with an open store until it ends. Its stderr goes to the pipe `log`. */
static pid_t start_child(struct store_fixture *fixture, void (*run)(struct store_fixture *, int),
                         int *ret_acks, int *ret_log)
{
    int acks[2];
    int log[2];
    assert_int_equal(pipe(acks), 0);
    assert_int_equal(pipe(log), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err err = {0};
        (void)close(acks[0]);
        (void)dup2(log[1], STDERR_FILENO);
        if (!store_fixture_try_open(fixture, &err)) {
            _exit(2);
        }
        run(fixture, acks[1]);
        _exit(3);
    }
    assert_int_equal(close(acks[1]), 0);
    assert_int_equal(close(log[1]), 0);
    *ret_acks = acks[0];
    *ret_log = log[0];
    return child;
}

/* Reads acknowledgements, at most `count`; the highest. */
static Seq read_acks(int fd, int count)
{
    Seq highest = 0;
    Seq seq;
    for (int i = 0; i < count && read(fd, &seq, sizeof(seq)) == sizeof(seq); i++) {
        highest = seq > highest ? seq : highest;
    }
    return highest;
}

static void post_until_the_disk_fails(struct store_fixture *fixture, int acks)
{
    for (int i = 0; i < 20; i++) {
        char nonce[16];
        Seq seq;
        (void)snprintf(nonce, sizeof(nonce), "n%d", i);
        if (i == 10) {
            atomic_store(&write_error, EIO);
        }
        if (try_post(fixture, nonce, &seq) != ERR_NONE) {
            _exit(4); /* it must not be answered at all */
        }
        acknowledge(acks, seq);
    }
}

static void a_failing_disk_ends_the_process(void **state)
{
    struct store_fixture *fixture = *state;
    char line[1024] = "";
    int acks;
    int log;
    int status;
    store_fixture_open(fixture);
    (void)store_fixture_person(fixture, "ann");
    (void)store_fixture_room(fixture, "Hall");
    store_fixture_close(fixture);
    pid_t child = start_child(fixture, post_until_the_disk_fails, &acks, &log);
    assert_int_equal(read_acks(acks, 1000), 10);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 70);
    assert_true(read(log, line, sizeof(line) - 1) > 0);
    assert_non_null(strstr(line, "error store.disk"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1); /* one line */
    assert_int_equal(close(acks), 0);
    assert_int_equal(close(log), 0);
    store_fixture_open(fixture);
    assert_int_equal(head_of_room(fixture), 10);
}

struct poster {
    struct store_fixture *fixture;
    int acks;
    int number;
};

static void *post_for_ever(void *context)
{
    const struct poster *poster = context;
    for (int i = 0;; i++) {
        char nonce[40];
        Seq seq;
        (void)snprintf(nonce, sizeof(nonce), "%d-%d-%d", (int)getpid(), poster->number, i);
        if (try_post(poster->fixture, nonce, &seq) != ERR_NONE) {
            _exit(4);
        }
        acknowledge(poster->acks, seq);
    }
}

static void post_until_killed(struct store_fixture *fixture, int acks)
{
    enum { POSTERS = 4 };
    struct poster posters[POSTERS];
    pthread_t threads[POSTERS];
    for (int i = 0; i < POSTERS; i++) {
        posters[i] = (struct poster){.fixture = fixture, .acks = acks, .number = i};
        if (pthread_create(&threads[i], NULL, post_for_ever, &posters[i]) != 0) {
            _exit(5);
        }
    }
    (void)pthread_join(threads[0], NULL); /* never: the process is killed */
}

/* P01: what was acknowledged is there after a kill, every number once and none missing. */
static void a_kill_loses_nothing_that_was_acknowledged(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    (void)store_fixture_person(fixture, "ann");
    (void)store_fixture_room(fixture, "Hall");
    store_fixture_close(fixture);
    for (int round = 0; round < 5; round++) {
        int acks;
        int log;
        int status;
        pid_t child = start_child(fixture, post_until_killed, &acks, &log);
        Seq seen = read_acks(acks, 20 + 30 * round);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        Seq rest = read_acks(acks, 1000000);
        assert_int_equal(close(acks), 0);
        assert_int_equal(close(log), 0);
        store_fixture_open(fixture);
        assert_true(head_of_room(fixture) >= (rest > seen ? rest : seen));
        store_fixture_close(fixture);
        assert_int_equal(
            store_fixture_number(fixture, "SELECT last_seq - (SELECT count(*) FROM message) + "
                                          "last_seq - (SELECT max(seq) FROM message) FROM room"),
            0);
        assert_int_equal(store_fixture_number(fixture,
                                              "SELECT count(*) FROM pragma_integrity_check "
                                              "WHERE integrity_check <> 'ok'"),
                         0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_full_disk_heals, make, unmake),
        cmocka_unit_test_setup_teardown(a_failing_disk_ends_the_process, make, unmake),
        cmocka_unit_test_setup_teardown(a_kill_loses_nothing_that_was_acknowledged, make, unmake),
    };
    return cmocka_run_group_tests_name("store/store_faults", tests, NULL, NULL);
}
