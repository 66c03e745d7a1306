/* row_latency.c -- row 6: from a post to the last of the members, at a third of the load limit.
 *
 * Posts are sent when they are due, whether or not the one before has arrived, and time counts from
 * when they were due: a server that stops for a moment pays for all posts of that moment. The floor
 * is sent one credit at the same times, and takes together what waits.
 * SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "fail.h"
#include "fanout.h"
#include "pace.h"

enum { SYNCS = 200 };

static void post(void *context, struct pace_stream *stream)
{
    fanout_post(context, stream->poster);
}

/* Everything at the given rate, audited and taken down. The caller finishes `pace`. */
static void run(struct fanout *fanout, struct pace *pace, struct pace_stream *stream,
                double per_second)
{
    *stream = (struct pace_stream){
        .per_second = per_second, .readers = fanout->crowd.count, .is_kept = true};
    *pace = (struct pace){
        .crowd = &fanout->crowd, .streams = stream, .count = 1, .post = post, .context = fanout};
    fanout_start(fanout);
    pace_run(pace, fanout->bench->seconds);
    fanout_end(fanout);
    fanout_close(fanout);
}

static void draw(struct report *report, const char *name, struct pace *pace, bool is_floor)
{
    static const double shares[] = {0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999};
    struct chart *chart = report_chart(report, "latency");
    chart->title = "From a post to the last member";
    chart->x_label = "share of posts that took at most so long";
    chart->y_label = "ms";
    chart->x_is_log = true;
    chart->x_is_share = true;
    chart->y_is_log = true;
    struct chart_line *line = chart_line(chart, name);
    line->is_floor = is_floor;
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        chart_point(line, 1 / (1 - shares[i]), times_percentile(&pace->last, shares[i]));
    }
}

/* The time of one fsync of a page on the same disk, ms; the median. */
static double measure_sync(const struct bench *bench)
{
    static const char page[4096];
    char path[FOLDER_LEN + 16];
    struct times times = {0};
    (void)snprintf(path, sizeof(path), "%s/sync", bench->place.base);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail_sys("%s", path);
    }
    for (int i = 0; i < SYNCS; i++) {
        Nanos start = usage_now();
        if (pwrite(fd, page, sizeof(page), i * (off_t)sizeof(page)) != sizeof(page) ||
            fdatasync(fd) != 0) {
            fail_sys("%s", path);
        }
        times_add(&times, (double)(usage_now() - start) / 1e6);
    }
    (void)close(fd);
    (void)unlink(path);
    double median = times_percentile(&times, 0.5);
    times_free(&times);
    return median;
}

static void measure(struct bench *bench, struct figure *figure, double per_second, bool is_drawn)
{
    static struct fanout fanout;
    struct pace_stream stream;
    struct pace pace;
    fanout_open_parlor(&fanout, bench);
    run(&fanout, &pace, &stream, per_second);
    struct fanout_result cost = fanout_result(&fanout);
    fanout_columns(figure, &fanout);
    figure_times(figure, &pace.last, "a post from when it is due until the last member has it");
    series_add(&figure->ours, times_percentile(&pace.last, 0.99));
    figure_detail(figure, "posts a second", per_second);
    figure_detail(figure, "worst, ms", times_percentile(&pace.last, 1));
    if (is_drawn) {
        draw(&bench->report, "Parlor", &pace, false);
    }
    pace_finish(&pace);

    fanout_open_floor(&fanout, bench,
                      (struct bare_plan){
                          .frame_len = (int)lround(cost.frame_len), .batch = 1, .coalesces = true});
    run(&fanout, &pace, &stream, per_second);
    double sync_ms = measure_sync(bench);
    /* The target lets Parlor have 1.3 of the floor and then one fsync more. */
    series_add(&figure->floor, times_percentile(&pace.last, 0.99) + sync_ms / figure->target);
    figure_detail(figure, "floor's p50, ms", times_percentile(&pace.last, 0.5));
    figure_detail(figure, "floor's p99, ms", times_percentile(&pace.last, 0.99));
    figure_detail(figure, "one fsync, ms", sync_ms);
    figure_detail(figure, "server's core busy, %", 100 * cost.load);
    if (is_drawn) {
        draw(&bench->report, "bare broadcast", &pace, true);
    }
    pace_finish(&pace);
}

void row_latency(struct bench *bench)
{
    if (bench->posts_limit == 0) {
        fail("latency is measured at a third of what fan-out reaches: ask for fanout too");
    }
    struct figure *figure =
        report_figure(&bench->report, "latency", "post to the last member, p99", "ms");
    double per_second = bench->posts_limit / 3;
    figure->reach = REACH_RATIO_AT_MOST;
    figure->target = 1.3;
    figure->floor_what = "a bare broadcast at the same rate, plus one fsync";
    for (int i = 0; i < bench->repeats; i++) {
        bool is_drawn = i + 1 == bench->repeats;
        measure(bench, figure, per_second, is_drawn);
    }
}
