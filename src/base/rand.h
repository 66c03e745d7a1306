/* rand.h -- random bytes from the kernel, for tokens, keys and ids. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Fills from getrandom(2); failure is impossible after boot and ends the process. */
void rand_bytes(void *ret_bytes, size_t len);
uint64_t rand_u64(void);
/* Uniform in [0, bound), for jitter; bound > 0. */
uint32_t rand_below(uint32_t bound);
