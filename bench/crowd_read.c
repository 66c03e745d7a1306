/* crowd_read.c -- see crowd_read.h.
 *
 * The head of a frame gives its length; of its text only the beginning is looked at. What is left
 * of an unfinished frame is carried over by the member, so that nobody else needs a buffer.
 * SPDX-License-Identifier: MIT */
#include "crowd_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fail.h"

enum { RECV_LEN = 256 * 1024, CARRY_MAX = 256 * 1024 };

static char buffer[CARRY_MAX + RECV_LEN];

/* --- what frames say
 * -------------------------------------------------------------------------------- */

static bool starts_with(const char *text, size_t len, const char *start, size_t start_len)
{
    return len >= start_len && memcmp(text, start, start_len) == 0;
}
#define STARTS(text, len, literal) starts_with(text, len, literal, sizeof(literal) - 1)

/* Digits from *text on; moves it behind them. */
static int64_t take_number(const char **text, const char *end)
{
    int64_t number = 0;
    for (; *text < end && **text >= '0' && **text <= '9'; (*text)++) {
        number = number * 10 + (**text - '0');
    }
    return number;
}

/* `text` is behind `id="m-`. */
static void take_article(struct crowd *crowd, struct member *member, const char *text,
                         const char *end, size_t frame_len)
{
    int64_t room = take_number(&text, end);
    text++; /* the hyphen */
    int64_t seq = take_number(&text, end);
    if (room != member->room || seq != member->last_seq + 1) {
        fail("audit: member %d of room %lld got message %lld of room %lld after %lld",
             member->index, (long long)member->room, (long long)seq, (long long)room,
             (long long)member->last_seq);
    }
    member->last_seq = seq;
    member->articles++;
    crowd->articles++;
    crowd->article_bytes += (int64_t)frame_len;
    if (crowd->on_article != NULL) {
        crowd->on_article(crowd, member, seq);
    }
}

static void acknowledge(struct crowd *crowd, struct member *member, int64_t number, int64_t seq)
{
    crowd->acked_seq[number] = seq;
    crowd->acked++;
    times_add(&crowd->ack_times, (double)(crowd->woken - crowd->posted_at[number]) / 1e6);
    if (crowd->on_ack != NULL) {
        crowd->on_ack(crowd, member, number);
    }
}

/* What a peer sends: a post, or something that is nobody's concern here. */
static void take_from_peer(struct crowd *crowd, struct member *member, const char *text, size_t len,
                           size_t frame_len)
{
    int64_t number = peer_arrived(crowd->peer, member->room, text, len) - crowd->first;
    if (number < 0 || number >= crowd->posted) {
        return; /* or a post of another run */
    }
    member->sum += crowd_mark(number);
    member->order = member->order * 31 + (uint64_t)number;
    member->articles++;
    crowd->articles++;
    crowd->article_bytes += (int64_t)frame_len;
    if (crowd->posted_by[number] == member->index) {
        if (crowd->acked_seq[number] != 0) {
            fail("audit: post %lld came back twice", (long long)number);
        }
        acknowledge(crowd, member, number, 1);
    }
}

/* `text` is behind `data-ack=`: bNUMBER data-seq=SEQ. */
static void take_ack(struct crowd *crowd, struct member *member, const char *text, const char *end)
{
    static const char between[] = " data-seq=";
    text++; /* the letter */
    int64_t number = take_number(&text, end);
    if (!STARTS(text, (size_t)(end - text), " data-seq=") || number >= crowd->posted) {
        fail("an acknowledgement is not understood");
    }
    text += sizeof(between) - 1;
    if (crowd->acked_seq[number] != 0) {
        fail("audit: post b%lld was acknowledged twice", (long long)number);
    }
    acknowledge(crowd, member, number, take_number(&text, end));
}

static const char article[] = "<article class=\"message\" id=\"m-";

/* A frame of a replay carries several. */
static void take_more_articles(struct crowd *crowd, struct member *member, const char *text,
                               const char *end)
{
    while ((text = memmem(text, (size_t)(end - text), article, sizeof(article) - 1)) != NULL) {
        text += sizeof(article) - 1;
        take_article(crowd, member, text, end, 0);
    }
}

/* `text` is behind `data-head=`: ROOM:EPOCH:SEQ, after which everything is live. */
static void take_head(struct crowd *crowd, struct member *member, const char *text, const char *end)
{
    (void)take_number(&text, end); /* the room, which every article named */
    text = memchr(text + 1, ':', (size_t)(end - text) - 1);
    if (text == NULL) {
        fail("a head mark is not understood");
    }
    text++;
    int64_t head = take_number(&text, end);
    if (member->is_resuming && head != member->last_seq) {
        fail("audit: the replay of member %d ended at %lld, though it should reach %lld",
             member->index, (long long)member->last_seq, (long long)head);
    }
    crowd->resumed += member->is_resuming;
    member->is_resuming = false;
}

