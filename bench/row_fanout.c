/* row_fanout.c -- rows 1 and 2: one room, saturated and with one post in flight.
 *
 * The floor of the first sends the same bytes in batches as large as Parlor's sends were.
 * SPDX-License-Identifier: MIT */
#include <math.h>

#include "fanout_drive.h"

static const char ack_time[] = "a post until its author has the acknowledgement";

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
        struct fanout_result ours = fanout_saturate(&fanout);
        fanout_columns(figure, &fanout);
        figure_times(figure, &fanout.acks, ack_time);
        fanout_open_floor(&fanout, bench,
                          (struct bare_plan){.frame_len = (int)lround(ours.frame_len),
                                             .batch = (int)fmax(1, round(ours.batch))});
        struct fanout_result floor = fanout_saturate(&fanout);
        series_add(&figure->ours, ours.per_second);
        series_add(&figure->floor, floor.per_second);
        series_add(&by_cpu->ours, NANOS_PER_S / ours.cpu_ns);
        series_add(&by_cpu->floor, NANOS_PER_S / floor.cpu_ns);
        fanout_details(figure, &ours, &floor);
    }
    bench->posts_limit = series_median(&figure->ours) / bench->members;
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
        struct fanout_result ours = fanout_one_by_one(&fanout);
        fanout_columns(figure, &fanout);
        figure_times(figure, &fanout.acks, ack_time);
        fanout_open_floor(&fanout, bench,
                          (struct bare_plan){.frame_len = (int)lround(ours.frame_len), .batch = 1});
        struct fanout_result floor = fanout_one_by_one(&fanout);
        series_add(&figure->ours, ours.cpu_ns);
        series_add(&figure->floor, floor.cpu_ns);
        fanout_details(figure, &ours, &floor);
    }
}
