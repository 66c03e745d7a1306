/* embed.c -- see embed.h.
 * SPDX-License-Identifier: MIT */
#include "embed.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void embed_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    exit(1);
}

static void reserve(struct text *text, size_t extra)
{
    if (text->cap - text->len < extra) {
        text->cap = (text->cap + extra) * 2;
        text->data = realloc(text->data, text->cap);
        if (text->data == NULL) {
            embed_fail("out of memory");
        }
    }
}

void text_put(struct text *text, const void *data, size_t len)
{
    reserve(text, len + 1);
    if (len > 0) {
        memcpy(text->data + text->len, data, len);
    }
    text->len += len;
    text->data[text->len] = '\0';
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    reserve(text, (size_t)len + 1);
    (void)vsnprintf(text->data + text->len, (size_t)len + 1, format, again);
    va_end(again);
    text->len += (size_t)len;
}

struct text embed_read(const char *path)
{
    struct text text = {0};
    char chunk[65536];
    size_t got;
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        embed_fail("%s: %s", path, strerror(errno));
    }
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        text_put(&text, chunk, got);
    }
    if (ferror(file)) {
        embed_fail("%s: cannot be read", path);
    }
    (void)fclose(file);
    text_put(&text, "", 0);
    return text;
}

void embed_write(const char *path, const struct text *text)
{
    FILE *old = fopen(path, "rb");
    if (old != NULL) {
        (void)fclose(old);
        struct text there = embed_read(path);
        int is_same = there.len == text->len && memcmp(there.data, text->data, text->len) == 0;
        free(there.data);
        if (is_same) {
            return;
        }
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text->data, 1, text->len, file) != text->len || fclose(file) != 0) {
        embed_fail("%s: %s", path, strerror(errno));
    }
}

void text_put_literal(struct text *text, const char *data, size_t len)
{
    text_put(text, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            text_printf(text, "\\n\"\n    \"");
        } else if (data[i] == '"' || data[i] == '\\') {
            text_printf(text, "\\%c", data[i]);
        } else {
            text_put(text, &data[i], 1);
        }
    }
    text_put(text, "\"", 1);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **embed_list(const char *folder, const char *suffix, size_t *ret_count)
{
    char **names = NULL;
    size_t count = 0;
    struct dirent *entry;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        embed_fail("%s: %s", folder, strerror(errno));
    }
    while ((entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);
        size_t suffix_len = strlen(suffix);
        if (len <= suffix_len || strcmp(entry->d_name + len - suffix_len, suffix) != 0) {
            continue;
        }
        names = realloc(names, (count + 1) * sizeof(*names));
        if (names == NULL || (names[count++] = strdup(entry->d_name)) == NULL) {
            embed_fail("out of memory");
        }
    }
    (void)closedir(dir);
    if (count > 0) {
        qsort(names, count, sizeof(*names), by_name);
    }
    *ret_count = count;
    return names;
}
