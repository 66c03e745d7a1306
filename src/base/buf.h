/* buf.h -- a growable run of bytes with one owner.
 *
 * Growth doubles. The bound is the caller's: it checks what comes from users before it appends.
 * Zero-initialise to use; buf_finish frees. Thread: its owner's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

struct buf {
    char *data;
    size_t len;
    size_t cap;
};

void buf_reserve(struct buf *buf, size_t extra); /* room for `extra` more bytes */
void buf_put(struct buf *buf, const void *data, size_t len);
void buf_put_str(struct buf *buf, Str s);
void buf_put_char(struct buf *buf, char c);
void buf_put_i64(struct buf *buf, int64_t value); /* decimal */
PRINTF(2, 3) void buf_printf(struct buf *buf, const char *format, ...);
void buf_consume(struct buf *buf, size_t count);  /* drops from the front */
void buf_clear(struct buf *buf);                  /* keeps the memory */
void buf_finish(struct buf *buf);                 /* frees it; the buf may be used again */
Str buf_str(const struct buf *buf);               /* valid until the next change */
