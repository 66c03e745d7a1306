/* row_checkpoint.c -- posting at full rate while the store checkpoints: does anybody wait?
 *
 * The posts are long, so that the log of the database fills many times. What counts is the longest
 * time in which nobody was acknowledged anything.
 * SPDX-License-Identifier: MIT */
#include "alone.h"
#include "fail.h"

enum { ROOMS = 64, IN_FLIGHT = 128, BODY_LEN = 2048, CHECKPOINTS_LEAST = 2 };

void row_checkpoint(struct bench *bench)
{
    struct figure *figure = report_figure(&bench->report, "checkpoint",
                                          "longest stall of posting across checkpoints", "ms");
    figure->reach = REACH_VALUE_AT_MOST;
    figure->target = 50;
    for (int i = 0; i < bench->repeats; i++) {
        struct alone alone;
        alone_open(
            &alone, bench,
            (struct alone_plan){.rooms = ROOMS, .core = bench->cores.server, .body_len = BODY_LEN});
        alone_post(&alone, IN_FLIGHT, bench->seconds);
        if (alone.result.checkpoints < CHECKPOINTS_LEAST) {
            fail("there were only %lld checkpoints: --seconds is too short for this row",
                 (long long)alone.result.checkpoints);
        }
        series_add(&figure->ours, (double)alone.longest_silence / 1e6);
        figure_detail(figure, "checkpoints", (double)alone.result.checkpoints);
        figure_detail(figure, "posts a second", alone.result.acked / alone.result.span.seconds);
        figure_detail(figure, "worst acknowledgement, ms",
                      times_percentile(&alone.crowd.ack_times, 1));
        figure_times(figure, &alone.crowd.ack_times, "a post until it is acknowledged");
        figure_cpu(figure, &alone.result.span, alone.result.acked, "post of 2 KiB");
        figure_rss(figure, &alone.result.memory);
        alone_close(&alone);
    }
}
