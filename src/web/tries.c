/* tries.c -- see tries.h.
 * SPDX-License-Identifier: MIT */
#include "web/tries.h"

#include <pthread.h>

#include "auth/throttle.h"
#include "net/address_table.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const struct throttle_rule account_rule = {.interval_ms = MINUTE / 5,
                                                  .burst = 5,
                                                  .failures = 5,
                                                  .pause_ms = 15 * SECOND,
                                                  .pause_max_ms = 15 * MINUTE};
static const struct throttle_rule address_rule = {.interval_ms = MINUTE / 20, .burst = 20};
static const struct throttle_rule newcomer_rule = {.interval_ms = HOUR / 10, .burst = 10};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the three */
static struct throttle accounts = {.rule = &account_rule};
static struct throttle addresses = {.rule = &address_rule};
static struct throttle newcomers = {.rule = &newcomer_rule};

static Millis take(struct throttle *throttle, Str key)
{
    pthread_mutex_lock(&lock);
    Millis wait = throttle_take(throttle, key, clock_mono_ms());
    pthread_mutex_unlock(&lock);
    return wait;
}

static Millis take_from(struct throttle *throttle, ConnAddress address)
{
    Str key = str_of(address.bytes, address.is_v4 ? 4 : 8);
    return address_is_loopback(address) ? 0 : take(throttle, key);
}

Millis tries_sign_in_from(ConnAddress address)
{
    return take_from(&addresses, address);
}

Millis tries_newcomer_from(ConnAddress address)
{
    return take_from(&newcomers, address);
}

Millis tries_sign_in_as(Str key)
{
    return take(&accounts, key);
}

void tries_failed(Str key)
{
    pthread_mutex_lock(&lock);
    throttle_fail(&accounts, key, clock_mono_ms());
    pthread_mutex_unlock(&lock);
}

void tries_succeeded(Str key)
{
    pthread_mutex_lock(&lock);
    throttle_forgive(&accounts, key);
    pthread_mutex_unlock(&lock);
}
