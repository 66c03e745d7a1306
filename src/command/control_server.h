/* control_server.h -- DATA/control.sock: where commands ask the server that holds the data folder.
 *
 * One thread of its own, one command at a time, so that it may block on the store and on argon2id.
 * Only the server's own user and root are served. A client that says nothing is dropped after
 * LIMIT_CONTROL_MS.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "command/admin.h"

struct control_server;

/* Binds the socket with mode 0600, replacing one that a dead server left (the caller holds the
 * folder's lock), and starts the thread. `changed` is called on that thread, with `context`, after each
 * change and before it is answered. Store, settings, context and descriptor must outlive the server. */
MUST_USE bool control_server_start(struct store *store, int data_dirfd,
                                   const struct settings *settings,
                                   void (*changed)(void *context, enum admin_change change,
                                                   int64_t id),
                                   void *context, struct control_server **ret_server,
                                   struct err *err);
/* Finishes the command that is running, if any, removes the socket and ends the thread; takes null. */
void control_server_stop(struct control_server *server);