static void take_text(struct crowd *crowd, struct member *member, const char *text, size_t len,
                      size_t frame_len)
{
    static const char ack[] = "<i id=sys data-ack=";
    static const char head[] = "<i id=sys data-head=";
    const char *end = text + len;
    if (STARTS(text, len, article)) {
        take_article(crowd, member, text + sizeof(article) - 1, end, frame_len);
        if (member->is_resuming) {
            take_more_articles(crowd, member, text + sizeof(article) - 1, end);
        }
    } else if (STARTS(text, len, ack)) {
        take_ack(crowd, member, text + sizeof(ack) - 1, end);
    } else if (STARTS(text, len, head)) {
        take_head(crowd, member, text + sizeof(head) - 1, end);
    } else if (STARTS(text, len, "<i id=sys data-err=") ||
               STARTS(text, len, "<i id=sys data-do=")) {
        fail("member %d was told %.*s", member->index, (int)(len < 120 ? len : 120), text);
    } /* else counters and heartbeats, which are nobody's concern here */
}

/* --- frames
 * ----------------------------------------------------------------------------------------- */

/* The length of the head, and of the payload. 0: the head is not whole. */
static size_t read_head(const uint8_t *bytes, size_t len, size_t *ret_payload)
{
    if (len < 2 || (bytes[1] == 126 && len < 4) || (bytes[1] == 127 && len < 10)) {
        return 0;
    }
    if (bytes[1] < 126) {
        *ret_payload = bytes[1];
        return 2;
    }
    size_t head = bytes[1] == 126 ? 4 : 10;
    *ret_payload = 0;
    for (size_t i = 2; i < head; i++) {
        *ret_payload = *ret_payload << 8 | bytes[i];
    }
    return head;
}

/* Pings are answered, so that the peer keeps the socket. */
static void take_peer_frame(struct crowd *crowd, struct member *member, uint8_t kind,
                            const char *text, size_t len, size_t frame_len)
{
    uint8_t pong[6 + 125] = {0x8A, (uint8_t)(0x80 | len)}; /* a mask of zeros changes nothing */
    switch (kind) {
    case 0x81: /* text */
    case 0x82: /* bytes */
        take_from_peer(crowd, member, text, len, frame_len);
        break;
    case 0x89: /* ping */
        memcpy(pong + 6, text, len < 125 ? len : 125);
        if (len > 125 || send(member->fd, pong, len + 6, MSG_NOSIGNAL) != (ssize_t)len + 6) {
            fail_sys("answering a ping");
        }
        break;
    case 0x8A: /* pong */
        break;
    default:
        fail("the peer sent a frame that begins with %02x: fragments and compression are not for "
             "the bench",
             kind);
    }
}

/* The bytes that were taken. */
static size_t take_frames(struct crowd *crowd, struct member *member, const char *bytes, size_t len)
{
    size_t done = 0;
    for (;;) {
        size_t payload;
        const uint8_t *head = (const uint8_t *)bytes + done;
        size_t head_len = read_head(head, len - done, &payload);
        if (head_len == 0 || len - done - head_len < payload) {
            return done;
        }
        const char *text = bytes + done + head_len;
        if (head[0] == 0x88) {
            fail("member %d was closed with %d", member->index,
                 payload >= 2 ? (uint8_t)text[0] << 8 | (uint8_t)text[1] : 0);
        }
        if (crowd->peer != NULL) {
            done += head_len + payload;
            take_peer_frame(crowd, member, head[0], text, payload, head_len + payload);
            continue;
        }
        if (head[0] != 0x81) {
            fail("member %d got a frame that begins with %02x", member->index, head[0]);
        }
        done += head_len + payload;
        take_text(crowd, member, text, payload, head_len + payload);
    }
}

/* The answer to the handshake; 0 while it is not whole. */
static size_t take_answer(struct crowd *crowd, struct member *member, const char *bytes, size_t len)
{
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    size_t head_len = (size_t)(end - bytes) + 4;
    if (!STARTS(bytes, len, "HTTP/1.1 101 ") ||
        memmem(bytes, head_len, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28) == NULL) {
        fail("a handshake was answered with \"%.*s\"", (int)head_len, bytes);
    }
    member->is_open = true;
    crowd->open_count++;
    return head_len;
}

static void carry_over(struct member *member, const char *bytes, size_t len)
{
    if (len > CARRY_MAX) {
        fail("a frame is longer than %d bytes", CARRY_MAX);
    }
    if (len > member->carry_cap) {
        member->carry_cap = (uint32_t)(2 * len);
        member->carry = grow(member->carry, member->carry_cap, 1);
    }
    member->carry_len = (uint32_t)len;
    if (len > 0) {
        memcpy(member->carry, bytes, len);
    }
}

void crowd_read(struct crowd *crowd, struct member *member)
{
    size_t len = member->carry_len;
    if (len > 0) {
        memcpy(buffer, member->carry, len);
    }
    ssize_t got = recv(member->fd, buffer + len, RECV_LEN, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        fail("the connection of member %d ended", member->index);
    }
    crowd->woken = usage_now();
    len += (size_t)got;
    size_t done = member->is_open ? 0 : take_answer(crowd, member, buffer, len);
    if (member->is_open) {
        done += take_frames(crowd, member, buffer + done, len - done);
    }
    carry_over(member, buffer + done, len - done);
}
