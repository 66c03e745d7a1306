/* throttle.c -- see throttle.h. A bucket is one number: the time at which it will be full again,
 * which each try moves on by one interval (the generic cell rate algorithm of ITU-T I.371).
 * SPDX-License-Identifier: MIT */
#include "auth/throttle.h"

#include "base/map.h"

enum { WAYS = 8 }; /* places that one key may take */

_Static_assert(LIMIT_THROTTLE % WAYS == 0, "whole sets only");

static struct throttle_slot *set_of(struct throttle *throttle, Str key, uint64_t *ret_hash)
{
    uint64_t hash = map_hash(key.data, key.len);
    *ret_hash = hash == 0 ? 1 : hash;
    return &throttle->slots[hash % (LIMIT_THROTTLE / WAYS) * WAYS];
}

static struct throttle_slot *find(struct throttle *throttle, Str key)
{
    uint64_t hash;
    struct throttle_slot *set = set_of(throttle, key, &hash);
    for (int i = 0; i < WAYS; i++) {
        if (set[i].key == hash) {
            return &set[i];
        }
    }
    return NULL;
}

static Millis held_until(const struct throttle_slot *slot)
{
    return slot->key == 0 ? INT64_MIN : MAX(slot->full_ms, slot->pause_ms);
}

/* The place of a key, made for it when there is none. */
static struct throttle_slot *place(struct throttle *throttle, Str key)
{
    uint64_t hash;
    struct throttle_slot *set = set_of(throttle, key, &hash);
    struct throttle_slot *least = find(throttle, key);
    if (least != NULL) {
        return least;
    }
    least = &set[0];
    for (int i = 1; i < WAYS; i++) {
        least = held_until(&set[i]) < held_until(least) ? &set[i] : least;
    }
    *least = (struct throttle_slot){.key = hash};
    return least;
}

Millis throttle_take(struct throttle *throttle, Str key, Millis now)
{
    const struct throttle_rule *rule = throttle->rule;
    struct throttle_slot *slot = place(throttle, key);
    Millis full_ms = MAX(slot->full_ms, now);
    Millis bucket_wait = full_ms - now - (rule->burst - 1) * rule->interval_ms;
    Millis wait = MAX(bucket_wait, slot->pause_ms - now);
    if (wait > 0) {
        return wait;
    }
    slot->full_ms = full_ms + rule->interval_ms;
    return 0;
}

void throttle_fail(struct throttle *throttle, Str key, Millis now)
{
    const struct throttle_rule *rule = throttle->rule;
    struct throttle_slot *slot = place(throttle, key);
    slot->failures++;
    if (rule->failures == 0 || slot->failures < rule->failures) {
        return;
    }
    Millis pause = rule->pause_ms;
    for (int i = rule->failures; i < slot->failures && pause < rule->pause_max_ms; i++) {
        pause *= 2;
    }
    slot->pause_ms = now + MIN(pause, rule->pause_max_ms);
}

void throttle_forgive(struct throttle *throttle, Str key)
{
    struct throttle_slot *slot = find(throttle, key);
    if (slot != NULL) {
        *slot = (struct throttle_slot){0};
    }
}
