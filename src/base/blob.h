/* blob.h -- immutable bytes that many hold: built once, sealed, counted.
 *
 * The one thing besides mailboxes that threads share. The count starts at 1, belongs to the maker,
 * and is atomic; the bytes are never written after the blob is handed to anybody. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdatomic.h>

#include "base/str.h"

struct blob {
    atomic_int refs;
    uint32_t len;
    char data[];
};

struct blob *blob_create(size_t len);             /* `data` is the maker's to fill before sharing */
struct blob *blob_from_str(Str s);
struct blob *blob_ref(struct blob *blob);         /* returns its argument */
void blob_unref(struct blob *blob);               /* takes null; the last one frees */
Str blob_str(const struct blob *blob);
