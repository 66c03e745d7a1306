/* admin_command.h -- a command that changes the store: by itself, or through the running server.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "command/admin.h"
#include "command/command_line.h"

/* Takes the data folder's lock and does it, or asks whoever holds the lock, for up to LIMIT_CONTROL_MS;
 * prints the output. Returns the exit code. */
int admin_command_run(struct command_line *line, const struct admin_request *request);
