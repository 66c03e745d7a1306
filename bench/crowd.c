/* crowd.c -- see crowd.h. Connecting and posting; what comes back is read in crowd_read.c.
 * SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crowd_read.h"
#include "fail.h"

enum { OPENING_MAX = 64, EVENTS_MAX = 512, AWAIT_S = 60 };

/* The handshake's key never changes, so its answer is known (it is the example of RFC 6455, 1.3).
 */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

static void must(bool is_good, const char *what)
{
    if (!is_good) {
        fail_sys("%s", what);
    }
}

/* --- connecting
 * ----------------------------------------------------------------------------------- */

static void send_text(const struct member *member, const char *text, size_t len);

static void send_hello(const struct crowd *crowd, const struct member *member)
{
    char text[PEER_TEXT_MAX];
    if (crowd->peer != NULL && crowd->peer->hello != NULL) {
        send_text(member, text, peer_hello(crowd->peer, member->room, text));
    }
}

static void send_handshake_to_peer(const struct member *member, const struct peer *peer)
{
    char request[PEER_TEXT_MAX];
    size_t len = peer_handshake(peer, member->room, KEY, request);
    must(send(member->fd, request, len, MSG_NOSIGNAL) == (ssize_t)len, "sending a handshake");
}

static void send_handshake(struct member *member, const struct crowd_plan *plan, int port)
{
    char request[512];
    char after[96] = "";
    if (plan->epoch != NULL) {
        (void)snprintf(after, sizeof(after), "&after=%s:%lld", plan->epoch,
                       (long long)plan->last_seq);
    }
    int len = snprintf(request, sizeof(request),
                       "GET /live?room=%lld%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                       "Origin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: " KEY "\r\nCookie: %s\r\n\r\n",
                       (long long)member->room, after, port, port,
                       plan->cookies[member->index % plan->cookie_count]);
    must(send(member->fd, request, (size_t)len, MSG_NOSIGNAL) == len, "sending a handshake");
}

static void member_open(struct crowd *crowd, const struct crowd_plan *plan, int index)
{
    struct member *member = &crowd->members[index];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)plan->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = member};
    int on = 1;
    *member = (struct member){.index = index,
                              .room = plan->rooms != NULL ? plan->rooms[index] : plan->room,
                              .last_seq = plan->last_seq,
                              .is_resuming = plan->epoch != NULL};
    member->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(member->fd >= 0, "socket");
    if (plan->peer != NULL && inet_pton(AF_INET, plan->peer->host, &address.sin_addr) != 1) {
        fail("--peer: %s is not an IPv4 address", plan->peer->host);
    }
    must(connect(member->fd, (struct sockaddr *)&address, sizeof(address)) == 0, "connect");
    (void)setsockopt(member->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* only faster */
    must(epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, member->fd, &event) == 0, "epoll_ctl");
    if (plan->is_bare) {
        member->is_open = true;
        crowd->open_count++;
    } else if (plan->peer != NULL) {
        send_handshake_to_peer(member, plan->peer);
    } else {
        send_handshake(member, plan, plan->port);
    }
}

void crowd_open(struct crowd *crowd, const struct crowd_plan *plan)
{
    *crowd = (struct crowd){.count = plan->count,
                            .port = plan->port,
                            .is_bare = plan->is_bare,
                            .peer = plan->peer,
                            .first = plan->peer != NULL ? peer_first_number() : 0,
                            .letter = plan->letter != 0 ? plan->letter : 'b',
                            .body_len = plan->body_len > 0 ? plan->body_len : POST_BODY_LEN};
    crowd->members = make((size_t)plan->count, sizeof(struct member));
    crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
    must(crowd->epoll >= 0, "epoll_create1");
    for (int i = 0; i < plan->count; i++) {
        member_open(crowd, plan, i);
        Nanos deadline = usage_now() + AWAIT_S * (Nanos)NANOS_PER_S;
        while (i + 1 - crowd->open_count >= OPENING_MAX ||
               (i + 1 == plan->count && crowd->open_count < plan->count)) {
            crowd_poll(crowd, 1000);
            if (usage_now() > deadline) {
                fail("only %d of %d connections were answered", crowd->open_count, plan->count);
            }
        }
    }
    for (int i = 0; i < plan->count; i++) {
        send_hello(crowd, &crowd->members[i]);
    }
}

void crowd_cut(struct crowd *crowd)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    for (int i = 0; i < crowd->count; i++) {
        struct member *member = &crowd->members[i];
        (void)setsockopt(member->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        (void)close(member->fd);
    }
    (void)close(crowd->epoll);
    crowd->epoll = -1;
}

void crowd_close(struct crowd *crowd)
{
    if (crowd->epoll >= 0) {
        crowd_cut(crowd);
    }
    for (int i = 0; i < crowd->count; i++) {
        free(crowd->members[i].carry);
    }
    free(crowd->members);
    free(crowd->acked_seq);
    free(crowd->posted_at);
    free(crowd->posted_by);
    times_free(&crowd->ack_times);
    *crowd = (struct crowd){.epoll = -1};
}

/* --- waiting
 * ---------------------------------------------------------------------------------------- */

static void poll_sockets(struct crowd *crowd, int sockets, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(crowd->epoll, events, sockets, timeout_ms);
    must(count >= 0 || errno == EINTR, "epoll_wait");
    for (int i = 0; i < count; i++) {
        crowd_read(crowd, events[i].data.ptr);
    }
}

void crowd_poll(struct crowd *crowd, int timeout_ms)
{
    poll_sockets(crowd, EVENTS_MAX, timeout_ms);
}

