/* server.h -- the server under test as a process of its own: commands, start, stop, counters.
 *
 * Knows Parlor by its command line and its addresses only; none of its code is linked in.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

enum { FOLDER_LEN = 512, EPOCH_LEN = 64 };

struct server {
    pid_t pid;
    int port;
    Nanos started, listening; /* before it was made a process; when it said where it listens */
};

/* Runs `parlor WORDS… --data FOLDER` (null-ended words) and keeps the first line that it prints.
 * `input`, unless it is null, is what it reads. */
void server_command(const char *folder, const char *const *words, const char *input, char *ret_line,
                    size_t line_cap);

/* Starts `parlor serve` with every rate limit lifted, pinned to `core` with one loop; core -1: on
 * both processors with as many loops as it likes. Returns once it listens. */
struct server server_start(const char *folder, const struct cores *cores, int core);
/* SIGTERM; fails unless it ends well. */
void server_stop(struct server *server);

/* GET `path` over a connection of its own; the body's length. Fails unless the answer is 200. */
size_t server_get(const struct server *server, const char *path, const char *cookie, char *body,
                  size_t cap);

/* The store's epoch, as the page of room 1 states it in its cursor. */
void server_epoch(const struct server *server, const char *cookie, char ret_epoch[EPOCH_LEN]);

/* The server's own counters at one moment, as it prints them. */
struct counters {
    char text[32 * 1024];
};

void counters_read(const struct server *server, struct counters *ret_counters);
int64_t counters_between(const struct counters *from, const struct counters *to, const char *name);
int64_t counter_get(const struct counters *counters, const char *name);

/* Waits until `sockets` are live and nothing else is connected. */
void server_settle(const struct server *server, int64_t sockets);
