/* fail.h -- how the bench ends when something is not as it must be.
 *
 * A measurement that went wrong has no use, so nothing here is returned: it is said, and the
 * program ends. Children die with it (server.c, bare.c).
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Prints "bench: …" with the text of errno where `fail_sys` is used, and exits with 1. */
__attribute__((format(printf, 1, 2), noreturn, cold)) void fail(const char *format, ...);
__attribute__((format(printf, 1, 2), noreturn, cold)) void fail_sys(const char *format, ...);

/* A line of progress on stderr. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Zeroed memory; never null. */
void *make(size_t count, size_t size);
/* Grows to `count` elements; what is new is not zeroed. */
void *grow(void *memory, size_t count, size_t size);
