/* readers.c -- see readers.h.
 * SPDX-License-Identifier: MIT */
#include "readers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

static void ask(struct readers *readers, struct reader *reader)
{
    reader->len = 0;
    reader->asked = usage_now();
    reader->mark = *readers->mark;
    if (send(reader->fd, readers->request, readers->request_len, MSG_NOSIGNAL) !=
        (ssize_t)readers->request_len) {
        fail_sys("asking for a page");
    }
}

void readers_open(struct readers *readers, int count, int port, const char *path,
                  const char *cookie)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    readers->count = count;
    readers->pages = 0;
    readers->request_len = (size_t)snprintf(
        readers->request, sizeof(readers->request),
        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n", path, port, cookie);
    readers->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        struct reader *reader = &readers->all[i];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = reader};
        reader->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (reader->fd < 0 ||
            connect(reader->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
            epoll_ctl(readers->epoll, EPOLL_CTL_ADD, reader->fd, &event) != 0) {
            fail_sys("connecting a reader");
        }
        (void)setsockopt(reader->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* only faster */
        ask(readers, reader);
    }
}

/* The answer's body, once it is whole. Both servers send Content-Length for these pages. */
static const char *whole_body(const struct reader *reader, size_t *ret_len)
{
    const char *end = memmem(reader->answer, reader->len, "\r\n\r\n", 4);
    if (end == NULL) {
        return NULL;
    }
    const char *length = strcasestr(reader->answer, "\r\nContent-Length: ");
    if (strncmp(reader->answer, "HTTP/1.1 200 ", 13) != 0 || length == NULL || length > end) {
        fail("a page was answered with \"%.*s\"", (int)(end - reader->answer), reader->answer);
    }
    *ret_len = strtoul(length + 18, NULL, 10);
    size_t have = reader->len - (size_t)(end + 4 - reader->answer);
    if (have > *ret_len) {
        fail("a page is followed by bytes that nobody asked for");
    }
    return have == *ret_len ? end + 4 : NULL;
}

static void take(struct readers *readers, struct reader *reader)
{
    size_t body_len;
    ssize_t got =
        recv(reader->fd, reader->answer + reader->len, PAGE_MAX - 1 - reader->len, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        fail("the connection of a reader ended, or a page is longer than %d bytes", PAGE_MAX);
    }
    reader->len += (size_t)got;
    reader->answer[reader->len] = '\0';
    const char *body = whole_body(reader, &body_len);
    if (body != NULL) {
        readers->pages++;
        times_add(&readers->times, (double)(usage_now() - reader->asked) / 1e6);
        readers->check(readers->context, reader->mark, body, body_len);
        ask(readers, reader);
    }
}

void readers_poll(struct readers *readers, int timeout_ms)
{
    struct epoll_event events[READERS_MAX];
    int count = epoll_wait(readers->epoll, events, READERS_MAX, timeout_ms);
    for (int i = 0; i < count; i++) {
        take(readers, events[i].data.ptr);
    }
}

void readers_close(struct readers *readers)
{
    for (int i = 0; i < readers->count; i++) {
        (void)close(readers->all[i].fd);
    }
    (void)close(readers->epoll);
    times_free(&readers->times);
}
