/* mem.h -- the only door to the heap.
 *
 * Out of memory is not an error that anybody handles: it ends the process with one line on stderr
 * and exit code 70, so no caller tests for null. What users can make grow is bounded before, in
 * limits.h. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

void *mem_alloc(size_t size);                               /* uninitialised */
void *mem_zalloc(size_t size);                              /* zeroed */
void *mem_realloc(void *ptr, size_t size);                  /* null in: allocates */
void *mem_array(size_t count, size_t size);                 /* zeroed; overflow is out of memory */
void *mem_grow(void *ptr, size_t count, size_t size);       /* realloc of an array; overflow-checked */
void mem_free(void *ptr);                                   /* takes null */
/* The same end for a library that found no memory and says so. */
NORETURN COLD void mem_out(void);

/* How many allocations the calling thread has made: for proofs that a hot path makes none. */
uint64_t mem_allocations(void);

#define mem_new(type) ((type *)mem_zalloc(sizeof(type)))
