/* map.h -- hash map from a string key or an int64 key to a pointer.
 *
 * Open addressing with linear probing; keys are hashed with SipHash-2-4 under a key drawn at start
 * (Aumasson and Bernstein 2012), so that users cannot choose colliding ones. Keys are copied into
 * the map; values are borrowed. Iteration order is unspecified. Thread: that of the map's owner.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

struct map_slot;

struct map {
    struct map_slot *slots; /* null until the first insertion */
    size_t cap;             /* power of two */
    size_t len;
};

/* String keys of at most 255 bytes, and int64 keys, do not mix in one map. */
void *map_get(const struct map *map, Str key);          /* null when absent */
void *map_put(struct map *map, Str key, void *value);   /* returns the value replaced, or null */
void *map_remove(struct map *map, Str key);             /* returns the value removed, or null */
void *map_get_i64(const struct map *map, int64_t key);
void *map_put_i64(struct map *map, int64_t key, void *value);
void *map_remove_i64(struct map *map, int64_t key);
void map_finish(struct map *map);

/* Visits every entry: start with *pos = 0; false at the end. The entry just visited may be removed
 * only through the caller's own list afterwards: no insertion or removal while iterating. */
bool map_next(const struct map *map, size_t *pos, void **ret_value);

/* SipHash-2-4 of `data` under the process's key: for other tables fed by users. */
uint64_t map_hash(const void *data, size_t len);
