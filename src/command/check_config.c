/* check_config.c -- `parlor check-config`: what holds and where it comes from; touches nothing.
 * SPDX-License-Identifier: MIT */
#include "command/command.h"

int command_check_config(struct command_line *line)
{
    struct arena arena = {0};
    struct buf out = {0};
    struct settings settings;
    int code = COMMAND_USAGE;
    if (command_line_settings(line, &arena, &settings)) {
        settings_print(&settings, &out);
        code = command_line_print(buf_str(&out));
    }
    buf_finish(&out);
    arena_finish(&arena);
    return code;
}
