/* usage.h -- what a process costs, and where it runs.
 *
 * Processor time is the kernel's own count in nanoseconds, of all threads, read by the clock of the
 * process; clock ticks only say how it divides into user and system.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef int64_t Nanos;

enum { NANOS_PER_S = 1000000000 };

Nanos usage_now(void);

struct usage {
    Nanos at, cpu;
    int64_t user_ticks, system_ticks;
};

struct usage usage_of(pid_t pid);

struct usage_span {
    double seconds, cpu_s;
    double system_share; /* of cpu_s, 0 to 1 */
    double load;         /* processors kept busy */
};

struct usage_span usage_between(const struct usage *from, const struct usage *to);

/* Processor time of the whole machine, of this program and of its ended children, in clock ticks:
 * what is left is others'. */
struct machine_use {
    int64_t all, own;
};

struct machine_use machine_use_now(void);

struct memory {
    int64_t rss, anonymous; /* bytes */
};

struct memory memory_of(pid_t pid);
/* Once it has stayed the same for a while. */
struct memory memory_settled(pid_t pid);
/* The highest RSS since memory_peak_reset, bytes. */
int64_t memory_peak(pid_t pid);
void memory_peak_reset(pid_t pid);

/* The processors that the bench may use: the first for what is measured, the second for itself. */
struct cores {
    int server, client;
    int count;
};

struct cores cores_find(void);
/* Pins the calling thread; -1 lets it run on both. */
void cores_pin(const struct cores *cores, int core);
/* Pins every thread of another process, as far as that is allowed. */
void cores_pin_process(pid_t pid, int core);
