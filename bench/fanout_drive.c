/* fanout_drive.c -- see fanout_drive.h.
 * SPDX-License-Identifier: MIT */
#include "fanout_drive.h"

enum { POSTERS = 4, IN_FLIGHT = 16, ROUNDS_AHEAD = 4, WARM_ROUNDS = 50 };
#define WARM_S 0.5

static Nanos after_s(double seconds)
{
    return usage_now() + (Nanos)(seconds * NANOS_PER_S);
}

/* --- saturated
 * ---------------------------------------------------------------------------------------- */

static void post_again(struct crowd *crowd, struct member *member, int64_t number)
{
    (void)number;
    fanout_post(crowd->context, member->index);
}

static void saturate_parlor_until(struct fanout *fanout, Nanos deadline)
{
    while (usage_now() < deadline) {
        crowd_poll(&fanout->crowd, 100);
    }
}

static void saturate_floor_until(struct fanout *fanout, Nanos deadline)
{
    while (usage_now() < deadline) {
        int64_t everybody = fanout->batch * fanout->crowd.count;
        while (fanout->rounds - fanout->crowd.articles / everybody < ROUNDS_AHEAD) {
            fanout_post(fanout, 0);
        }
        crowd_poll(&fanout->crowd, 100);
    }
}

struct fanout_result fanout_saturate(struct fanout *fanout)
{
    void (*run)(struct fanout *, Nanos) =
        fanout->is_floor ? saturate_floor_until : saturate_parlor_until;
    if (!fanout->is_floor) {
        fanout->crowd.on_ack = post_again;
        for (int i = 0; i < IN_FLIGHT; i++) {
            fanout_post(fanout, i % POSTERS);
        }
    }
    run(fanout, after_s(WARM_S));
    fanout_start(fanout);
    run(fanout, after_s(fanout->bench->seconds));
    fanout_end(fanout);
    fanout_close(fanout);
    return fanout_result(fanout);
}

/* --- one in flight ---------------------------------------------------------------------------- */

static void one_round(struct fanout *fanout)
{
    struct crowd *crowd = &fanout->crowd;
    fanout_post(fanout, 0);
    crowd_await(crowd, &crowd->articles, fanout_expected(fanout), "deliveries");
    if (!fanout->is_floor) {
        crowd_await(crowd, &crowd->acked, crowd->posted, "acknowledgements");
    }
}

struct fanout_result fanout_one_by_one(struct fanout *fanout)
{
    for (int i = 0; i < WARM_ROUNDS; i++) {
        one_round(fanout);
    }
    fanout_start(fanout);
    Nanos deadline = after_s(fanout->bench->seconds);
    while (usage_now() < deadline) {
        one_round(fanout);
    }
    fanout_end(fanout);
    fanout_close(fanout);
    return fanout_result(fanout);
}
