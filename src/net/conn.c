/* conn.c -- a descriptor under uv_poll_t, with recv, send and sendmsg of our own.
 * SPDX-License-Identifier: MIT */
#include "net/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/address_table.h"
#include "net/loop_private.h"

struct conn {
    uv_poll_t poll; /* first: libuv hands it back; knows its loop */
    const struct conn_protocol *protocol;
    void *user;
    struct deadline deadline; /* its node is the link in loop->closing once is_closing */
    ConnAddress peer;
    int fd;
    bool is_reading;
    bool wants_writable;
    bool is_closing;
    bool has_eof;
};

/* One pointer less for each of tens of thousands. */
static struct loop *loop_of(const struct conn *conn)
{
    return CONTAINER_OF(conn->poll.loop, struct loop, uv);
}

static void watch(struct conn *conn);
static void ready(uv_poll_t *poll, int status, int events);

static void set_option(int fd, int level, int option, int value)
{
    (void)setsockopt(fd, level, option, &value, sizeof(value)); /* an optimisation: may fail */
}

struct conn *conn_create(struct loop *loop, int fd, ConnAddress peer,
                         const struct conn_protocol *protocol, void *user)
{
    struct conn *conn = mem_new(struct conn);
    conn->fd = fd;
    conn->peer = peer;
    conn->protocol = protocol;
    conn->user = user;
    conn->is_reading = true;
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, LIMIT_TCP_USER_TIMEOUT_MS);
    set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, LIMIT_NOTSENT);
    int code = uv_poll_init(&loop->uv, &conn->poll, fd);
    CHECK_EQ(code, 0);
    watch(conn);
    return conn;
}

void conn_set_protocol(struct conn *conn, const struct conn_protocol *protocol, void *user)
{
    conn->protocol = protocol;
    conn->user = user;
}

void *conn_user(const struct conn *conn)
{
    return conn->user;
}

struct loop *conn_loop(const struct conn *conn)
{
    return loop_of(conn);
}

ConnAddress conn_peer(const struct conn *conn)
{
    return conn->peer;
}

bool conn_peer_is_loopback(const struct conn *conn)
{
    return address_is_loopback(conn->peer);
}

void conn_address_text(ConnAddress address, char ret[46])
{
    CHECK(inet_ntop(address.is_v4 ? AF_INET : AF_INET6, address.bytes, ret, 46) != NULL);
}

bool conn_address_parse(Str text, ConnAddress *ret_address)
{
    static const uint8_t v4_mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    char z[INET6_ADDRSTRLEN] = "";
    ConnAddress address = {0};
    if (text.len == 0 || text.len >= sizeof(z) || str_find(text, '\0') >= 0) {
        return false;
    }
    memcpy(z, text.data, text.len);
    address.is_v4 = inet_pton(AF_INET, z, address.bytes) == 1;
    if (!address.is_v4 && inet_pton(AF_INET6, z, address.bytes) != 1) {
        return false;
    }
    if (!address.is_v4 && memcmp(address.bytes, v4_mapped, sizeof(v4_mapped)) == 0) {
        memmove(address.bytes, address.bytes + sizeof(v4_mapped), 4);
        memset(address.bytes + 4, 0, sizeof(address.bytes) - 4);
        address.is_v4 = true;
    }
    *ret_address = address;
    return true;
}

