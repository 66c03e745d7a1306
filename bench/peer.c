/* peer.c -- see peer.h.
 * SPDX-License-Identifier: MIT */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fail.h"

static const char number_mark[] = "{n}";
static const char room_mark[] = "{room}";

/* --- what was given --------------------------------------------------------------------------- */

void peer_prepare(struct peer *peer)
{
    static const char scheme[] = "ws://";
    size_t host_len = 0;
    const char *host = peer->url + sizeof(scheme) - 1;
    if (strncmp(peer->url, scheme, sizeof(scheme) - 1) == 0) {
        host_len = strcspn(host, ":/");
    }
    if (host_len == 0 || host_len >= sizeof(peer->host) || host[host_len] != ':') {
        fail("--peer: \"%s\" is not ws://ADDRESS:PORT/PATH", peer->url);
    }
    (void)snprintf(peer->host, sizeof(peer->host), "%.*s", (int)host_len, host);
    if (strcmp(peer->host, "localhost") == 0) {
        (void)snprintf(peer->host, sizeof(peer->host), "127.0.0.1");
    }
    char *end;
    peer->port = (int)strtol(host + host_len + 1, &end, 10);
    peer->path = *end == '/' ? end : "/";
    if (peer->payload == NULL || strstr(peer->payload, number_mark) == NULL) {
        fail("--payload must say what to send, with %s for the number of the post", number_mark);
    }
    peer->expect = peer->expect != NULL ? peer->expect : peer->payload;
    if (strstr(peer->expect, number_mark) == NULL) {
        fail("--expect must hold %s, or nothing that arrives can be told apart", number_mark);
    }
}

bool peer_has_rooms(const struct peer *peer)
{
    return strstr(peer->url, room_mark) != NULL || strstr(peer->payload, room_mark) != NULL;
}

int64_t peer_first_number(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* this clock always works */
    return now.tv_sec * (int64_t)1000000 + now.tv_nsec / 1000;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Appends `text` up to `end` with its marks filled in. The new length. */
static size_t fill(char *out, size_t len, const char *text, const char *end, int64_t room,
                   int64_t number)
{
    while (text < end) {
        if (len + 32 > PEER_TEXT_MAX) {
            fail("a text for the peer is longer than %d bytes", PEER_TEXT_MAX);
        }
        if (strncmp(text, room_mark, sizeof(room_mark) - 1) == 0) {
            len += (size_t)snprintf(out + len, PEER_TEXT_MAX - len, "%lld", (long long)room);
            text += sizeof(room_mark) - 1;
        } else if (strncmp(text, number_mark, sizeof(number_mark) - 1) == 0) {
            len += (size_t)snprintf(out + len, PEER_TEXT_MAX - len, "%lld", (long long)number);
            text += sizeof(number_mark) - 1;
        } else {
            out[len++] = *text++;
        }
    }
    out[len] = '\0';
    return len;
}

static size_t fill_all(char *out, size_t len, const char *text, int64_t room, int64_t number)
{
    return fill(out, len, text, text + strlen(text), room, number);
}

size_t peer_handshake(const struct peer *peer, int64_t room, const char *key,
                      char ret_text[PEER_TEXT_MAX])
{
    char rest[512];
    size_t len = fill_all(ret_text, 0, "GET ", room, 0);
    len = fill_all(ret_text, len, peer->path, room, 0);
    (void)snprintf(rest, sizeof(rest),
                   " HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
                   peer->host, peer->port, key);
    len = fill_all(ret_text, len, rest, room, 0);
    for (int i = 0; i < peer->header_count; i++) {
        len = fill_all(ret_text, len, peer->headers[i], room, 0);
        len = fill_all(ret_text, len, "\r\n", room, 0);
    }
    return fill_all(ret_text, len, "\r\n", room, 0);
}

size_t peer_post(const struct peer *peer, int64_t room, int64_t number,
                 char ret_text[PEER_TEXT_MAX])
{
    return fill_all(ret_text, 0, peer->payload, room, number);
}

size_t peer_hello(const struct peer *peer, int64_t room, char ret_text[PEER_TEXT_MAX])
{
    return fill_all(ret_text, 0, peer->hello, room, 0);
}

/* --- what arrives ----------------------------------------------------------------------------- */

int64_t peer_arrived(const struct peer *peer, int64_t room, const char *text, size_t len)
{
    char before[PEER_TEXT_MAX];
    char after[PEER_TEXT_MAX];
    const char *mark = strstr(peer->expect, number_mark);
    size_t before_len = fill(before, 0, peer->expect, mark, room, 0);
    const char *end = text + len;
    text = memmem(text, len, before, before_len);
    if (text == NULL) {
        return -1;
    }
    text += before_len;
    int64_t number = 0;
    for (; text < end && *text >= '0' && *text <= '9'; text++) {
        number = number * 10 + (*text - '0');
    }
    size_t after_len = fill_all(after, 0, mark + sizeof(number_mark) - 1, room, number);
    if ((size_t)(end - text) < after_len || memcmp(text, after, after_len) != 0) {
        return -1;
    }
    return number;
}
