/* person_limits.h -- what one person may do in a while, and how many live sockets they may have.
 *
 * One table for the process, since a limit counts over all loops. An entry outlives its person's last
 * socket by LIMIT_PERSON_MS: who comes back at once does not begin with full buckets. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>

#include "auth/bucket.h"
#include "base/map.h"
#include "chat/ids.h"
#include "settings.h"

struct person_limits {
    const struct settings *settings;
    pthread_mutex_t lock;
    struct map people; /* id → struct person_limit; guarded by lock */
};

void person_limits_init(struct person_limits *limits, const struct settings *settings);
void person_limits_finish(struct person_limits *limits);

/* Takes a post; 0: taken, else milliseconds until there is one. */
Millis person_limits_take_post(struct person_limits *limits, PersonId person, Millis now);

/* Takes a new room, of LIMIT_ROOMS_AT_ONCE, which come back one in LIMIT_ROOM_EVERY_MS; as above. No limit
 * where posts have none. */
Millis person_limits_take_room(struct person_limits *limits, PersonId person, Millis now);

/* Counts one more socket, on loop number `loop`. False: too many were opened lately. *ret_excess is the
 * loop whose oldest socket of this person has to go, because there are too many now, and which is
 * counted no more; -1: none. */
MUST_USE bool person_limits_open(struct person_limits *limits, PersonId person, int loop, Millis now,
                                 int *ret_excess);
/* Counts one socket of that loop less. */
void person_limits_close(struct person_limits *limits, PersonId person, int loop, Millis now);
/* Forgets who has no socket and did nothing for LIMIT_PERSON_MS. */
void person_limits_age(struct person_limits *limits, Millis now);
