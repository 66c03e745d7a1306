/* person_limits.c -- see person_limits.h.
 * SPDX-License-Identifier: MIT */
#include "live/person_limits.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

struct person_limit {
    PersonId id;
    struct bucket posts; /* posts_per_second */
    struct bucket rooms;
    struct bucket opens; /* new_sockets_per_minute */
    Millis used_ms;
    uint8_t *loops; /* of the open sockets, oldest first */
    size_t count, cap;
};

void person_limits_init(struct person_limits *limits, const struct settings *settings)
{
    *limits = (struct person_limits){.settings = settings};
    CHECK_EQ(pthread_mutex_init(&limits->lock, NULL), 0);
}

static void destroy(struct person_limit *limit)
{
    mem_free(limit->loops);
    mem_free(limit);
}

void person_limits_finish(struct person_limits *limits)
{
    size_t pos = 0;
    void *value;
    while (map_next(&limits->people, &pos, &value)) {
        destroy(value);
    }
    map_finish(&limits->people);
    CHECK_EQ(pthread_mutex_destroy(&limits->lock), 0);
}

/* The person's entry, made when there is none. With the lock held. */
static struct person_limit *use(struct person_limits *limits, PersonId person, Millis now)
{
    struct person_limit *limit = map_get_i64(&limits->people, person);
    if (limit == NULL) {
        limit = mem_new(struct person_limit);
        limit->id = person;
        (void)map_put_i64(&limits->people, person, limit);
    }
    limit->used_ms = now;
    return limit;
}

Millis person_limits_take_post(struct person_limits *limits, PersonId person, Millis now)
{
    int rate = (int)limits->settings->posts_per_second;
    if (rate == 0) {
        return 0;
    }
    pthread_mutex_lock(&limits->lock);
    Millis wait = bucket_take(&use(limits, person, now)->posts, now, rate, 2 * rate);
    pthread_mutex_unlock(&limits->lock);
    return wait;
}

Millis person_limits_take_room(struct person_limits *limits, PersonId person, Millis now)
{
    enum { SLOWER = LIMIT_ROOM_EVERY_MS / 1000 }; /* the bucket counts in seconds: it is told a slower time */
    if (limits->settings->posts_per_second == 0) {
        return 0;
    }
    pthread_mutex_lock(&limits->lock);
    Millis wait = bucket_take(&use(limits, person, now)->rooms, now / SLOWER, 1, LIMIT_ROOMS_AT_ONCE);
    pthread_mutex_unlock(&limits->lock);
    return wait * SLOWER;
}

static void add(struct person_limit *limit, int loop)
{
    if (limit->count == limit->cap) {
        limit->cap = MAX((size_t)4, limit->cap * 2);
        limit->loops = mem_grow(limit->loops, limit->cap, sizeof(limit->loops[0]));
    }
    limit->loops[limit->count++] = (uint8_t)loop;
}

static void drop(struct person_limit *limit, uint8_t *at)
{
    limit->count--;
    memmove(at, at + 1, limit->count - (size_t)(at - limit->loops));
}

bool person_limits_open(struct person_limits *limits, PersonId person, int loop, Millis now,
                        int *ret_excess)
{
    CHECK(loop >= 0 && loop < LIMIT_LOOPS);
    int per_minute = (int)limits->settings->new_sockets_per_minute;
    size_t most = (size_t)limits->settings->sockets_per_user;
    *ret_excess = -1;
    if (per_minute == 0 && most == 0) {
        return true; /* nothing is counted */
    }
    pthread_mutex_lock(&limits->lock);
    struct person_limit *limit = use(limits, person, now);
    /* Told a time that runs sixty times slower, the bucket counts in minutes instead of seconds. */
    bool may = bucket_take(&limit->opens, now / 60, per_minute, per_minute) == 0;
    if (may && most > 0) {
        add(limit, loop);
    }
    if (most > 0 && limit->count > most) {
        *ret_excess = limit->loops[0];
        drop(limit, limit->loops);
    }
    pthread_mutex_unlock(&limits->lock);
    return may;
}

void person_limits_close(struct person_limits *limits, PersonId person, int loop, Millis now)
{
    if (limits->settings->sockets_per_user == 0) {
        return;
    }
    pthread_mutex_lock(&limits->lock);
    struct person_limit *limit = use(limits, person, now);
    uint8_t *at = limit->count > 0 ? memchr(limit->loops, loop, limit->count) : NULL;
    if (at != NULL) { /* else it closed by itself when it had just been called excess */
        drop(limit, at);
    }
    pthread_mutex_unlock(&limits->lock);
}

void person_limits_age(struct person_limits *limits, Millis now)
{
    pthread_mutex_lock(&limits->lock);
    struct person_limit **gone = mem_array(limits->people.len + 1, sizeof(struct person_limit *));
    size_t gone_count = 0;
    size_t pos = 0;
    void *value;
    while (map_next(&limits->people, &pos, &value)) {
        struct person_limit *limit = value;
        if (limit->count == 0 && now - limit->used_ms > LIMIT_PERSON_MS) {
            gone[gone_count++] = limit;
        }
    }
    for (size_t i = 0; i < gone_count; i++) {
        (void)map_remove_i64(&limits->people, gone[i]->id);
        destroy(gone[i]);
    }
    mem_free(gone);
    pthread_mutex_unlock(&limits->lock);
}
