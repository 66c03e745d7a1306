/* listener.c -- binding and accepting.
 * SPDX-License-Identifier: MIT */
#include "net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "net/address_table.h"
#include "net/loop_private.h"

struct listener {
    uv_poll_t poll; /* first: libuv hands it back */
    struct loop *loop;
    int fd;
    struct loop_timer pause;
    bool is_short; /* of descriptors, since it was said */
    void (*on_accept)(void *context, int fd, ConnAddress peer);
    void *context;
};

static void accept_some(uv_poll_t *poll, int status, int events);

/* --- addresses -------------------------------------------------------------------------------- */

static bool split_port(Str address, char *ret_host, size_t host_size, int64_t *ret_port)
{
    size_t colon = address.len;
    while (colon > 0 && address.data[colon - 1] != ':') {
        colon--;
    }
    if (colon == 0) {
        return false;
    }
    Str host = str_sub(address, 0, colon - 1);
    if (host.len >= 2 && host.data[0] == '[' && host.data[host.len - 1] == ']') {
        host = str_sub(host, 1, host.len - 2);
    }
    if (host.len == 0 || host.len >= host_size) {
        return false;
    }
    memcpy(ret_host, host.data, host.len);
    ret_host[host.len] = '\0';
    return str_to_i64(str_skip(address, colon), ret_port) && *ret_port >= 0 && *ret_port <= 65535;
}

static bool parse_address(Str address, struct sockaddr_storage *ret, socklen_t *ret_len,
                          struct err *err)
{
    char host[64];
    int64_t port;
    if (!split_port(address, host, sizeof(host), &port)) {
        return err_set(err, ERR_INPUT, "\"%.*s\" is not ADDRESS:PORT", STR_ARG(address));
    }
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    memset(ret, 0, sizeof(*ret));
    if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &v4.sin_addr) == 1) {
        memcpy(ret, &v4, sizeof(v4));
        *ret_len = sizeof(v4);
        return true;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(ret, &v6, sizeof(v6));
        *ret_len = sizeof(v6);
        return true;
    }
    return err_set(err, ERR_INPUT, "\"%s\" is not an IP address", host);
}

static ConnAddress address_of(const struct sockaddr_storage *from)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): getsockname or accept4 set it */
    ConnAddress address = {.is_v4 = from->ss_family == AF_INET};
    if (address.is_v4) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)from;
        memcpy(address.bytes, &v4->sin_addr, 4);
        address.port = ntohs(v4->sin_port);
        return address;
    }
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)from;
    address.port = ntohs(v6->sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
        address.is_v4 = true;
        memcpy(address.bytes, v6->sin6_addr.s6_addr + 12, 4);
    } else {
        memcpy(address.bytes, &v6->sin6_addr, 16);
    }
    return address;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* A bound socket, or -1 with `err` filled in. */
static int bind_socket(Str address, bool is_shared, struct err *err)
{
    struct sockaddr_storage storage;
    socklen_t len = 0;
    if (!parse_address(address, &storage, &len, err)) {
        return -1;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): parse_address set it */
    int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        (void)err_sys(err, "socket");
        return -1;
    }
    const int on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (is_shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) {
        (void)err_sys(err, "SO_REUSEPORT");
        (void)close(fd);
        return -1;
    }
    if (bind(fd, (struct sockaddr *)&storage, len) != 0) {
        (void)err_sys(err, "cannot listen on %.*s", STR_ARG(address));
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool listener_probe(Str address, struct err *err)
{
    int fd = bind_socket(address, false, err);
    if (fd < 0) {
        return false;
    }
    /* A bind alone succeeds beside a listener that shares its port: listening does not. */
    bool is_free = listen(fd, 1) == 0 || err_sys(err, "cannot listen on %.*s", STR_ARG(address));
    (void)close(fd);
    return is_free;
}

bool listener_open(struct loop *loop, Str address,
                   void (*on_accept)(void *context, int fd, ConnAddress peer), void *context,
                   struct listener **ret_listener, struct err *err)
{
    int fd = bind_socket(address, true, err);
    if (fd < 0) {
        return false;
    }
    if (listen(fd, LIMIT_LISTEN_BACKLOG) != 0) {
        (void)err_sys(err, "cannot listen on %.*s", STR_ARG(address));
        (void)close(fd);
        return false;
    }
    struct listener *listener = mem_new(struct listener);
    listener->loop = loop;
    listener->fd = fd;
    listener->on_accept = on_accept;
    listener->context = context;
    CHECK_EQ(uv_poll_init(&loop->uv, &listener->poll, fd), 0);
    CHECK_EQ(uv_poll_start(&listener->poll, UV_READABLE, accept_some), 0);
    *ret_listener = listener;
    return true;
}

void listener_address(const struct listener *listener, char ret[64])
{
    struct sockaddr_storage storage;
    socklen_t len = sizeof(storage);
    CHECK_EQ(getsockname(listener->fd, (struct sockaddr *)&storage, &len), 0);
    ConnAddress address = address_of(&storage);
    char text[46];
    conn_address_text(address, text);
    (void)snprintf(ret, 64, address.is_v4 ? "%s:%u" : "[%s]:%u", text, (unsigned)address.port);
}

bool listener_is_loopback(const struct listener *listener)
{
    char text[64];
    listener_address(listener, text);
    return strncmp(text, "127.", 4) == 0 || strncmp(text, "[::1]", 5) == 0;
}

/* --- accepting -------------------------------------------------------------------------------- */

static void resume(struct loop_timer *timer)
{
    struct listener *listener = CONTAINER_OF(timer, struct listener, pause);
    CHECK_EQ(uv_poll_start(&listener->poll, UV_READABLE, accept_some), 0);
}

/* Out of descriptors or memory: the connection stays in the kernel's queue, where level-triggered
 * polling would spin on it. */
static void pause_accepting(struct listener *listener)
{
    if (!listener->is_short) {
        log_warn("accept.pause", log_i64("errno", errno));
        listener->is_short = true;
    }
    metrics_add(accept_pauses_total, 1);
    (void)uv_poll_stop(&listener->poll);
    loop_timer_start(listener->loop, &listener->pause, LIMIT_EMFILE_PAUSE_MS, 0, resume);
}

static void take_over(struct listener *listener, int fd, ConnAddress peer)
{
    if (listener->is_short) {
        log_info("accept.resume");
        listener->is_short = false;
    }
    if (address_table_take(peer)) {
        listener->on_accept(listener->context, fd, peer);
    } else {
        (void)close(fd); /* over the limit of its address: cheaper to refuse than to explain */
    }
}

static void accept_some(uv_poll_t *poll, int status, int events)
{
    struct listener *listener = (struct listener *)(void *)poll;
    (void)events;
    if (status < 0) {
        return;
    }
    for (int i = 0; i < LIMIT_ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t len = sizeof(from);
        int fd = accept4(listener->fd, (struct sockaddr *)&from, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take_over(listener, fd, address_of(&from));
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            pause_accepting(listener);
        }
        if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

static void free_handle(uv_handle_t *handle)
{
    mem_free(handle);
}

void listener_close(struct listener *listener)
{
    if (listener == NULL) {
        return;
    }
    loop_timer_stop(&listener->pause);
    uv_close((uv_handle_t *)&listener->poll, free_handle);
    (void)close(listener->fd);
}
