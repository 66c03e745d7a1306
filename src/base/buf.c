/* buf.c -- see buf.h.
 * SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_CAP = 256 };

void buf_reserve(struct buf *buf, size_t extra)
{
    CHECK(extra <= SIZE_MAX / 4);
    if (buf->cap - buf->len >= extra) {
        return;
    }
    size_t cap = MAX((size_t)FIRST_CAP, buf->cap);
    while (cap - buf->len < extra) {
        cap *= 2;
    }
    buf->data = mem_realloc(buf->data, cap);
    buf->cap = cap;
}

void buf_put(struct buf *buf, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }
    buf_reserve(buf, len);
    memcpy(buf->data + buf->len, data, len);
    buf->len += len;
}

void buf_put_str(struct buf *buf, Str s)
{
    buf_put(buf, s.data, s.len);
}

void buf_put_char(struct buf *buf, char c)
{
    buf_put(buf, &c, 1);
}

void buf_put_i64(struct buf *buf, int64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        buf_put_char(buf, '-');
    }
    buf_put(buf, digits + at, sizeof(digits) - at);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    CHECK(len >= 0);
    buf_reserve(buf, (size_t)len + 1);
    (void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
    va_end(again);
    buf->len += (size_t)len;
}

void buf_consume(struct buf *buf, size_t count)
{
    CHECK(count <= buf->len);
    buf->len -= count;
    if (buf->len > 0) {
        memmove(buf->data, buf->data + count, buf->len);
    }
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

void buf_finish(struct buf *buf)
{
    mem_free(buf->data);
    *buf = (struct buf){0};
}

Str buf_str(const struct buf *buf)
{
    return str_of(buf->data, buf->len);
}
