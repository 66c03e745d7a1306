/* session_add.c -- `parlor session add HANDLE`: signs somebody in and prints the cookie, for tests, load
 * and people who are locked out.
 * SPDX-License-Identifier: MIT */
#include "command/admin_command.h"
#include "command/command.h"

int command_session_add(struct command_line *line)
{
    struct admin_request request = {.verb = ADMIN_SESSION_ADD,
                                    .handle = str_from_z(line->arguments[0])};
    return admin_command_run(line, &request);
}
