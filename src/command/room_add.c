/* room_add.c -- `parlor room add NAME`: makes an open room and prints its id.
 * SPDX-License-Identifier: MIT */
#include "command/admin_command.h"
#include "command/command.h"

int command_room_add(struct command_line *line)
{
    struct admin_request request = {.verb = ADMIN_ROOM_ADD,
                                    .name = str_from_z(line->arguments[0])};
    return admin_command_run(line, &request);
}
