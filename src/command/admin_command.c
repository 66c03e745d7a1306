/* admin_command.c -- see admin_command.h.
 * SPDX-License-Identifier: MIT */
#include "command/admin_command.h"

#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "command/control_client.h"
#include "command/data_folder.h"
#include "base/limits.h"

static bool run_here(const struct settings *settings, const struct admin_request *request,
                     struct buf *output, struct err *err)
{
    struct store_config config = {.folder = settings->data, .readers = 1};
    struct admin admin = {.settings = settings};
    if (!store_open(&config, &admin.store, err)) {
        return false;
    }
    bool is_done = admin_run(&admin, request, output, err);
    store_close(admin.store);
    return is_done;
}

static bool run_there(int fd, const struct admin_request *request, Millis deadline,
                      struct buf *output, struct err *err)
{
    bool is_done = control_client_ask(fd, request, deadline, output, err);
    (void)close(fd);
    return is_done;
}

/* Whoever holds the lock may be a server that is not yet, or no longer, listening, or another command
 * that will be done soon: both ways are tried in turn until one opens. */
static bool run_anywhere(const struct settings *settings, const struct admin_request *request,
                         struct buf *output, struct err *err)
{
    const struct timespec pause = {.tv_nsec = LIMIT_CONTROL_RETRY_MS * 1000000L};
    Millis deadline = clock_mono_ms() + LIMIT_CONTROL_MS;
    for (;;) {
        struct data_folder *folder;
        int fd;
        if (data_folder_open(settings->data, &folder, err)) {
            bool is_done = run_here(settings, request, output, err);
            data_folder_close(folder);
            return is_done;
        }
        if (err->kind != ERR_BUSY) {
            return false;
        }
        if (control_client_open(settings->data, &fd, err)) {
            return run_there(fd, request, deadline, output, err);
        }
        if (err->kind != ERR_BUSY || clock_mono_ms() >= deadline) {
            return false;
        }
        (void)nanosleep(&pause, NULL);
    }
}

/* Whoever signs somebody in means a house that is there: with a mistyped folder they would get a new
 * one, and be told that nobody lives in it. Accounts and rooms may come before the first start. */
static bool needs_house(const struct admin_request *request)
{
    return request->verb == ADMIN_SESSION_ADD;
}

static bool run(const struct settings *settings, const struct admin_request *request,
                struct buf *output, struct err *err)
{
    if (needs_house(request) && !store_is_there(settings->data)) {
        return err_set(err, ERR_MISSING, "there is no house in data folder %s; name another with --data",
                       settings->data);
    }
    return run_anywhere(settings, request, output, err);
}

int admin_command_run(struct command_line *line, const struct admin_request *request)
{
    struct arena arena = {0};
    struct buf output = {0};
    struct err err = {0};
    struct settings settings;
    int code = COMMAND_USAGE;
    if (command_line_settings(line, &arena, &settings)) {
        log_configure(settings.log_level, settings.log_format);
        if (run(&settings, request, &output, &err)) {
            buf_put_char(&output, '\n');
            code = command_line_print(buf_str(&output));
        } else {
            code = command_line_fail(&err);
        }
    }
    buf_finish(&output);
    arena_finish(&arena);
    return code;
}