bool conn_address_is_same(ConnAddress a, ConnAddress b)
{
    return a.is_v4 == b.is_v4 && memcmp(a.bytes, b.bytes, a.is_v4 ? 4 : 16) == 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void watch(struct conn *conn)
{
    int events = (conn->is_reading && !conn->has_eof ? UV_READABLE : 0) |
                 (conn->wants_writable ? UV_WRITABLE : 0);
    if (conn->is_closing) {
        return;
    }
    if (events == 0) {
        (void)uv_poll_stop(&conn->poll);
    } else {
        CHECK_EQ(uv_poll_start(&conn->poll, events, ready), 0);
    }
}

static void read_some(struct conn *conn)
{
    char *scratch = loop_scratch(loop_of(conn));
    ssize_t got = recv(conn->fd, scratch, LIMIT_RECV, MSG_DONTWAIT);
    if (got > 0) {
        conn->protocol->on_data(conn, scratch, (size_t)got);
    } else if (got == 0) {
        conn->has_eof = true;
        watch(conn);
        conn->protocol->on_eof(conn);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        conn_close(conn);
    }
}

static void ready(uv_poll_t *poll, int status, int events)
{
    struct conn *conn = (struct conn *)(void *)poll;
    if (status < 0) {
        conn_close(conn);
        return;
    }
    if ((events & UV_WRITABLE) != 0 && conn->wants_writable && !conn->is_closing) {
        conn->wants_writable = false;
        conn->protocol->on_writable(conn);
        if (!conn->wants_writable) {
            watch(conn);
        }
    }
    if ((events & UV_READABLE) != 0 && conn->is_reading && !conn->has_eof && !conn->is_closing) {
        read_some(conn);
    }
}

void conn_set_reading(struct conn *conn, bool is_reading)
{
    if (conn->is_reading != is_reading) {
        conn->is_reading = is_reading;
        watch(conn);
    }
}

/* --- writing ---------------------------------------------------------------------------------- */

ssize_t conn_send(struct conn *conn, const struct iovec *iov, int count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)count};
    if (conn->is_closing) {
        return -1;
    }
    ssize_t sent;
    do { /* one piece, the usual case, is cheaper without the kernel's look at a vector */
        sent = count == 1 ? send(conn->fd, iov->iov_base, iov->iov_len, MSG_DONTWAIT | MSG_NOSIGNAL)
                          : sendmsg(conn->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
        return sent;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
        return 0;
    }
    conn_close(conn);
    return -1;
}

void conn_want_writable(struct conn *conn)
{
    if (!conn->wants_writable) {
        conn->wants_writable = true;
        watch(conn);
    }
}

bool conn_is_blocked(const struct conn *conn)
{
    return conn->wants_writable;
}

void conn_shutdown(struct conn *conn)
{
    if (!conn->is_closing) {
        (void)shutdown(conn->fd, SHUT_WR); /* a dead connection is found by the next read */
    }
}

/* --- ending ----------------------------------------------------------------------------------- */

void conn_set_deadline(struct conn *conn, Millis duration_ms)
{
    if (conn->is_closing) {
        return;
    }
    if (duration_ms == 0) {
        deadline_clear(&conn->deadline);
    } else {
        deadline_set(&loop_of(conn)->deadlines, &conn->deadline, loop_now(loop_of(conn)), duration_ms);
    }
}

void conn_deadline_fired(struct deadline *deadline)
{
    struct conn *conn = CONTAINER_OF(deadline, struct conn, deadline);
    conn->protocol->on_deadline(conn);
}

void conn_close(struct conn *conn)
{
    if (conn->is_closing) {
        return;
    }
    deadline_clear(&conn->deadline);
    (void)uv_poll_stop(&conn->poll);
    conn->is_closing = true;
    list_push_back(&loop_of(conn)->closing, &conn->deadline.node);
}

bool conn_is_closing(const struct conn *conn)
{
    return conn->is_closing;
}

static void conn_free(uv_handle_t *handle)
{
    mem_free(handle);
}

void conn_close_marked(struct loop *loop)
{
    struct list_node *node;
    while ((node = list_first(&loop->closing)) != NULL) {
        struct conn *conn = CONTAINER_OF(node, struct conn, deadline.node);
        list_remove(node);
        conn->protocol->on_close(conn);
        uv_close((uv_handle_t *)&conn->poll, conn_free);
        address_table_release(conn->peer);
        (void)close(conn->fd); /* after uv_close, as libuv asks; there is nobody to tell */
    }
}
