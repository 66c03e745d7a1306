/* moved_clock.c -- preloaded into a server under test: its clocks show what a file says.
 *
 * The file that MOVED_CLOCK names holds three int64: milliseconds added to the wall clock, milliseconds added to
 * the steady clocks, and whether the wall clock stands still at the first. It is mapped, so that a change holds
 * from the next look. Real system calls are made by number: the names are ours here.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct offsets {
    volatile int64_t wall_ms, steady_ms, is_frozen;
};

static const struct offsets *offsets;

__attribute__((constructor)) static void map_offsets(void)
{
    const char *path = getenv("MOVED_CLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*offsets), PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        abort(); /* a test whose clock does not move would prove nothing */
    }
    (void)close(fd);
    offsets = map;
}

static int is_wall(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    if (syscall(SYS_clock_gettime, clock, ret_time) != 0) {
        return -1;
    }
    if (offsets == NULL) {
        return 0; /* another library asks before we are ready */
    }
    int64_t offset_ms = is_wall(clock) ? offsets->wall_ms : offsets->steady_ms;
    if (is_wall(clock) && offsets->is_frozen != 0) {
        ret_time->tv_sec = 0;
        ret_time->tv_nsec = 0;
    }
    int64_t nanoseconds = ret_time->tv_nsec + offset_ms % 1000 * 1000000;
    int64_t carry = nanoseconds < 0 ? -1 : nanoseconds / 1000000000;
    ret_time->tv_sec += offset_ms / 1000 + carry;
    ret_time->tv_nsec = nanoseconds - carry * 1000000000;
    return 0;
}

time_t time(time_t *ret_time)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails for no clock that there is */
    if (ret_time != NULL) {
        *ret_time = now.tv_sec;
    }
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* fails for no clock that there is */
    *ret_time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}
