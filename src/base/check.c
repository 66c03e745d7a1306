/* check.c -- the end, when a promise that the program makes to itself does not hold.
 * SPDX-License-Identifier: MIT */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *file, int line, const char *cond)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, cond);
    abort();
}

void check_failed_eq(const char *file, int line, const char *cond, long long a, long long b)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s (%lld, %lld)\n", file, line, cond, a, b);
    abort();
}
