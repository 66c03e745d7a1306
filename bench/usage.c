/* usage.c -- see usage.h.
 * SPDX-License-Identifier: MIT */
#include "usage.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

enum { SAME_FOR = 3, LOOK_EVERY_US = 300000, LOOKS_MAX = 100 };

Nanos usage_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* this clock always works */
    return now.tv_sec * (Nanos)NANOS_PER_S + now.tv_nsec;
}

static Nanos cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec spent;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0) {
        fail("process %d is gone while it was measured", (int)pid);
    }
    return spent.tv_sec * (Nanos)NANOS_PER_S + spent.tv_nsec;
}

struct usage usage_of(pid_t pid)
{
    struct usage usage = {.at = usage_now(), .cpu = cpu_of(pid)};
    char path[64];
    char line[1024];
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof(line), file) == NULL) {
        fail_sys("%s", path);
    }
    (void)fclose(file);
    const char *after_name = strrchr(line, ')');
    long long user;
    long long system;
    if (after_name == NULL ||
        sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld", &user,
               &system) != 2) {
        fail("%s is not understood", path);
    }
    usage.user_ticks = user;
    usage.system_ticks = system;
    return usage;
}

struct usage_span usage_between(const struct usage *from, const struct usage *to)
{
    struct usage_span span = {
        .seconds = (double)(to->at - from->at) / NANOS_PER_S,
        .cpu_s = (double)(to->cpu - from->cpu) / NANOS_PER_S,
    };
    double user = (double)(to->user_ticks - from->user_ticks);
    double system = (double)(to->system_ticks - from->system_ticks);
    span.system_share = user + system > 0 ? system / (user + system) : 0;
    span.load = span.cpu_s / span.seconds;
    return span;
}

struct machine_use machine_use_now(void)
{
    struct machine_use use = {0};
    struct tms own;
    long long user;
    long long nice;
    long long system;
    FILE *file = fopen("/proc/stat", "r");
    if (file == NULL || fscanf(file, "cpu %lld %lld %lld", &user, &nice, &system) != 3) {
        fail_sys("/proc/stat");
    }
    (void)fclose(file);
    (void)times(&own); /* its result is a time that nobody needs */
    use.all = user + nice + system;
    use.own = own.tms_utime + own.tms_stime + own.tms_cutime + own.tms_cstime;
    return use;
}

struct memory memory_of(pid_t pid)
{
    struct memory memory = {0};
    char path[64];
    char line[256];
    long long kib;
    (void)snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fail_sys("%s", path);
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "Rss: %lld kB", &kib) == 1) {
            memory.rss = kib * 1024;
        } else if (sscanf(line, "Anonymous: %lld kB", &kib) == 1) {
            memory.anonymous = kib * 1024;
        }
    }
    (void)fclose(file);
    return memory;
}

struct memory memory_settled(pid_t pid)
{
    struct memory last = {0};
    int same = 0;
    for (int i = 0; same < SAME_FOR; i++) {
        struct memory now = memory_of(pid);
        same = now.rss == last.rss ? same + 1 : 0;
        last = now;
        if (i == LOOKS_MAX) {
            fail("the server's memory does not settle");
        }
        (void)usleep(LOOK_EVERY_US);
    }
    return last;
}

int64_t memory_peak(pid_t pid)
{
    char path[64];
    char line[256];
    long long kib = -1;
    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && kib < 0 && fgets(line, sizeof(line), file) != NULL) {
        (void)sscanf(line, "VmHWM: %lld kB", &kib);
    }
    if (file == NULL || kib < 0) {
        fail_sys("%s", path);
    }
    (void)fclose(file);
    return kib * 1024;
}

void memory_peak_reset(pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)pid);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs("5", file) < 0 || fclose(file) != 0) {
        fail_sys("%s", path);
    }
}

struct cores cores_find(void)
{
    cpu_set_t allowed;
    struct cores cores = {.server = -1, .client = -1};
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
        fail_sys("sched_getaffinity");
    }
    for (int core = 0; core < CPU_SETSIZE && cores.count < 2; core++) {
        if (CPU_ISSET(core, &allowed)) {
            *(cores.count == 0 ? &cores.server : &cores.client) = core;
            cores.count++;
        }
    }
    if (cores.count < 2) {
        fail("needs two processors: one for the server and one for the load");
    }
    cores.count = CPU_COUNT(&allowed);
    return cores;
}

void cores_pin(const struct cores *cores, int core)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core >= 0 ? core : cores->server, &set);
    if (core < 0) {
        CPU_SET(cores->client, &set);
    }
    if (sched_setaffinity(0, sizeof(set), &set) != 0) {
        fail_sys("sched_setaffinity");
    }
}

void cores_pin_process(pid_t pid, int core)
{
    char path[64];
    cpu_set_t set;
    struct dirent *entry;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) {
        fail_sys("%s", path);
    }
    while ((entry = readdir(tasks)) != NULL) {
        int task = (int)strtol(entry->d_name, NULL, 10);
        if (task > 0 && sched_setaffinity(task, sizeof(set), &set) != 0) {
            say("thread %d of the peer cannot be pinned", task);
        }
    }
    (void)closedir(tasks);
}
