/* peer.h -- another WebSocket server that somebody started: how to speak to it.
 *
 * Only what it is told in options is known of it: the address, a text that makes it send something
 * to everybody, and what of that must be found in what arrives. Marks in those texts: {n} is the
 * number of a post, {room} the number of a member's room. The sender must get its own post too,
 * which is its acknowledgement. Every member must get every post once.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { PEER_HEADERS_MAX = 8, PEER_TEXT_MAX = 8192 };

struct peer {
    const char *url;     /* ws://127.0.0.1:PORT/PATH; may hold {room} */
    const char *payload; /* a post, with {n} */
    const char *expect;  /* what is found in what arrives, with {n}; null: the payload */
    const char *hello;   /* sent once by each member when it has come; null: nothing */
    const char *headers[PEER_HEADERS_MAX];
    int header_count;
    pid_t pid; /* 0: unknown, then nothing is said of its processor time and memory */

    char host[64]; /* from here on: peer_prepare */
    const char *path;
    int port;
};

/* Reads the address and checks the texts; fails with what is wrong. */
void peer_prepare(struct peer *peer);
/* Whether there are rooms. */
bool peer_has_rooms(const struct peer *peer);
/* The number for the first post of somebody who comes now: no two use the same, since nobody posts
 * a million times a second. */
int64_t peer_first_number(void);

/* The texts that a member of `room` sends. `key` is for Sec-WebSocket-Key. The length. */
size_t peer_handshake(const struct peer *peer, int64_t room, const char *key,
                      char ret_text[PEER_TEXT_MAX]);
size_t peer_post(const struct peer *peer, int64_t room, int64_t number,
                 char ret_text[PEER_TEXT_MAX]);
size_t peer_hello(const struct peer *peer, int64_t room, char ret_text[PEER_TEXT_MAX]);
/* The number of the post that arrived in `text`; -1: it is something else. */
int64_t peer_arrived(const struct peer *peer, int64_t room, const char *text, size_t len);
