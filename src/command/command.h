/* command.h -- the commands of the program; the table of them is in main.c.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "command/command_line.h"

int command_serve(struct command_line *line);
int command_user_add(struct command_line *line);
int command_room_add(struct command_line *line);
int command_session_add(struct command_line *line);
int command_check_config(struct command_line *line);
int command_routes(struct command_line *line);
int command_version(struct command_line *line);
