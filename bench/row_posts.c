/* row_posts.c -- row 4: durable posts a second, from people who are each alone in a room.
 *
 * Nothing fans out, so this is the way to the disk and back. Every acknowledged post is looked for
 * in the database afterwards. On one core with its floor, and on two, where the load runs beside
 * the server.
 * SPDX-License-Identifier: MIT */
#include "alone.h"
#include "bare_sql.h"

enum { ROOMS = 64, IN_FLIGHT = 256 };

static struct alone_result measure(struct bench *bench, int core, struct figure *figure)
{
    struct alone alone;
    alone_open(&alone, bench, (struct alone_plan){.rooms = ROOMS, .core = core});
    alone_post(&alone, IN_FLIGHT, bench->seconds);
    series_add(&figure->ours, alone.result.acked / alone.result.span.seconds);
    figure_times(figure, &alone.crowd.ack_times, "a post until it is acknowledged");
    figure_cpu(figure, &alone.result.span, alone.result.acked, "post");
    figure_rss(figure, &alone.result.memory);
    figure_detail(figure, "posts a transaction", alone.result.batch);
    figure_detail(figure, "processors busy, %", 100 * alone.result.span.load);
    figure_detail(figure, "posts audited", (double)alone.result.total);
    struct alone_result result = alone.result;
    alone_close(&alone);
    return result;
}

static struct bare_sql measure_floor(const struct bench *bench, const struct alone_result *ours)
{
    char folder[FOLDER_LEN];
    place_copy(&bench->place, "posts-floor", folder);
    place_separate(folder, ROOMS);
    struct bare_sql floor = bare_sql_run(&bench->cores, folder, ROOMS, ours->total, ours->batch);
    place_drop(folder);
    return floor;
}

void row_posts(struct bench *bench)
{
    struct figure *one =
        report_figure(&bench->report, "posts", "durable posts, one core", "posts/s");
    struct figure *two =
        report_figure(&bench->report, "posts", "durable posts, two cores", "posts/s");
    one->reach = REACH_RATIO_AT_LEAST;
    one->target = 0.6;
    one->floor_what = "one thread running the same statements in batches of the same mean size";
    for (int i = 0; i < bench->repeats; i++) {
        struct alone_result ours = measure(bench, bench->cores.server, one);
        struct bare_sql floor = measure_floor(bench, &ours);
        series_add(&one->floor, (double)ours.total / floor.seconds);
        figure_detail(one, "floor's CPU per post, us", floor.cpu_s * 1e6 / (double)ours.total);
        figure_detail(one, "floor's core busy, %", 100 * floor.cpu_s / floor.seconds);
        (void)measure(bench, -1, two);
    }
}
