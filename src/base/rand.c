/* rand.c -- see rand.h.
 * SPDX-License-Identifier: MIT */
#include "base/rand.h"

#include <errno.h>
#include <sys/random.h>

#include "base/check.h"

void rand_bytes(void *ret_bytes, size_t len)
{
    char *at = ret_bytes;
    while (len > 0) {
        ssize_t got = getrandom(at, len, 0);
        CHECK(got > 0 || errno == EINTR);
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        }
    }
}

uint64_t rand_u64(void)
{
    uint64_t value;
    rand_bytes(&value, sizeof(value));
    return value;
}

uint32_t rand_below(uint32_t bound)
{
    CHECK(bound > 0);
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound; /* a multiple of bound: no value is favoured */
    uint64_t value;
    do {
        value = rand_u64();
    } while (value >= limit);
    return (uint32_t)(value % bound);
}
