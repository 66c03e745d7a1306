/* address_table.c -- see address_table.h.
 * SPDX-License-Identifier: MIT */
#include "net/address_table.h"

#include <pthread.h>
#include <string.h>

#include "base/map.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map counts; /* address bytes → count as pointer; guarded by lock */
static int64_t limit;     /* constant while loops run */

void address_table_configure(int64_t connections_per_address)
{
    limit = connections_per_address;
}

bool address_is_loopback(ConnAddress address)
{
    static const uint8_t v6_loopback[16] = {[15] = 1};
    return address.is_v4 ? address.bytes[0] == 127
                         : memcmp(address.bytes, v6_loopback, sizeof(v6_loopback)) == 0;
}

/* An IPv6 customer has a whole /64, so that is what is counted. */
static Str key_of(const ConnAddress *address)
{
    return str_of(address->bytes, address->is_v4 ? 4 : 8);
}

bool address_table_take(ConnAddress address)
{
    if (limit == 0 || address_is_loopback(address)) {
        return true;
    }
    Str key = key_of(&address);
    pthread_mutex_lock(&lock);
    intptr_t count = (intptr_t)map_get(&counts, key);
    bool may = count < limit;
    if (may) {
        (void)map_put(&counts, key, (void *)(count + 1));
    }
    pthread_mutex_unlock(&lock);
    return may;
}

void address_table_release(ConnAddress address)
{
    if (limit == 0 || address_is_loopback(address)) {
        return;
    }
    Str key = key_of(&address);
    pthread_mutex_lock(&lock);
    intptr_t count = (intptr_t)map_get(&counts, key);
    CHECK(count > 0);
    if (count == 1) {
        (void)map_remove(&counts, key);
    } else {
        (void)map_put(&counts, key, (void *)(count - 1));
    }
    pthread_mutex_unlock(&lock);
}
