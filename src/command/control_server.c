/* control_server.c -- see control_server.h.
 * SPDX-License-Identifier: MIT */
#include "command/control_server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "command/control_line.h"
#include "command/control_message.h"
#include "base/limits.h"

static const char socket_name[] = "control.sock";

struct control_server {
    struct admin admin;
    int folder_fd; /* the caller's */
    int listen_fd;
    int wake_fd; /* readable: stop */
    bool is_running;
    pthread_t thread;
};

static void *run(void *context);

/* --- starting and stopping -------------------------------------------------------------------------- */

static bool bind_socket(struct control_server *server, struct err *err)
{
    struct sockaddr_un address = control_line_address(server->folder_fd);
    if (unlinkat(server->folder_fd, socket_name, 0) != 0 && errno != ENOENT) {
        return err_sys(err, "cannot remove the old %s", socket_name);
    }
    server->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->listen_fd < 0) {
        return err_sys(err, "socket");
    }
    /* Nobody can connect before listen(2), so nobody meets the mode that the umask gave. */
    if (bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        fchmodat(server->folder_fd, socket_name, 0600, 0) != 0 ||
        listen(server->listen_fd, LIMIT_CONTROL_BACKLOG) != 0) {
        return err_sys(err, "cannot listen on %s", socket_name);
    }
    return true;
}

bool control_server_start(struct store *store, int data_dirfd, const struct settings *settings,
                          void (*changed)(void *context, enum admin_change change, int64_t id),
                          void *context, struct control_server **ret_server, struct err *err)
{
    struct control_server *server = mem_new(struct control_server);
    *server = (struct control_server){
        .admin = {.store = store, .settings = settings, .changed = changed, .context = context},
        .folder_fd = data_dirfd,
        .listen_fd = -1,
        .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
    };
    if (server->wake_fd < 0) {
        (void)err_sys(err, "eventfd");
    } else if (bind_socket(server, err)) {
        errno = pthread_create(&server->thread, NULL, run, server);
        server->is_running = errno == 0;
        if (!server->is_running) {
            (void)err_sys(err, "cannot start the control socket's thread");
        }
    }
    if (!server->is_running) {
        control_server_stop(server);
        return false;
    }
    *ret_server = server;
    return true;
}

void control_server_stop(struct control_server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->is_running) {
        CHECK_EQ(eventfd_write(server->wake_fd, 1), 0);
        CHECK_EQ(pthread_join(server->thread, NULL), 0);
    }
    if (server->listen_fd >= 0) {
        (void)unlinkat(server->folder_fd, socket_name, 0); /* the next server replaces what stays */
        (void)close(server->listen_fd);
    }
    if (server->wake_fd >= 0) {
        (void)close(server->wake_fd);
    }
    mem_free(server);
}

/* --- the thread ------------------------------------------------------------------------------------- */

static bool check_peer(int fd, struct err *err)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
        return err_sys(err, "SO_PEERCRED");
    }
    if (peer.uid != geteuid() && peer.uid != 0) {
        return err_set(err, ERR_DENIED, "the server runs as user %u", (unsigned)geteuid());
    }
    return true;
}

static bool serve_request(struct control_server *server, Str line, struct buf *output,
                          struct err *err)
{
    struct arena arena = {0};
    struct admin_request request = {0};
    bool is_done = control_message_read_request(line, &arena, &request, err);
    if (is_done) {
        is_done = admin_run(&server->admin, &request, output, err);
        log_info("control", log_str("command", str_from_z(admin_verb_name(request.verb))),
                 log_str("result", str_from_z(is_done ? "ok" : err_kind_name(err->kind))));
    }
    arena_finish(&arena);
    return is_done;
}

static void serve_client(struct control_server *server, int fd)
{
    struct buf line = {0};
    struct buf output = {0};
    struct buf reply = {0};
    struct err err = {0};
    bool is_done =
        check_peer(fd, &err) &&
        control_line_read(fd, server->wake_fd, clock_mono_ms() + LIMIT_CONTROL_MS, &line, &err) &&
        serve_request(server, buf_str(&line), &output, &err);
    CHECK(is_done == (err.kind == ERR_NONE));
    control_message_put_reply(buf_str(&output), &err, &reply);
    if (!control_line_write(fd, server->wake_fd, clock_mono_ms() + LIMIT_CONTROL_MS, buf_str(&reply),
                            &err)) {
        log_debug("control.reply", log_err(&err)); /* the client went away, or was never heard */
    }
    buf_finish(&line);
    buf_finish(&output);
    buf_finish(&reply);
}

static void *run(void *context)
{
    struct control_server *server = context;
    while (control_line_wait(server->listen_fd, POLLIN, server->wake_fd, 0)) {
        int fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            serve_client(server, fd);
            (void)close(fd); /* what was to be said was sent */
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            (void)control_line_wait(-1, 0, server->wake_fd, clock_mono_ms() + LIMIT_EMFILE_PAUSE_MS);
        }
    }
    return NULL;
}
