/* blob.c -- see blob.h.
 * SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include <string.h>

#include "base/mem.h"

struct blob *blob_create(size_t len)
{
    CHECK(len <= UINT32_MAX);
    struct blob *blob = mem_alloc(sizeof(*blob) + len);
    atomic_init(&blob->refs, 1);
    blob->len = (uint32_t)len;
    return blob;
}

struct blob *blob_from_str(Str s)
{
    struct blob *blob = blob_create(s.len);
    if (s.len > 0) {
        memcpy(blob->data, s.data, s.len);
    }
    return blob;
}

struct blob *blob_ref(struct blob *blob)
{
    (void)atomic_fetch_add_explicit(&blob->refs, 1, memory_order_relaxed);
    return blob;
}

void blob_unref(struct blob *blob)
{
    /* Release: what this thread did with the bytes comes before another's free; acquire for ours. */
    if (blob != NULL && atomic_fetch_sub_explicit(&blob->refs, 1, memory_order_acq_rel) == 1) {
        mem_free(blob);
    }
}

Str blob_str(const struct blob *blob)
{
    return str_of(blob->data, blob->len);
}
