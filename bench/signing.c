/* signing.c -- see signing.h.
 * SPDX-License-Identifier: MIT */
#include "signing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

enum { ANSWER_MAX = 16 * 1024, SPREAD_MS = 2000, EVENTS = 16 };

struct signing_person {
    int fd; /* -1: waits, or is in */
    bool is_in;
    Nanos again; /* when to try again */
    size_t len;
    char answer[ANSWER_MAX];
};

static void try(struct signing *signing, struct signing_person *person)
{
    char request[512];
    char body[128];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)signing->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = person};
    int number = (int)(person - signing->people) + 1;
    int body_len =
        snprintf(body, sizeof(body), "handle=person%d&password=%s", number, signing->password);
    for (int i = 0; i < body_len; i++) {
        body[i] = body[i] == ' ' ? '+' : body[i];
    }
    int len = snprintf(request, sizeof(request),
                       "POST /session HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                       "Origin: http://127.0.0.1:%d\r\nSec-Fetch-Site: same-origin\r\n"
                       "Content-Type: application/x-www-form-urlencoded\r\n"
                       "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                       signing->port, signing->port, body_len, body);
    person->len = 0;
    person->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (person->fd < 0 || connect(person->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        send(person->fd, request, (size_t)len, MSG_NOSIGNAL) != len ||
        epoll_ctl(signing->epoll, EPOLL_CTL_ADD, person->fd, &event) != 0) {
        fail_sys("signing in");
    }
}

void signing_open(struct signing *signing, int count, int port, const char *password)
{
    *signing = (struct signing){.count = count, .port = port, .password = password};
    signing->people = make((size_t)count, sizeof(struct signing_person));
    signing->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        try(signing, &signing->people[i]);
    }
}

/* As long as the answer says, and a little more, so that not all come again at once. */
static Nanos pause_of(const struct signing *signing, const struct signing_person *person)
{
    const char *after = strcasestr(person->answer, "\r\nRetry-After: ");
    long seconds = after != NULL ? strtol(after + 15, NULL, 10) : 0;
    long spread_ms = SPREAD_MS * (person - signing->people) / signing->count;
    return (seconds * 1000 + spread_ms) * (Nanos)1000000;
}

/* The answer is whole: the server has closed. */
static void judge(struct signing *signing, struct signing_person *person)
{
    (void)close(person->fd);
    person->fd = -1;
    person->answer[person->len] = '\0';
    if (strncmp(person->answer, "HTTP/1.1 303 ", 13) == 0 &&
        strcasestr(person->answer, "\r\nSet-Cookie: sid=") != NULL) {
        person->is_in = true;
        signing->let_in++;
    } else if (strncmp(person->answer, "HTTP/1.1 503 ", 13) == 0 ||
               strncmp(person->answer, "HTTP/1.1 429 ", 13) == 0) {
        signing->refused++;
        person->again = usage_now() + pause_of(signing, person);
    } else {
        fail("a sign-in was answered with \"%.80s\"", person->answer);
    }
}

static void take(struct signing *signing, struct signing_person *person)
{
    ssize_t got =
        recv(person->fd, person->answer + person->len, ANSWER_MAX - 1 - person->len, MSG_DONTWAIT);
    if (got > 0) {
        person->len += (size_t)got;
    } else if (got == 0) {
        judge(signing, person);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail_sys("signing in");
    }
}

void signing_poll(struct signing *signing)
{
    struct epoll_event events[EVENTS];
    int count = epoll_wait(signing->epoll, events, EVENTS, 0);
    for (int i = 0; i < count; i++) {
        take(signing, events[i].data.ptr);
    }
    Nanos now = usage_now();
    for (int i = 0; i < signing->count; i++) {
        struct signing_person *person = &signing->people[i];
        if (person->fd < 0 && !person->is_in && now >= person->again) {
            try(signing, person);
        }
    }
}

void signing_close(struct signing *signing)
{
    (void)close(signing->epoll);
    free(signing->people);
}
