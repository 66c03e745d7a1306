/* alone.c -- see alone.h.
 * SPDX-License-Identifier: MIT */
#include "alone.h"

#include <stdlib.h>

#include "audit.h"
#include "fail.h"

#define WARM_S 0.5

static void post_next(struct alone *alone)
{
    struct crowd *crowd = &alone->crowd;
    (void)crowd_post(crowd, &crowd->members[alone->next++ % crowd->count]);
}

static void note_ack(struct crowd *crowd, struct member *member, int64_t number)
{
    struct alone *alone = crowd->context;
    (void)member;
    (void)number;
    Nanos silence = crowd->woken - alone->last_ack;
    alone->longest_silence = silence > alone->longest_silence ? silence : alone->longest_silence;
    alone->last_ack = crowd->woken;
    post_next(alone);
}

void alone_open(struct alone *alone, const struct bench *bench, struct alone_plan plan)
{
    if (plan.rooms > bench->place.people) {
        fail("%d rooms need as many people", plan.rooms);
    }
    *alone = (struct alone){0};
    place_copy(&bench->place, "posts", alone->folder);
    place_separate(alone->folder, plan.rooms);
    alone->server = server_start(alone->folder, &bench->cores, plan.core);
    int64_t *rooms = make((size_t)plan.rooms, sizeof(int64_t));
    for (int i = 0; i < plan.rooms; i++) {
        rooms[i] = i + 1;
    }
    struct crowd_plan crowd_plan = {
        .port = alone->server.port,
        .count = plan.rooms,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = plan.rooms,
        .rooms = rooms,
        .body_len = plan.body_len,
    };
    crowd_open(&alone->crowd, &crowd_plan);
    alone->crowd.context = alone;
    free(rooms);
    server_settle(&alone->server, plan.rooms);
}

static void poll_for(struct crowd *crowd, double seconds)
{
    Nanos deadline = usage_now() + (Nanos)(seconds * NANOS_PER_S);
    while (usage_now() < deadline) {
        crowd_poll(crowd, 100);
    }
}

/* The part that counts. */
static void measure(struct alone *alone, double seconds)
{
    struct usage start = usage_of(alone->server.pid);
    int64_t before = alone->crowd.acked;
    times_clear(&alone->crowd.ack_times);
    alone->last_ack = usage_now();
    alone->longest_silence = 0;
    poll_for(&alone->crowd, seconds);
    struct usage end = usage_of(alone->server.pid);
    alone->result = (struct alone_result){
        .span = usage_between(&start, &end),
        .memory = memory_of(alone->server.pid),
        .acked = (double)(alone->crowd.acked - before),
    };
    if (alone->result.acked == 0) {
        fail("no post was acknowledged in %.3g s", seconds);
    }
}

void alone_post(struct alone *alone, int in_flight, double seconds)
{
    static struct counters before;
    static struct counters after;
    struct crowd *crowd = &alone->crowd;
    counters_read(&alone->server, &before);
    crowd->on_ack = note_ack;
    for (int i = 0; i < in_flight; i++) {
        post_next(alone);
    }
    poll_for(crowd, WARM_S);
    measure(alone, seconds);
    crowd->on_ack = NULL;
    crowd_await(crowd, &crowd->acked, crowd->posted, "acknowledgements");
    crowd_await(crowd, &crowd->articles, crowd->posted, "deliveries");
    counters_read(&alone->server, &after);
    alone->result.batch = (double)counters_between(&before, &after, "store_writes_total") /
                          (double)counters_between(&before, &after, "store_batches_total");
    alone->result.checkpoints = counters_between(&before, &after, "store_checkpoints_total");
    alone->result.total = crowd->posted;
}

void alone_close(struct alone *alone)
{
    server_stop(&alone->server);
    audit_database(alone->folder, &alone->crowd);
    crowd_close(&alone->crowd);
    place_drop(alone->folder);
}
