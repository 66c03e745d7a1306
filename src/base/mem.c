/* mem.c -- see mem.h.
 * SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

static _Thread_local uint64_t allocations;

void mem_out(void)
{
    static const char line[] = "parlor: out of memory\n";
    (void)!write(STDERR_FILENO, line, sizeof(line) - 1); /* nobody is left to tell of a failure */
    _exit(70);
}

static void *must(void *ptr, size_t size)
{
    if (ptr == NULL && size > 0) {
        mem_out();
    }
    allocations++;
    return ptr;
}

void *mem_alloc(size_t size)
{
    return must(malloc(size), size);
}

void *mem_zalloc(size_t size)
{
    return must(calloc(1, size), size);
}

void *mem_realloc(void *ptr, size_t size)
{
    return must(realloc(ptr, size), size);
}

static size_t product(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        mem_out();
    }
    return total;
}

void *mem_array(size_t count, size_t size)
{
    return mem_zalloc(product(count, size));
}

void *mem_grow(void *ptr, size_t count, size_t size)
{
    return mem_realloc(ptr, product(count, size));
}

void mem_free(void *ptr)
{
    free(ptr);
}

uint64_t mem_allocations(void)
{
    return allocations;
}
