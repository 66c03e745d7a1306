/* serve.c -- `parlor serve`: puts the parts together, runs them, and takes them apart again.
 *
 * Start: lock on the folder, store, loops, live, web, control socket, then the line on stdout. Stop, on
 * SIGTERM, SIGINT, or SIGHUP when a terminal goes: accept nothing, answer what is in flight, commit what is
 * queued, close the live sockets with 1012, and exit 0 within LIMIT_DRAIN_MS. The main thread only waits for signals, and looks
 * now and then whether the database's files are still there.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/metrics.h"
#include "command/command.h"
#include "command/control_server.h"
#include "command/data_folder.h"
#include "html/html.h"
#include "http/static_file.h"
#include "live/live.h"
#include "net/address_table.h"
#include "web/web.h"

/* Everything that runs; parts are null or zero until they are there. */
struct server {
    struct settings settings;
    struct arena arena;
    struct data_folder *folder;
    struct store *store;
    struct loop *loops[LIMIT_LOOPS];
    pthread_t threads[LIMIT_LOOPS];
    int loop_count;
    int thread_count;
    struct live *live;
    struct web *web;
    struct control_server *control;
};

static int processors(void)
{
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

/* cgroup v2: "MAX PERIOD" microseconds; "max" means no quota. */
static int processor_quota(void)
{
    long long quota;
    long long period;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (file == NULL) {
        return LIMIT_LOOPS;
    }
    int fields = fscanf(file, "%lld %lld", &quota, &period);
    (void)fclose(file); /* opened for reading: nothing can be lost */
    return fields == 2 && period > 0 ? (int)MAX(1, quota / period) : LIMIT_LOOPS;
}

static int wanted_loops(const struct settings *settings)
{
    if (settings->loops > 0) {
        return (int)settings->loops;
    }
    return MIN(MIN(processors(), processor_quota()), LIMIT_LOOPS);
}

static void control_changed(void *context, enum admin_change change, int64_t id)
{
    struct server *server = context;
    switch (change) {
    case ADMIN_CHANGED_PERSON:
        live_invalidate(server->live, id);
        break;
    case ADMIN_CHANGED_ROOM:
        live_rooms_changed(server->live, 0);
        break;
    case ADMIN_CHANGED_SESSION:
        break; /* sessions that nobody has seen yet are in no cache */
    }
}

static void *run_loop(void *loop)
{
    loop_run(loop);
    return NULL;
}

/* --- starting ----------------------------------------------------------------------------------------- */

static bool create_loops(struct server *server, struct err *err)
{
    int count = wanted_loops(&server->settings);
    for (int i = 0; i < count; i++) {
        if (!loop_create(i, &server->loops[i], err)) {
            return false;
        }
        server->loop_count++;
    }
    return true;
}

static bool start_threads(struct server *server, struct err *err)
{
    for (int i = 0; i < server->loop_count; i++) {
        errno = pthread_create(&server->threads[i], NULL, run_loop, server->loops[i]);
        if (errno != 0) {
            return err_sys(err, "cannot start a loop's thread");
        }
        server->thread_count++;
    }
    return true;
}

static bool start(struct server *server, struct err *err)
{
    const struct settings *settings = &server->settings;
    struct store_config config = {.folder = settings->data, .readers = LIMIT_STORE_READERS};
    log_configure(settings->log_level, settings->log_format);
    address_table_configure(settings->sockets_per_address);
    static_file_use_folder(settings->assets[0] == '\0' ? NULL : settings->assets);
    html_set_asset_resolver(static_file_url);
    if (!data_folder_open(settings->data, &server->folder, err) ||
        !store_open(&config, &server->store, err) || !create_loops(server, err)) {
        return false;
    }
    server->live = live_create(settings, server->store, server->loops, server->loop_count);
    server->web = web_create(settings, server->live, server->store);
    return web_listen(server->web, server->loops, server->loop_count, err) &&
           control_server_start(server->store, data_folder_fd(server->folder), settings,
                                control_changed, server, &server->control, err) &&
           start_threads(server, err);
}

static void announce(const struct server *server)
{
    char address[64];
    listener_address(server->web->homes[0].listener, address);
    if (!server->web->is_https && !listener_is_loopback(server->web->homes[0].listener)) {
        log_warn("cookie.insecure", log_str("listen", str_from_z(address)),
                 log_str("advice", S("set public_url to an https address behind a TLS proxy")));
    }
    if (geteuid() == 0) {
        log_warn("user.root", log_str("advice", S("run it as a user of its own, who owns the data folder")));
    }
    log_info("start", log_str("listen", str_from_z(address)),
             log_i64("loops", server->loop_count), log_str("data", str_from_z(server->settings.data)));
    (void)printf("listening http://%s\n", address);
    (void)fflush(stdout); /* whoever reads it waits for it; nobody has to */
}

/* --- stopping ----------------------------------------------------------------------------------------- */

static void sleep_ms(long ms)
{
    (void)nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* Nothing new can begin, and nothing is under way. */
static bool is_quiet(const struct server *server)
{
    return web_is_drained(server->web) && live_is_drained(server->live) &&
           metrics_get(sockets) + metrics_get(http_connections) + metrics_get(http_exchanges) == 0;
}

static bool wait_until_quiet(const struct server *server, Millis deadline)
{
    enum { POLL_MS = 10 };
    while (!is_quiet(server) && clock_mono_ms() < deadline) {
        sleep_ms(POLL_MS);
    }
    return is_quiet(server);
}

/* Everybody gets their answer; who takes it too slowly is cut. */
static bool drain(struct server *server)
{
    Millis deadline = clock_mono_ms() + LIMIT_DRAIN_MS;
    web_drain(server->web);
    live_drain(server->live);
    if (wait_until_quiet(server, deadline - 2 * LIMIT_WS_CLOSE_MS)) {
        return true;
    }
    log_warn("stop.cut", log_i64("sockets", metrics_get(sockets)),
             log_i64("http", metrics_get(http_connections)));
    web_cut(server->web);
    return wait_until_quiet(server, deadline - LIMIT_WS_CLOSE_MS);
}

/* The store stops before the loops: they take its last answers home. It is closed after them: what
 * those answers set off may still ask it, and is told that it is busy. */
static void take_apart(struct server *server)
{
    for (int i = 0; i < server->thread_count; i++) {
        loop_stop(server->loops[i]);
    }
    for (int i = 0; i < server->thread_count; i++) {
        (void)pthread_join(server->threads[i], NULL);
    }
    web_destroy(server->web);
    live_destroy(server->live);
    for (int i = 0; i < server->loop_count; i++) {
        loop_destroy(server->loops[i]);
    }
    store_close(server->store);
    data_folder_close(server->folder);
    arena_finish(&server->arena);
}

static void stop(struct server *server)
{
    bool is_drained = drain(server);
    control_server_stop(server->control);
    store_stop(server->store);
    log_info("stop", log_i64("sockets", metrics_get(sockets)));
    if (is_drained) {
        take_apart(server);
    } /* else all is stored, and a loop may be in the middle of something: the process just ends */
}

/* Meanwhile the main thread sees to it that a server in which nobody writes notices that its files are gone. */
static int wait_for_signal(const struct server *server, const sigset_t *signals)
{
    const struct timespec patience = {.tv_sec = LIMIT_FILES_CHECK_MS / 1000};
    int number;
    while ((number = sigtimedwait(signals, NULL, &patience)) < 0) {
        CHECK(errno == EAGAIN || errno == EINTR);
        store_check_files(server->store);
    }
    return number;
}

int command_serve(struct command_line *line)
{
    static struct server server;
    struct err err = {0};
    sigset_t signals;
    if (!command_line_settings(line, &server.arena, &server.settings)) {
        return COMMAND_USAGE;
    }
    /* Blocked before any thread is made, so that every thread inherits it and only we are told. */
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (!start(&server, &err)) {
        (void)fprintf(stderr, "parlor: %s\n", err.message);
        return err.kind == ERR_INPUT ? COMMAND_USAGE : COMMAND_FAILED;
    }
    announce(&server);
    int number = wait_for_signal(&server, &signals);
    log_info("stopping", log_i64("signal", number));
    stop(&server);
    return COMMAND_OK;
}
