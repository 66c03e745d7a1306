/* fuzz_replay.c -- runs a fuzz target over files instead of a fuzzer's inventions: corpus and
 * crashes.
 *
 *   fuzz_NAME FOLDER ...   every regular file of each folder is one input
 *
 * Linked with one tests/fuzz/fuzz_NAME.c, built by gcc with sanitizers. A folder that does not
 * exist is empty (most targets never crashed), but no input at all is a failure. What kills a
 * target leaves its file's name behind. Prints a closing line as cmocka does, for script/test to
 * count. SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *__ubsan_default_options(void);

static char current[1024]; /* path of the input that is being run */

/* UBSan asks for its options here; without this one it exits past every hook that could tell. */
const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

static void tell_current(void)
{
    (void)!write(STDERR_FILENO, "killed by ", 10); /* nobody is left to tell of a failure */
    (void)!write(STDERR_FILENO, current, strlen(current));
    (void)!write(STDERR_FILENO, "\n", 1);
}

static void tell_abort(int signal_number)
{
    (void)signal_number;
    tell_current();
}

/* The input gets memory of just its size, so that a sanitizer sees the first byte read too far. */
static bool run_file(int fd, size_t size)
{
    uint8_t *data = mem_alloc(size);
    size_t len = 0;
    ssize_t got = 1;
    while (len < size && (got = read(fd, data + len, size - len)) > 0) {
        len += (size_t)got;
    }
    if (len == size) {
        (void)LLVMFuzzerTestOneInput(data, size);
    }
    mem_free(data);
    return len == size;
}

/* Counts the inputs that were run; ends the program on one that cannot be read. */
static size_t run_folder(const char *folder)
{
    size_t count = 0;
    struct dirent *entry;
    DIR *dir = opendir(folder);
    if (dir == NULL && errno == ENOENT) {
        return 0;
    }
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        struct stat stat;
        (void)snprintf(current, sizeof(current), "%s/%s", folder, entry->d_name);
        int fd = open(current, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &stat) != 0 ||
            (S_ISREG(stat.st_mode) && !run_file(fd, (size_t)stat.st_size))) {
            perror(current);
            _exit(1);
        }
        count += S_ISREG(stat.st_mode);
        (void)close(fd);
    }
    if (dir == NULL) {
        perror(folder);
        _exit(1);
    }
    (void)closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    size_t count = 0;
    CHECK(sodium_init() >= 0);
    (void)signal(SIGABRT, tell_abort); /* on return abort() goes on and kills */
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(tell_current);
#endif
    for (int i = 1; i < argc; i++) {
        count += run_folder(argv[i]);
    }
    if (count == 0) {
        (void)fprintf(stderr, "%s: no input to replay\n", argv[0]);
        return 1;
    }
    (void)printf("%s\n[  PASSED  ] %zu test(s).\n", argv[0], count);
    return 0;
}
