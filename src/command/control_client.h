/* control_client.h -- asking the running server, which alone may touch the store.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "command/admin.h"

/* Connects to the server of the data folder `path` into *ret_fd, the caller's to close. ERR_BUSY:
 * nobody answers there, or not yet. Never waits. */
MUST_USE bool control_client_open(const char *path, int *ret_fd, struct err *err);
/* Sends the request and appends the output of the reply. ERR_BUSY: no answer until `deadline`, on the
 * monotonic clock; it may be done all the same. */
MUST_USE bool control_client_ask(int fd, const struct admin_request *request, Millis deadline,
                                 struct buf *output, struct err *err);
