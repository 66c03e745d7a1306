/* user_add.c -- `parlor user add HANDLE`: makes an account and prints its id.
 *
 * A password comes on stdin, never as an argument, where every user of the machine could read it.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "command/admin_command.h"
#include "command/command.h"
#include "base/limits.h"

/* All of stdin but one newline at its end; what is too long is left to the rules to refuse. */
static bool read_password(char *text, size_t size, Str *ret_password, struct err *err)
{
    size_t len = 0;
    ssize_t count = 1;
    while (count > 0 && len < size) {
        count = read(STDIN_FILENO, text + len, size - len);
        if (count < 0 && errno == EINTR) {
            count = 1;
        } else if (count > 0) {
            len += (size_t)count;
        }
    }
    if (count < 0) {
        return err_sys(err, "cannot read the password from stdin");
    }
    Str password = str_of(text, len);
    if (str_ends(password, S("\n"))) {
        password.len -= str_ends(password, S("\r\n")) ? 2 : 1;
    }
    *ret_password = password;
    return true;
}

int command_user_add(struct command_line *line)
{
    char password[LIMIT_PASSWORD + 3]; /* and a line's end, and one byte that tells of more */
    struct err err = {0};
    struct admin_request request = {
        .verb = ADMIN_USER_ADD,
        .handle = str_from_z(line->arguments[0]),
        .name = str_from_z(command_line_option(line, "name")),
        .is_admin = command_line_option(line, "admin") != NULL,
        .has_password = command_line_option(line, "password-stdin") != NULL,
    };
    if (request.has_password &&
        !read_password(password, sizeof(password), &request.password, &err)) {
        return command_line_fail(&err);
    }
    int code = admin_command_run(line, &request);
    sodium_memzero(password, sizeof(password));
    return code;
}
