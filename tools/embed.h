/* embed.h -- what the two embedding tools share: reading files, failing, and writing only what changed.
 *
 * Host programs of the build: they stand alone, use only libc, and end the build on any error.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

struct text {
    char *data;
    size_t len, cap;
};

__attribute__((noreturn, format(printf, 1, 2))) void embed_fail(const char *format, ...);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *text, const char *format, ...);
void text_put(struct text *text, const void *data, size_t len);
/* The whole file, with a NUL behind it. */
struct text embed_read(const char *path);
/* Writes `path` unless it holds just that already, so that make's times stay calm. */
void embed_write(const char *path, const struct text *text);
/* As a C string literal, with its quotes. */
void text_put_literal(struct text *text, const char *data, size_t len);
/* The sorted names of the regular files of a folder that end in `suffix`; *ret_count of them. */
char **embed_list(const char *folder, const char *suffix, size_t *ret_count);
