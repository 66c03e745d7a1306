/* bare.h -- the floors of fan-out: a process that only sends.
 *
 * No log, no store, no rendering, no epoll: for each credit that it gets it calls send() once for
 * each of its sockets, with `batch` ready frames at a time. That is the least that any server must
 * do to bring the same bytes to the same sockets. One that `coalesces` takes all credits that wait
 * as one round, as Parlor does with what has gathered. The number in a frame is written once a
 * round, so that the same audit holds.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

struct bare {
    pid_t pid;
    int port;
    int control; /* of the bench: a byte is a credit for one round */
};

struct bare_plan {
    int sockets;
    int frame_len; /* with the frame's head */
    int batch;
    bool coalesces;
};

/* Forks the process, pinned to the server's core. Then all connections must come. */
struct bare bare_start(const struct cores *cores, const struct bare_plan *plan);
void bare_credit(const struct bare *bare, int rounds);
void bare_stop(struct bare *bare);
