/* listener.h -- the accepting end: one SO_REUSEPORT socket a loop, same address.
 *
 * The kernel spreads connections over the loops. At most LIMIT_ACCEPTS_A_TURN are taken a turn; out
 * of descriptors, accepting pauses for LIMIT_EMFILE_PAUSE_MS. Thread: the loop's, except open.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/err.h"
#include "net/conn.h"

struct listener;

/* Fails when somebody else listens on `address` already: SO_REUSEPORT alone would let two servers of
 * one user share a port in silence. Port 0 is always free. Thread: any. */
MUST_USE bool listener_probe(Str address, struct err *err);

/* Binds "ADDR:PORT" or "[V6]:PORT" (port 0: any) before the loop runs. With several loops, open the
 * first with port 0, then the others with the port that it got. Thread: before loop_run. */
MUST_USE bool listener_open(struct loop *loop, Str address,
                            void (*on_accept)(void *context, int fd, ConnAddress peer),
                            void *context, struct listener **ret_listener, struct err *err);
/* "127.0.0.1:3000" into ret[64], NUL-ended: what was bound. */
void listener_address(const struct listener *listener, char ret[64]);
bool listener_is_loopback(const struct listener *listener);
/* No further accepts; frees it. */
void listener_close(struct listener *listener);
