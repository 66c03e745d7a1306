/* check.h -- assertions for programmer errors, and the few compiler attributes that Parlor uses.
 *
 * CHECK stays on in every build: a broken invariant ends the process before it can write something
 * wrong. Never used for input, which may be anything; that is what base/err.h is for.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#define COLD __attribute__((cold))
#define NORETURN __attribute__((noreturn))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* The struct that embeds `member` at `ptr`. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Ends the process with the place and the condition on stderr, and a core. */
#define CHECK(cond) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, #cond))

/* Ends the process where the program cannot be. */
#define UNREACHABLE(why) check_failed(__FILE__, __LINE__, why)

/* CHECK for two integers; prints both sides. */
#define CHECK_EQ(a, b)                                                                             \
    do {                                                                                           \
        long long check_a_ = (long long)(a), check_b_ = (long long)(b);                            \
        if (check_a_ != check_b_) {                                                                \
            check_failed_eq(__FILE__, __LINE__, #a " == " #b, check_a_, check_b_);                 \
        }                                                                                          \
    } while (0)

NORETURN COLD void check_failed(const char *file, int line, const char *cond);
NORETURN COLD void check_failed_eq(const char *file, int line, const char *cond, long long a,
                                   long long b);
