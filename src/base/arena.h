/* arena.h -- memory with the lifetime of one request, frame or operation.
 *
 * Bump allocation from chained chunks; everything is given back at once by arena_reset. Memory is
 * zeroed, and poisoned under ASan after a reset. Owned by one thread at a time. An arena that was
 * never used holds no memory.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/check.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *head; /* newest chunk; null before the first allocation */
    size_t total;             /* bytes handed out since the last reset */
};

/* Zeroed and aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_array(struct arena *arena, size_t count, size_t size); /* overflow-checked */
#define arena_new(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

/* Keeps one chunk of the default size for reuse, frees the others. */
void arena_reset(struct arena *arena);
/* Frees everything; the arena may be used again. */
void arena_finish(struct arena *arena);
