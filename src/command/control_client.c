/* control_client.c -- see control_client.h.
 * SPDX-License-Identifier: MIT */
#include "command/control_client.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "command/control_line.h"
#include "command/control_message.h"

static bool connect_to(int fd, const char *path, struct err *err)
{
    int folder_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0) {
        return err_sys(err, "cannot open data folder %s", path);
    }
    struct sockaddr_un address = control_line_address(folder_fd);
    bool is_connected = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (!is_connected) {
        bool is_busy = errno == ECONNREFUSED || errno == ENOENT || errno == EAGAIN;
        (void)err_sys(err, "another process holds data folder %s and does not answer", path);
        err->kind = is_busy ? ERR_BUSY : err->kind;
    }
    (void)close(folder_fd);
    return is_connected;
}

bool control_client_open(const char *path, int *ret_fd, struct err *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err_sys(err, "socket");
    }
    if (!connect_to(fd, path, err)) {
        (void)close(fd);
        return false;
    }
    *ret_fd = fd;
    return true;
}

bool control_client_ask(int fd, const struct admin_request *request, Millis deadline,
                        struct buf *output, struct err *err)
{
    struct buf line = {0};
    bool is_done = control_message_put_request(request, &line, err) &&
                   control_line_write(fd, -1, deadline, buf_str(&line), err);
    buf_clear(&line);
    is_done = is_done && control_line_read(fd, -1, deadline, &line, err) &&
              control_message_read_reply(buf_str(&line), output, err);
    buf_finish(&line);
    return is_done;
}
