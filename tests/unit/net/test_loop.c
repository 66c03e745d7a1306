/* test_loop.c -- letters from many threads, the end of a turn, jobs, and raw connections.
 * SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/conn.h"
#include "net/mailbox.h"
#include "tests/support/cmocka_all.h"

enum { SENDERS = 4, LETTERS = 5000 };

struct letter {
    struct mail mail;
    int sender;
    int number;
};

static struct {
    struct loop *loop;
    int next[SENDERS];
    int delivered;
    int turns;
    bool is_released;
} seen;

static void deliver(struct loop *loop, struct mail *mail)
{
    struct letter *letter = CONTAINER_OF(mail, struct letter, mail);
    assert_int_equal(letter->number, seen.next[letter->sender]);
    seen.next[letter->sender]++;
    mem_free(letter);
    if (++seen.delivered == SENDERS * LETTERS) {
        loop_stop(loop);
    }
}

static void *send_letters(void *argument)
{
    int sender = *(int *)argument;
    for (int i = 0; i < LETTERS; i++) {
        struct letter *letter = mem_new(struct letter);
        letter->mail.deliver = deliver;
        letter->sender = sender;
        letter->number = i;
        mailbox_send(seen.loop, &letter->mail);
    }
    return NULL;
}

static int make_loop(void **state)
{
    (void)state;
    struct err err;
    memset(&seen, 0, sizeof(seen));
    return loop_create(0, &seen.loop, &err) ? 0 : -1;
}

static int end_loop(void **state)
{
    (void)state;
    loop_destroy(seen.loop);
    return 0;
}

static void letters_arrive_once_and_in_order(void **state)
{
    (void)state;
    pthread_t threads[SENDERS];
    int numbers[SENDERS];
    for (int i = 0; i < SENDERS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, send_letters, &numbers[i]), 0);
    }
    loop_run(seen.loop);
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(seen.next[i], LETTERS);
    }
}

static void answer_letter(struct loop *loop, struct mail *mail)
{
    struct letter *letter = CONTAINER_OF(mail, struct letter, mail);
    loop_stop(loop);
    seen.delivered++;
    if (letter->number-- > 0) {
        mailbox_send(loop, mail); /* as an operation that is refused at once comes home at once */
    } else {
        mem_free(letter);
    }
}

static void letters_that_letters_bring_arrive_before_the_end(void **state)
{
    (void)state;
    struct letter *letter = mem_new(struct letter);
    letter->mail.deliver = answer_letter;
    letter->number = 10;
    mailbox_send(seen.loop, &letter->mail);
    loop_run(seen.loop);
    assert_int_equal(seen.delivered, 11);
}

static bool three_turns(struct loop_hook *hook)
{
    (void)hook;
    if (++seen.turns == 3) {
        loop_stop(seen.loop);
    }
    return seen.turns < 3; /* more to do: the loop must not sleep, or the test never ends */
}

static void a_hook_with_more_to_do_keeps_the_loop_awake(void **state)
{
    (void)state;
    struct loop_hook hook = {.run = three_turns};
    loop_add_hook(seen.loop, &hook);
    loop_run(seen.loop);
    assert_true(seen.turns >= 3);
}

/* --- connections -------------------------------------------------------------------------------- */

struct peer {
    struct conn *conn;
    size_t received;
    size_t sent;
    bool has_eof, is_closed;
};

static char payload[1 << 20];

static void send_rest(struct conn *conn)
{
    struct peer *peer = conn_user(conn);
    struct iovec iov = {payload + peer->sent, sizeof(payload) - peer->sent};
    ssize_t sent = conn_send(conn, &iov, 1);
    assert_true(sent >= 0);
    peer->sent += (size_t)sent;
    if (peer->sent < sizeof(payload)) {
        conn_want_writable(conn);
        assert_true(conn_is_blocked(conn));
    } else {
        conn_shutdown(conn);
    }
}

static void on_data(struct conn *conn, char *data, size_t len)
{
    struct peer *peer = conn_user(conn);
    assert_memory_equal(data, payload + peer->received, len);
    peer->received += len;
}

static void on_eof(struct conn *conn)
{
    struct peer *peer = conn_user(conn);
    peer->has_eof = true;
    conn_close(conn);
    conn_close(conn); /* twice does no harm */
}

static void on_deadline(struct conn *conn)
{
    conn_close(conn);
}

static int open_peers;

static void on_close(struct conn *conn)
{
    struct peer *peer = conn_user(conn);
    peer->is_closed = true;
    if (--open_peers == 0) {
        loop_stop(conn_loop(conn));
    }
}

static const struct conn_protocol protocol = {
    .on_data = on_data,
    .on_eof = on_eof,
    .on_writable = send_rest,
    .on_deadline = on_deadline,
    .on_close = on_close,
};

static void a_blocked_sender_goes_on_when_there_is_room(void **state)
{
    (void)state;
    int fds[2];
    struct peer sender = {0};
    struct peer receiver = {0};
    ConnAddress local = {.bytes = {127, 0, 0, 1}, .is_v4 = true};
    for (size_t i = 0; i < sizeof(payload); i++) {
        payload[i] = (char)(i * 31 >> 3);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    open_peers = 2;
    sender.conn = conn_create(seen.loop, fds[0], local, &protocol, &sender);
    receiver.conn = conn_create(seen.loop, fds[1], local, &protocol, &receiver);
    send_rest(sender.conn);
    assert_true(conn_is_blocked(sender.conn));
    conn_set_deadline(sender.conn, 1000); /* ends the sender, whose peer has gone */
    loop_run(seen.loop);
    assert_int_equal(receiver.received, sizeof(payload));
    assert_true(receiver.has_eof);
    assert_true(sender.is_closed && receiver.is_closed);
}

/* --- jobs ----------------------------------------------------------------------------------------- */

static void work(struct loop_job *job)
{
    (void)job;
    usleep(1000); /* blocks a pool thread, which is what the pool is for */
}

static void done(struct loop_job *job)
{
    (void)job;
    loop_stop(seen.loop);
}

static void a_job_comes_home(void **state)
{
    (void)state;
    struct loop_job job = {.work = work, .done = done};
    loop_job_start(seen.loop, &job);
    loop_run(seen.loop);
    assert_null(job.handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(letters_arrive_once_and_in_order, make_loop, end_loop),
        cmocka_unit_test_setup_teardown(letters_that_letters_bring_arrive_before_the_end, make_loop,
                                        end_loop),
        cmocka_unit_test_setup_teardown(a_hook_with_more_to_do_keeps_the_loop_awake, make_loop,
                                        end_loop),
        cmocka_unit_test_setup_teardown(a_blocked_sender_goes_on_when_there_is_room, make_loop,
                                        end_loop),
        cmocka_unit_test_setup_teardown(a_job_comes_home, make_loop, end_loop),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
