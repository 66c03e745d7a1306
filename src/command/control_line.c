/* control_line.c -- see control_line.h.
 * SPDX-License-Identifier: MIT */
#include "command/control_line.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/limits.h"

struct sockaddr_un control_line_address(int folder_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int len = snprintf(address.sun_path, sizeof(address.sun_path),
                       "/proc/self/fd/%d/control.sock", folder_fd);
    CHECK(len > 0 && (size_t)len < sizeof(address.sun_path));
    return address;
}

bool control_line_wait(int fd, short events, int wake_fd, Millis deadline)
{
    struct pollfd fds[] = {{.fd = fd, .events = events}, {.fd = wake_fd, .events = POLLIN}};
    for (;;) {
        Millis left = deadline == 0 ? -1 : MAX(deadline - clock_mono_ms(), 0);
        int count = poll(fds, ARRAY_LEN(fds), (int)left);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        return count > 0 && fds[1].revents == 0;
    }
}

bool control_line_read(int fd, int wake_fd, Millis deadline, struct buf *line, struct err *err)
{
    size_t start = line->len;
    while (line->len - start <= LIMIT_CONTROL_LINE) {
        enum { STEP = 4096 };
        if (!control_line_wait(fd, POLLIN, wake_fd, deadline)) {
            return err_set(err, ERR_BUSY, "no line came in time on the control socket");
        }
        buf_reserve(line, STEP);
        ssize_t count = recv(fd, line->data + line->len, STEP, 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            continue;
        }
        if (count < 0) {
            return err_sys(err, "control socket");
        }
        if (count == 0) {
            return err_set(err, ERR_INTERNAL, "the control socket was closed in the middle of a line");
        }
        ptrdiff_t end = str_find(str_of(line->data + line->len, (size_t)count), '\n');
        line->len += end < 0 ? (size_t)count : (size_t)end;
        if (end >= 0) {
            return true;
        }
    }
    return err_set(err, ERR_INPUT, "a line on the control socket is longer than %d bytes",
                   LIMIT_CONTROL_LINE);
}

bool control_line_write(int fd, int wake_fd, Millis deadline, Str line, struct err *err)
{
    while (line.len > 0) {
        ssize_t count = send(fd, line.data, line.len, MSG_NOSIGNAL);
        if (count >= 0) {
            line = str_skip(line, (size_t)count);
        } else if (errno == EAGAIN) {
            if (!control_line_wait(fd, POLLOUT, wake_fd, deadline)) {
                return err_set(err, ERR_BUSY, "the control socket took no line in time");
            }
        } else if (errno != EINTR) {
            return err_sys(err, "control socket");
        }
    }
    return true;
}
