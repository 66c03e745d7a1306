/* fail.c -- see fail.h.
 * SPDX-License-Identifier: MIT */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(const char *format, va_list arguments)
{
    (void)fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, arguments);
}

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    exit(1);
}

void fail_sys(const char *format, ...)
{
    int code = errno;
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, ": %s\n", strerror(code));
    exit(1);
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

void *make(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        fail("out of memory");
    }
    return memory;
}

void *grow(void *memory, size_t count, size_t size)
{
    memory = reallocarray(memory, count, size);
    if (memory == NULL) {
        fail("out of memory");
    }
    return memory;
}
