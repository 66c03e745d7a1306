/* control_line.h -- the control socket's bytes: one line there, one line back, each in time.
 *
 * Descriptors are non-blocking; waiting ends early when `wake_fd` becomes readable (-1: none), so that
 * whoever waits can be stopped.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

/* The socket's name inside the data folder, for `sockaddr_un`: found through the folder's descriptor, so
 * that a long path does not matter. */
struct sockaddr_un control_line_address(int folder_fd);

/* Waits for `events` of poll(2) on `fd`; false: too late, or woken. deadline 0: none. */
bool control_line_wait(int fd, short events, int wake_fd, Millis deadline);
/* Appends one line without its newline; what follows it is dropped. */
MUST_USE bool control_line_read(int fd, int wake_fd, Millis deadline, struct buf *line,
                                struct err *err);
MUST_USE bool control_line_write(int fd, int wake_fd, Millis deadline, Str line, struct err *err);
