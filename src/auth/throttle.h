/* throttle.h -- how often somebody may try: a bucket for each key, and pauses that grow with
 * failures.
 *
 * A key is an account, a device or an address; only its hash under the process's key is kept, so
 * nobody can choose keys that push each other out. The table has LIMIT_THROTTLE places and never
 * grows: when it is full, the key that is nearest to being forgiven goes. Pure: the time is passed
 * in, the caller locks. SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/str.h"

struct throttle_rule {
    Millis interval_ms;  /* one more try in this time */
    int burst;           /* tries at once */
    int failures;        /* consecutive failures after which pauses begin; 0: never */
    Millis pause_ms;     /* the first pause; each further one is twice as long … */
    Millis pause_max_ms; /* … up to this */
};

struct throttle_slot {
    uint64_t key;    /* 0: free */
    Millis full_ms;  /* when the bucket will be full again */
    Millis pause_ms; /* nothing goes before this time */
    int failures;    /* consecutive */
};

struct throttle {
    const struct throttle_rule *rule;
    struct throttle_slot slots[LIMIT_THROTTLE];
};

/* Takes one try. 0: taken; else the milliseconds until there is one, and nothing is taken. */
Millis throttle_take(struct throttle *throttle, Str key, Millis now);
/* The try failed: from the rule's number of failures on, a pause begins. */
void throttle_fail(struct throttle *throttle, Str key, Millis now);
/* The try was right: everything is forgiven. */
void throttle_forgive(struct throttle *throttle, Str key);
