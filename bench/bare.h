/* bare.h -- the floors of fan-out: a process that only sends.
 *
 * No log, no store, no rendering, no epoll: for each credit that it gets it calls send() once for
 * each of its sockets, with `batch` ready frames at a time. That is the least that any server must
 * do to bring the same bytes to the same sockets. The number in a frame is written once a round, so
 * that the same audit holds. SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

struct bare {
    pid_t pid;
    int port;
    int control; /* of the bench: a byte is a credit for one round */
};

/* Forks the process, pinned to the server's core. `frame_len` counts the frame's head. Then
 * `sockets` connections must come. */
struct bare bare_start(const struct cores *cores, int sockets, int frame_len, int batch);
void bare_credit(const struct bare *bare, int rounds);
void bare_stop(struct bare *bare);