void crowd_poll_few(struct crowd *crowd, int sockets)
{
    poll_sockets(crowd, sockets, 0);
}

void crowd_await(struct crowd *crowd, const int64_t *value, int64_t least, const char *what)
{
    Nanos deadline = usage_now() + AWAIT_S * (Nanos)NANOS_PER_S;
    while (*value < least) {
        crowd_poll(crowd, 1000);
        if (usage_now() > deadline) {
            fail("audit: %lld %s instead of %lld", (long long)*value, what, (long long)least);
        }
    }
}

void crowd_stall(struct crowd *crowd, struct member *member)
{
    int least = 1; /* the kernel makes it its own least: the stall shall be felt at once */
    member->is_stalled = true;
    (void)setsockopt(member->fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
    must(epoll_ctl(crowd->epoll, EPOLL_CTL_DEL, member->fd, NULL) == 0, "epoll_ctl");
}

/* --- posting
 * ---------------------------------------------------------------------------------------- */

void crowd_body(int64_t number, int len, char ret_body[POST_BODY_MAX + 1])
{
    static const char words[] = " the quick message of a person who has something to say to all "
                                "others and says it in as many bytes of text as were asked for";
    int at = snprintf(ret_body, POST_BODY_MAX + 1, "%lld", (long long)number);
    while (at < len) {
        int part = len - at < (int)sizeof(words) - 1 ? len - at : (int)sizeof(words) - 1;
        memcpy(ret_body + at, words, (size_t)part);
        at += part;
    }
    ret_body[len - 1] = '.'; /* a blank at the end would be trimmed */
    ret_body[len] = '\0';
}

static int64_t note_posted(struct crowd *crowd, const struct member *member)
{
    if (crowd->posted == crowd->acked_cap) {
        int64_t cap = crowd->acked_cap == 0 ? 4096 : 2 * crowd->acked_cap;
        crowd->acked_seq = grow(crowd->acked_seq, (size_t)cap, sizeof(int64_t));
        crowd->posted_at = grow(crowd->posted_at, (size_t)cap, sizeof(Nanos));
        crowd->posted_by = grow(crowd->posted_by, (size_t)cap, sizeof(int));
        memset(crowd->acked_seq + crowd->acked_cap, 0,
               (size_t)(cap - crowd->acked_cap) * sizeof(int64_t));
        crowd->acked_cap = cap;
    }
    crowd->posted_by[crowd->posted] = member->index;
    crowd->posted_at[crowd->posted] = usage_now();
    return crowd->posted++;
}

/* A whole text frame. Its mask differs from post to post, as a browser's does. */
static void send_text(const struct member *member, const char *text, size_t len)
{
    static uint8_t turn;
    uint8_t frame[PEER_TEXT_MAX + 8];
    uint8_t mask[4] = {0x5A, turn++, (uint8_t)len, 0xC3};
    size_t head = len < 126 ? 2 : 4;
    frame[0] = 0x81;
    frame[1] = (uint8_t)(0x80 | (len < 126 ? len : 126));
    if (head == 4) {
        frame[2] = (uint8_t)(len >> 8);
        frame[3] = (uint8_t)len;
    }
    memcpy(frame + head, mask, sizeof(mask));
    head += sizeof(mask);
    for (size_t i = 0; i < len; i++) {
        frame[head + i] = (uint8_t)text[i] ^ mask[i & 3];
    }
    must(send(member->fd, frame, head + len, MSG_NOSIGNAL) == (ssize_t)(head + len),
         "sending a frame");
}

int64_t crowd_post(struct crowd *crowd, struct member *member)
{
    char body[POST_BODY_MAX + 1];
    char text[PEER_TEXT_MAX];
    size_t len;
    int64_t number = note_posted(crowd, member);
    if (crowd->peer != NULL) {
        len = peer_post(crowd->peer, member->room, crowd->first + number, text);
    } else {
        crowd_body(number, crowd->body_len, body);
        len = (size_t)snprintf(
            text, sizeof(text),
            "{\"type\":\"post\",\"room\":%lld,\"nonce\":\"%c%lld\",\"body\":\"%s\"}",
            (long long)member->room, crowd->letter, (long long)number, body);
    }
    send_text(member, text, len);
    return number;
}

uint64_t crowd_mark(int64_t number)
{
    uint64_t mixed = (uint64_t)(number + 1) * 0x9E3779B97F4A7C15u;
    return (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u;
}

/* A sum of marks is right only when each post came once. */
static void audit_peer(const struct crowd *crowd)
{
    uint64_t expected = 0;
    for (int64_t i = 0; i < crowd->posted; i++) {
        expected += crowd_mark(i);
    }
    for (int i = 0; i < crowd->count; i++) {
        if (crowd->members[i].sum != expected) {
            fail("audit: member %d got as many posts as were sent, but not each once", i);
        }
    }
}

int crowd_orders_apart(const struct crowd *crowd)
{
    int apart = 0;
    for (int i = 1; i < crowd->count; i++) {
        apart += crowd->members[i].order != crowd->members[0].order;
    }
    return apart;
}

void crowd_audit(const struct crowd *crowd, int64_t per_member)
{
    for (int64_t i = 0; i < crowd->posted; i++) {
        if (crowd->acked_seq[i] == 0) {
            fail("audit: post b%lld was never acknowledged", (long long)i);
        }
    }
    for (int i = 0; i < crowd->count; i++) {
        const struct member *member = &crowd->members[i];
        if (!member->is_stalled && member->articles != per_member) {
            fail("audit: member %d got %lld messages of %lld", i, (long long)member->articles,
                 (long long)per_member);
        }
    }
    if (crowd->peer != NULL) {
        audit_peer(crowd);
    }
}
