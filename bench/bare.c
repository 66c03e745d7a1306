/* bare.c -- see bare.h.
 * SPDX-License-Identifier: MIT */
#include "bare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

enum { NUMBER_LEN = 12, HEAD_LEN = 4, COALESCED_MAX = 64 };

/* The child's state. */
struct sender {
    const struct bare_plan *plan;
    int *fds;
    char *frames; /* as many as are ever sent at once */
    int frame_count;
    size_t number_at;
    long long last_seq;
};

/* --- the child
 * ------------------------------------------------------------------------------------ */

static void make_frames(struct sender *sender)
{
    static const char start[] = "<article class=\"message\" id=\"m-1-";
    size_t frame_len = (size_t)sender->plan->frame_len;
    size_t payload = frame_len - HEAD_LEN;
    if (payload < 126 || payload > 65535) {
        fail("a bare frame cannot have %zu bytes", frame_len);
    }
    sender->frame_count = sender->plan->batch * (sender->plan->coalesces ? COALESCED_MAX : 1);
    sender->frames = make((size_t)sender->frame_count, frame_len);
    sender->number_at = HEAD_LEN + sizeof(start) - 1;
    for (int i = 0; i < sender->frame_count; i++) {
        char *frame = sender->frames + (size_t)i * frame_len;
        memset(frame, '.', frame_len);
        frame[0] = (char)0x81;
        frame[1] = 126;
        frame[2] = (char)(payload >> 8);
        frame[3] = (char)payload;
        memcpy(frame + HEAD_LEN, start, sizeof(start) - 1);
        frame[sender->number_at + NUMBER_LEN] = '"';
    }
}

static void number_frames(struct sender *sender, int count)
{
    for (int i = 0; i < count; i++) {
        char *number =
            sender->frames + (size_t)i * (size_t)sender->plan->frame_len + sender->number_at;
        long long left = ++sender->last_seq;
        for (int digit = NUMBER_LEN - 1; digit >= 0; digit--, left /= 10) {
            number[digit] = (char)('0' + left % 10);
        }
    }
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            (void)poll(&wait, 1, 1000);
        } else if (sent < 0) {
            exit(0); /* the bench has closed its end: it is over */
        } else {
            bytes += sent;
            len -= (size_t)sent;
        }
    }
}

static void accept_all(struct sender *sender, int listener)
{
    int on = 1;
    for (int i = 0; i < sender->plan->sockets; i++) {
        sender->fds[i] = accept(listener, NULL, NULL);
        if (sender->fds[i] < 0) {
            fail_sys("accept");
        }
        (void)setsockopt(sender->fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
}

static void serve(struct sender *sender, int listener, int control)
{
    char credits[COALESCED_MAX];
    size_t most = sender->plan->coalesces ? sizeof(credits) : 1;
    ssize_t rounds;
    make_frames(sender);
    accept_all(sender, listener);
    while ((rounds = read(control, credits, most)) > 0) {
        int frames = (int)rounds * sender->plan->batch;
        number_frames(sender, frames);
        for (int i = 0; i < sender->plan->sockets; i++) {
            send_all(sender->fds[i], sender->frames,
                     (size_t)frames * (size_t)sender->plan->frame_len);
        }
    }
    exit(0);
}

/* --- the bench's side
 * ----------------------------------------------------------------------------- */

static int listen_anywhere(int backlog, int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, backlog) != 0 || getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        fail_sys("listening for the floor");
    }
    *ret_port = ntohs(address.sin_port);
    return fd;
}

struct bare bare_start(const struct cores *cores, const struct bare_plan *plan)
{
    struct bare bare = {0};
    int ends[2];
    int listener = listen_anywhere(plan->sockets, &bare.port);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        fail_sys("socketpair");
    }
    bare.pid = fork();
    if (bare.pid < 0) {
        fail_sys("fork");
    }
    if (bare.pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail with a valid signal */
        (void)close(ends[1]);
        cores_pin(cores, cores->server);
        struct sender sender = {.plan = plan, .fds = make((size_t)plan->sockets, sizeof(int))};
        serve(&sender, listener, ends[0]);
    }
    (void)close(listener);
    (void)close(ends[0]);
    bare.control = ends[1];
    return bare;
}

void bare_credit(const struct bare *bare, int rounds)
{
    static const char credits[64];
    if (send(bare->control, credits, (size_t)rounds, MSG_NOSIGNAL) != rounds) {
        fail_sys("the floor takes no credit");
    }
}

void bare_stop(struct bare *bare)
{
    int status;
    (void)close(bare->control);
    if (waitpid(bare->pid, &status, 0) != bare->pid || status != 0) {
        fail("the floor ended with status %d", status);
    }
}
