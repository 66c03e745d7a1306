/* arena.c -- chunks, newest first; a large allocation gets a chunk of its own.
 * SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <string.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(ptr, len) __asan_poison_memory_region(ptr, len)
#define UNPOISON(ptr, len) __asan_unpoison_memory_region(ptr, len)
#else
#define POISON(ptr, len) ((void)(ptr), (void)(len))
#define UNPOISON(ptr, len) ((void)(ptr), (void)(len))
#endif

enum { CHUNK_SIZE = 2048, ALIGNMENT = 16 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) char bytes[];
};

static struct arena_chunk *add_chunk(struct arena *arena, size_t least)
{
    size_t size = MAX(least, (size_t)CHUNK_SIZE);
    struct arena_chunk *chunk = mem_alloc(sizeof(*chunk) + size);
    chunk->next = arena->head;
    chunk->size = size;
    chunk->used = 0;
    POISON(chunk->bytes, size);
    arena->head = chunk;
    return chunk;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    CHECK(size <= SIZE_MAX / 2);
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    struct arena_chunk *chunk = arena->head;
    if (chunk == NULL || chunk->size - chunk->used < rounded) {
        chunk = add_chunk(arena, rounded);
    }
    void *ptr = chunk->bytes + chunk->used;
    chunk->used += rounded;
    arena->total += rounded;
    UNPOISON(ptr, size);
    memset(ptr, 0, size);
    return ptr;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    CHECK(!__builtin_mul_overflow(count, size, &total));
    return arena_alloc(arena, total);
}

static void free_chunk(struct arena_chunk *chunk)
{
    UNPOISON(chunk->bytes, chunk->size);
    mem_free(chunk);
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *kept = NULL;
    while (arena->head != NULL) {
        struct arena_chunk *chunk = arena->head;
        arena->head = chunk->next;
        if (kept == NULL && chunk->size == CHUNK_SIZE) {
            kept = chunk;
        } else {
            free_chunk(chunk);
        }
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
        POISON(kept->bytes, kept->size);
    }
    arena->head = kept;
    arena->total = 0;
}

void arena_finish(struct arena *arena)
{
    while (arena->head != NULL) {
        struct arena_chunk *chunk = arena->head;
        arena->head = chunk->next;
        free_chunk(chunk);
    }
    arena->total = 0;
}
