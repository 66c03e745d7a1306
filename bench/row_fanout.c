/* row_fanout.c -- rows 1 and 2: one room, saturated and with one post in flight.
 *
 * Saturated: some members post again whenever a post of theirs is acknowledged, so there are always
 * IN_FLIGHT posts under way. Its floor sends the same bytes in batches as large as Parlor's sends
 * were, up to ROUNDS_AHEAD of what everybody has got. One in flight: the next post follows when
 * everybody has the last.
 * SPDX-License-Identifier: MIT */
#include <math.h>

#include "fail.h"
#include "fanout.h"

enum { POSTERS = 4, IN_FLIGHT = 16, ROUNDS_AHEAD = 4, WARM_ROUNDS = 50 };
#define WARM_S 0.5

static const char ack_time[] = "a post until its author has the acknowledgement";

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

static struct fanout_result saturate(struct fanout *fanout)
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

/* By the clock, and by the processor time that was used: the second is right even where other
 * programs share the core, or where the load is the slower end. */
void row_fanout(struct bench *bench)
{
    struct figure *figure =
        report_figure(&bench->report, "fanout", "fan-out, saturated", "deliveries/s");
    figure->reach = REACH_RATIO_AT_LEAST;
    figure->target = 0.75;
    figure->floor_what = "a bare broadcast of the same bytes in batches of the same size";
    struct figure *by_cpu = report_figure(&bench->report, "fanout",
                                          "the same, by the server's own time", "deliveries/CPU s");
    by_cpu->reach = REACH_RATIO_AT_LEAST;
    by_cpu->target = 0.75;
    for (int i = 0; i < bench->repeats; i++) {
        static struct fanout fanout; /* large: it holds two texts of counters */
        fanout_open_parlor(&fanout, bench);
        struct fanout_result ours = saturate(&fanout);
        fanout_columns(figure, &fanout);
        figure_times(figure, &fanout.acks, ack_time);
        fanout_open_floor(&fanout, bench,
                          (struct bare_plan){.frame_len = (int)lround(ours.frame_len),
                                             .batch = (int)fmax(1, round(ours.batch))});
        struct fanout_result floor = saturate(&fanout);
        series_add(&figure->ours, ours.per_second);
        series_add(&figure->floor, floor.per_second);
        series_add(&by_cpu->ours, NANOS_PER_S / ours.cpu_ns);
        series_add(&by_cpu->floor, NANOS_PER_S / floor.cpu_ns);
        fanout_details(figure, &ours, &floor);
    }
    bench->posts_limit = series_median(&figure->ours) / bench->members;
}

/* --- one in flight
 * ------------------------------------------------------------------------------------ */

static void one_round(struct fanout *fanout)
{
    struct crowd *crowd = &fanout->crowd;
    fanout_post(fanout, 0);
    crowd_await(crowd, &crowd->articles, fanout_expected(fanout), "deliveries");
    if (!fanout->is_floor) {
        crowd_await(crowd, &crowd->acked, crowd->posted, "acknowledgements");
    }
}

static struct fanout_result one_by_one(struct fanout *fanout)
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

void row_single(struct bench *bench)
{
    struct figure *figure = report_figure(&bench->report, "single", "fan-out, one post in flight",
                                          "ns of server CPU a delivery");
    figure->reach = REACH_RATIO_AT_MOST;
    figure->target = 1.15;
    figure->floor_what = "a bare send() loop over as many sockets";
    for (int i = 0; i < bench->repeats; i++) {
        static struct fanout fanout;
        fanout_open_parlor(&fanout, bench);
        struct fanout_result ours = one_by_one(&fanout);
        fanout_columns(figure, &fanout);
        figure_times(figure, &fanout.acks, ack_time);
        fanout_open_floor(&fanout, bench,
                          (struct bare_plan){.frame_len = (int)lround(ours.frame_len), .batch = 1});
        struct fanout_result floor = one_by_one(&fanout);
        series_add(&figure->ours, ours.cpu_ns);
        series_add(&figure->floor, floor.cpu_ns);
        fanout_details(figure, &ours, &floor);
    }
}
