/* fuzz_settings.c -- a settings file is taken whole or refused with its place.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool load(struct arena *arena, const void *data, size_t size, struct settings *ret_settings,
                 char path[32], struct err *err)
{
    static char *const no_environment[] = {NULL};
    static const char *const no_options[] = {NULL};
    int fd = memfd_create("settings", MFD_CLOEXEC);
    CHECK(fd >= 0);
    CHECK_EQ(write(fd, data, size), size);
    (void)snprintf(path, 32, "/proc/self/fd/%d", fd);
    bool is_good = settings_load(arena, path, no_environment, no_options, ret_settings, err);
    CHECK_EQ(close(fd), 0);
    return is_good;
}

/* "FILE:LINE: why", in one line. */
static void check_refusal(const char *path, const struct err *err)
{
    int line = 0;
    CHECK_EQ(err->kind, ERR_INPUT);
    CHECK(strncmp(err->message, path, strlen(path)) == 0);
    CHECK(sscanf(err->message + strlen(path), ":%d: ", &line) == 1 && line > 0);
    CHECK(strchr(err->message, '\n') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct settings settings, again;
    struct err err = {0};
    char path[32];
    if (load(&arena, size == 0 ? (const void *)"" : data, size, &settings, path, &err)) {
        struct buf printed = {0};
        settings_print(&settings, &printed);
        CHECK(load(&arena, printed.data, printed.len, &again, path, &err));
        for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
            CHECK(strcmp(settings.texts[setting], again.texts[setting]) == 0);
        }
        buf_finish(&printed);
    } else {
        check_refusal(path, &err);
    }
    arena_finish(&arena);
    return 0;
}
