/* server.c -- see server.h.
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

enum { WORDS_MAX = 12, START_MS = 20000, SETTLE_MS = 60000 };

static const char *program(void)
{
    const char *named = getenv("PARLOR_BIN");
    return named != NULL ? named : "build/release/parlor";
}

/* In the child, before the program: it must not outlive the bench, and its settings are ours alone.
 */
static void prepare_child(void)
{
    static const char *const settings[] = {
        "PARLOR_SOCKETS_PER_USER", "PARLOR_SOCKETS_PER_ADDRESS", "PARLOR_NEW_SOCKETS_PER_MINUTE",
        "PARLOR_POSTS_PER_SECOND", "PARLOR_FRAMES_PER_SECOND",
    };
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail with a valid signal */
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        (void)setenv(settings[i], "0", 1);
    }
    (void)unsetenv("PARLOR_BIN");
}

/* Reads up to the first line's end. False: the output ended before, or `timeout_ms` went by. */
static bool read_line(int fd, char *line, size_t cap, int timeout_ms)
{
    size_t len = 0;
    Nanos deadline = usage_now() + timeout_ms * (Nanos)1000000;
    while (len + 1 < cap) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int left_ms = (int)((deadline - usage_now()) / 1000000);
        if (left_ms <= 0 || poll(&wait, 1, left_ms) != 1 || read(fd, line + len, 1) != 1) {
            break;
        }
        if (line[len] == '\n') {
            line[len] = '\0';
            return true;
        }
        len++;
    }
    line[len] = '\0';
    return false;
}

/* Forks; the child's standard output is the returned descriptor. */
static pid_t run(const char *const *words, const struct cores *cores, int core, const char *input,
                 int *ret_output)
{
    int output[2];
    int text[2] = {-1, -1};
    if (pipe2(output, O_CLOEXEC) != 0 || (input != NULL && pipe2(text, O_CLOEXEC) != 0)) {
        fail_sys("pipe");
    }
    pid_t pid = fork();
    if (pid < 0) {
        fail_sys("fork");
    }
    if (pid == 0) {
        const char *path = program();
        prepare_child();
        if (cores != NULL) {
            cores_pin(cores, core);
        }
        (void)dup2(output[1], STDOUT_FILENO);
        if (input != NULL) {
            (void)dup2(text[0], STDIN_FILENO);
        }
        (void)execv(path, (char *const *)words);
        fail_sys("%s", path);
    }
    (void)close(output[1]);
    if (input != NULL) {
        if (write(text[1], input, strlen(input)) != (ssize_t)strlen(input)) {
            fail_sys("writing to parlor %s", words[1]);
        }
        (void)close(text[0]);
        (void)close(text[1]);
    }
    *ret_output = output[0];
    return pid;
}

void server_command(const char *folder, const char *const *words, const char *input, char *ret_line,
                    size_t line_cap)
{
    const char *all[WORDS_MAX] = {"parlor"};
    int count = 1;
    int output;
    int status;
    for (; *words != NULL && count < WORDS_MAX - 3; words++) {
        all[count++] = *words;
    }
    all[count++] = "--data";
    all[count++] = folder;
    pid_t pid = run(all, NULL, 0, input, &output);
    (void)read_line(output, ret_line, line_cap, START_MS); /* some print nothing */
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        fail("parlor %s %s failed", all[1], all[2]);
    }
    (void)close(output);
}

struct server server_start(const char *folder, const struct cores *cores, int core)
{
    const char *words[] = {"parlor", "serve", "--data", folder, "--listen", "127.0.0.1:0", NULL};
    struct server server = {0};
    char line[256];
    int output;
    (void)setenv("PARLOR_LOG_LEVEL", "warn", 0); /* a row may want less */
    (void)setenv("PARLOR_LOOPS", core >= 0 ? "1" : "0", 1);
    server.started = usage_now();
    server.pid = run(words, cores, core, NULL, &output);
    if (!read_line(output, line, sizeof(line), START_MS) ||
        sscanf(line, "listening http://127.0.0.1:%d", &server.port) != 1) {
        fail("the server did not say where it listens, but \"%s\"", line);
    }
    server.listening = usage_now();
    (void)close(output); /* it prints that one line */
    return server;
}

void server_stop(struct server *server)
{
    int status;
    (void)kill(server->pid, SIGTERM);
    if (waitpid(server->pid, &status, 0) != server->pid || status != 0) {
        fail("the server ended with status %d", status);
    }
    server->pid = 0;
}

/* --- a request ----------------------------------------------------------------------------------
 */

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        fail_sys("connecting to the server");
    }
    return fd;
}

size_t server_get(const struct server *server, const char *path, const char *cookie, char *body,
                  size_t cap)
{
    char request[1024];
    size_t len = 0;
    ssize_t got;
    int fd = connect_to(server->port);
    int request_len = snprintf(request, sizeof(request),
                               "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n"
                               "Connection: close\r\n\r\n",
                               path, server->port, cookie);
    if (send(fd, request, (size_t)request_len, MSG_NOSIGNAL) != request_len) {
        fail_sys("asking for %s", path);
    }
    while (len + 1 < cap && (got = recv(fd, body + len, cap - len - 1, 0)) > 0) {
        len += (size_t)got;
    }
    (void)close(fd);
    body[len] = '\0';
    char *start = strstr(body, "\r\n\r\n");
    if (strncmp(body, "HTTP/1.1 200 ", 13) != 0 || start == NULL) {
        fail("%s was answered with \"%.60s\"", path, body);
    }
    start += 4;
    len -= (size_t)(start - body);
    memmove(body, start, len + 1);
    return len;
}

void server_epoch(const struct server *server, const char *cookie, char ret_epoch[EPOCH_LEN])
{
    static char page[256 * 1024];
    static const char before[] = " data-cursor=\"";
    (void)server_get(server, "/rooms/1", cookie, page, sizeof(page));
    const char *cursor = strstr(page, before);
    size_t len = cursor != NULL ? strcspn(cursor + sizeof(before) - 1, ":\"") : EPOCH_LEN;
    if (len >= EPOCH_LEN) {
        fail("the page of room 1 states no cursor");
    }
    (void)snprintf(ret_epoch, EPOCH_LEN, "%.*s", (int)len, cursor + sizeof(before) - 1);
}

/* --- counters
 * ------------------------------------------------------------------------------------- */

void counters_read(const struct server *server, struct counters *ret_counters)
{
    (void)server_get(server, "/metrics", "", ret_counters->text, sizeof(ret_counters->text));
}

int64_t counter_get(const struct counters *counters, const char *name)
{
    char start[96];
    int len = snprintf(start, sizeof(start), "\nparlor_%s ", name);
    const char *line = strstr(counters->text, start);
    if (line == NULL) {
        fail("the server has no counter %s", name);
    }
    return strtoll(line + len, NULL, 10);
}

int64_t counters_between(const struct counters *from, const struct counters *to, const char *name)
{
    return counter_get(to, name) - counter_get(from, name);
}

void server_settle(const struct server *server, int64_t sockets)
{
    Nanos deadline = usage_now() + SETTLE_MS * (Nanos)1000000;
    struct counters counters;
    for (;;) {
        counters_read(server, &counters);
        int64_t live = counter_get(&counters, "sockets");
        int64_t http = counter_get(&counters, "http_connections"); /* this request is one */
        if (live == sockets && http <= 1 && counter_get(&counters, "joins_total") >= sockets) {
            return;
        }
        if (usage_now() > deadline) {
            fail("%lld sockets are live instead of %lld", (long long)live, (long long)sockets);
        }
        (void)usleep(20000);
    }
}
