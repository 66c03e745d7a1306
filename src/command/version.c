/* version.c -- `parlor version`.
 * SPDX-License-Identifier: MIT */
#include "command/command.h"

int command_version(struct command_line *line)
{
    (void)line;
    return command_line_print(S("parlor 0.1.0\n"));
}
