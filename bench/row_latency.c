/* row_latency.c -- row 6: from a post to the last of the members, at a third of the load limit.
 *
 * Posts are sent when they are due, whether or not the one before has arrived, and time counts from
 * when they were due: a server that stops for a moment pays for all posts of that moment. The floor
 * is sent one credit at the same times, and takes together what waits.
 * SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fail.h"
#include "fanout.h"

enum { SYNCS = 200 };

struct schedule {
    Nanos *due;       /* by seq - 1 */
    int *arrived;     /* members that have it */
    double *total_ms; /* until the last had it */
    int64_t count;
};

static struct schedule schedule;

static void note_arrival(struct crowd *crowd, struct member *member, int64_t seq)
{
    (void)member;
    if (seq > schedule.count) {
        fail("message %lld was never posted", (long long)seq);
    }
    if (++schedule.arrived[seq - 1] == crowd->count) {
        schedule.total_ms[seq - 1] = (double)(crowd->woken - schedule.due[seq - 1]) / 1e6;
    }
}

struct latency {
    double p50, p99, p999, worst; /* ms */
};

/* Polls without sleeping: the load has a core of its own, and a timer would round. */
static struct latency run(struct fanout *fanout, double per_second)
{
    int64_t count = (int64_t)(fanout->bench->seconds * per_second);
    struct latency latency;
    schedule = (struct schedule){.due = make((size_t)count, sizeof(Nanos)),
                                 .arrived = make((size_t)count, sizeof(int)),
                                 .total_ms = make((size_t)count, sizeof(double)),
                                 .count = count};
    fanout->crowd.on_article = note_arrival;
    Nanos start = usage_now();
    fanout_start(fanout);
    for (int64_t i = 0; i < count; i++) {
        schedule.due[i] = start + (Nanos)((double)i / per_second * NANOS_PER_S);
        while (usage_now() < schedule.due[i]) {
            crowd_poll(&fanout->crowd, 0);
        }
        fanout_post(fanout, 0);
    }
    crowd_await(&fanout->crowd, &fanout->crowd.articles, fanout_expected(fanout), "deliveries");
    fanout_end(fanout);
    fanout_close(fanout);
    latency.p50 = percentile(schedule.total_ms, count, 0.5);
    latency.p99 = percentile(schedule.total_ms, count, 0.99);
    latency.p999 = percentile(schedule.total_ms, count, 0.999);
    latency.worst = percentile(schedule.total_ms, count, 1);
    free(schedule.due);
    free(schedule.arrived);
    free(schedule.total_ms);
    return latency;
}

/* The time of one fsync of a page on the same disk, ms; the median. */
static double measure_sync(const struct bench *bench)
{
    static const char page[4096];
    char path[FOLDER_LEN + 16];
    double times[SYNCS];
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
        times[i] = (double)(usage_now() - start) / 1e6;
    }
    (void)close(fd);
    (void)unlink(path);
    return percentile(times, SYNCS, 0.5);
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
        static struct fanout fanout;
        fanout_open_parlor(&fanout, bench);
        struct latency ours = run(&fanout, per_second);
        struct fanout_result cost = fanout_result(&fanout);
        fanout_open_floor(&fanout, bench,
                          (struct bare_plan){.frame_len = (int)lround(cost.frame_len),
                                             .batch = 1,
                                             .coalesces = true});
        struct latency floor = run(&fanout, per_second);
        double sync_ms = measure_sync(bench);
        series_add(&figure->ours, ours.p99);
        series_add(&figure->floor, floor.p99 + sync_ms / 1.3);
        figure_detail(figure, "posts a second", per_second);
        figure_detail(figure, "p50, ms", ours.p50);
        figure_detail(figure, "p99.9, ms", ours.p999);
        figure_detail(figure, "worst, ms", ours.worst);
        figure_detail(figure, "floor's p50, ms", floor.p50);
        figure_detail(figure, "floor's p99, ms", floor.p99);
        figure_detail(figure, "one fsync, ms", sync_ms);
        figure_detail(figure, "server's core busy, %", 100 * cost.load);
    }
}
