/* map.c -- linear probing at a load of at most 3/4; removal shifts later entries back, so that there
 * are no tombstones and a table that drains is as quick as a new one.
 * SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"

enum { KEY_MAX = 255, KEY_INLINE = 15, FIRST_CAP = 16 };

struct map_slot {
    void *value; /* null: empty */
    uint64_t hash;
    union {
        int64_t number;
        char bytes[KEY_INLINE + 1];
        char *heap; /* of a longer key */
    } key;
    uint8_t key_len;
    bool is_number;
};

static unsigned char hash_key[crypto_shorthash_siphash24_KEYBYTES];
static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;

static void draw_hash_key(void)
{
    rand_bytes(hash_key, sizeof(hash_key));
}

uint64_t map_hash(const void *data, size_t len)
{
    uint64_t hash;
    (void)pthread_once(&hash_key_once, draw_hash_key);
    (void)crypto_shorthash_siphash24((unsigned char *)&hash, data, len, hash_key);
    return hash;
}

/* --- keys --------------------------------------------------------------------------------------- */

struct key {
    Str text;
    int64_t number;
    uint64_t hash;
    bool is_number;
};

static struct key text_key(Str text)
{
    CHECK(text.len <= KEY_MAX);
    return (struct key){.text = text, .hash = map_hash(text.data, text.len)};
}

static struct key number_key(int64_t number)
{
    return (struct key){
        .number = number, .is_number = true, .hash = map_hash(&number, sizeof(number))};
}

static const char *slot_text(const struct map_slot *slot)
{
    return slot->key_len > KEY_INLINE ? slot->key.heap : slot->key.bytes;
}

static bool slot_is(const struct map_slot *slot, const struct key *key)
{
    if (slot->hash != key->hash || slot->is_number != key->is_number) {
        return false;
    }
    return key->is_number ? slot->key.number == key->number
                          : str_eq(str_of(slot_text(slot), slot->key_len), key->text);
}

static void slot_set_key(struct map_slot *slot, const struct key *key)
{
    slot->hash = key->hash;
    slot->is_number = key->is_number;
    if (key->is_number) {
        slot->key.number = key->number;
        return;
    }
    slot->key_len = (uint8_t)key->text.len;
    if (key->text.len > KEY_INLINE) {
        slot->key.heap = mem_alloc(key->text.len);
        memcpy(slot->key.heap, key->text.data, key->text.len);
    } else if (key->text.len > 0) {
        memcpy(slot->key.bytes, key->text.data, key->text.len);
    }
}

static void slot_free_key(struct map_slot *slot)
{
    if (!slot->is_number && slot->key_len > KEY_INLINE) {
        mem_free(slot->key.heap);
    }
}

/* --- the table ------------------------------------------------------------------------------------ */

/* The slot of `key`, or the empty one where it would go. */
static struct map_slot *find(const struct map *map, const struct key *key)
{
    size_t at = (size_t)key->hash & (map->cap - 1);
    while (map->slots[at].value != NULL && !slot_is(&map->slots[at], key)) {
        at = (at + 1) & (map->cap - 1);
    }
    return &map->slots[at];
}

static void grow(struct map *map)
{
    struct map old = *map;
    map->cap = MAX((size_t)FIRST_CAP, old.cap * 2);
    map->slots = mem_array(map->cap, sizeof(*map->slots));
    for (size_t i = 0; i < old.cap; i++) {
        if (old.slots[i].value == NULL) {
            continue;
        }
        size_t at = (size_t)old.slots[i].hash & (map->cap - 1);
        while (map->slots[at].value != NULL) {
            at = (at + 1) & (map->cap - 1);
        }
        map->slots[at] = old.slots[i];
    }
    mem_free(old.slots);
}

static void *get(const struct map *map, struct key key)
{
    return map->len == 0 ? NULL : find(map, &key)->value;
}

static void *put(struct map *map, struct key key, void *value)
{
    CHECK(value != NULL);
    if (map->len + 1 > map->cap / 4 * 3) {
        grow(map);
    }
    struct map_slot *slot = find(map, &key);
    void *old = slot->value;
    if (old == NULL) {
        slot_set_key(slot, &key);
        map->len++;
    }
    slot->value = value;
    return old;
}

static void *take(struct map *map, struct key key)
{
    if (map->len == 0) {
        return NULL;
    }
    struct map_slot *slot = find(map, &key);
    void *old = slot->value;
    if (old == NULL) {
        return NULL;
    }
    slot_free_key(slot);
    map->len--;
    /* Close the hole: an entry may move back when its own place is at or before the hole. */
    size_t mask = map->cap - 1;
    size_t hole = (size_t)(slot - map->slots);
    for (size_t at = (hole + 1) & mask; map->slots[at].value != NULL; at = (at + 1) & mask) {
        size_t home = (size_t)map->slots[at].hash & mask;
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            map->slots[hole] = map->slots[at];
            hole = at;
        }
    }
    map->slots[hole] = (struct map_slot){0};
    return old;
}

void *map_get(const struct map *map, Str key)
{
    return get(map, text_key(key));
}

void *map_put(struct map *map, Str key, void *value)
{
    return put(map, text_key(key), value);
}

void *map_remove(struct map *map, Str key)
{
    return take(map, text_key(key));
}

void *map_get_i64(const struct map *map, int64_t key)
{
    return get(map, number_key(key));
}

void *map_put_i64(struct map *map, int64_t key, void *value)
{
    return put(map, number_key(key), value);
}

void *map_remove_i64(struct map *map, int64_t key)
{
    return take(map, number_key(key));
}

void map_finish(struct map *map)
{
    for (size_t i = 0; i < map->cap; i++) {
        if (map->slots[i].value != NULL) {
            slot_free_key(&map->slots[i]);
        }
    }
    mem_free(map->slots);
    *map = (struct map){0};
}

bool map_next(const struct map *map, size_t *pos, void **ret_value)
{
    while (*pos < map->cap) {
        void *value = map->slots[(*pos)++].value;
        if (value != NULL) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}
