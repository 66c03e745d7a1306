/* template_bytes.c -- the growing runs of bytes that the compiler reads into and writes from.
 * SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"

void bytes_put(struct bytes *bytes, const char *data, size_t len)
{
    if (bytes->cap - bytes->len <= len) {
        bytes->cap = (bytes->len + len + 64) * 2;
        bytes->data = grow(bytes->data, bytes->cap);
    }
    if (len > 0) {
        memcpy(bytes->data + bytes->len, data, len);
    }
    bytes->len += len;
    bytes->data[bytes->len] = '\0'; /* so that it is a C string, too */
}

void bytes_printf(struct bytes *bytes, const char *format, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, format);
    len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        fail(__FILE__, __LINE__, "out of memory");
    }
    bytes_put(bytes, text, (size_t)len);
    free(text);
}
