/* row_rooms.c -- a large room is posted to a hundred times a second: what do other rooms feel?
 *
 * The small rooms are a crowd of their own, which is looked at between every few sockets of the
 * large one: what is measured is the server and not how busy the load is. The floor is the same
 * with a large room that is silent.
 * SPDX-License-Identifier: MIT */
#include "audit.h"
#include "fail.h"
#include "pace.h"
#include "rows.h"

enum { SMALL_ROOMS = 16, SOCKETS_BETWEEN = 8 };
#define SMALL_POSTS_A_SECOND 10
#define LARGE_POSTS_A_SECOND 100

struct rooms_run {
    char folder[FOLDER_LEN];
    struct server server;
    struct crowd large, small;
    struct pace pace; /* of the small rooms */
    struct pace_stream streams[SMALL_ROOMS];
    double large_per_second; /* 0: it is silent */
    Nanos start, looked;
    struct times looks; /* between two looks at the small rooms: what the load itself adds */
    struct usage_span span;
    struct memory memory;
};

static void post_to_large(void *context)
{
    struct rooms_run *run = context;
    Nanos now = usage_now();
    double passed = (double)(now - run->start) / NANOS_PER_S;
    times_add(&run->looks, (double)(now - run->looked) / 1e6);
    run->looked = now;
    while ((double)run->large.posted < passed * run->large_per_second) {
        (void)crowd_post(&run->large, &run->large.members[0]);
    }
    crowd_poll_few(&run->large, SOCKETS_BETWEEN);
}

static void open_run(struct rooms_run *run, const struct bench *bench)
{
    int64_t rooms[SMALL_ROOMS];
    for (int i = 0; i < SMALL_ROOMS; i++) {
        rooms[i] = i + 2;
    }
    place_copy(&bench->place, "rooms", run->folder);
    place_add_rooms(run->folder, SMALL_ROOMS + 1);
    run->server = server_start(run->folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = run->server.port,
        .count = bench->storm,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = bench->place.people,
        .room = 1,
    };
    crowd_open(&run->large, &plan);
    plan.count = SMALL_ROOMS;
    plan.rooms = rooms;
    plan.cookies++; /* person n is in room n */
    plan.letter = 's';
    crowd_open(&run->small, &plan);
    server_settle(&run->server, bench->storm + SMALL_ROOMS);
}

static void close_run(struct rooms_run *run)
{
    const struct crowd *const crowds[] = {&run->large, &run->small};
    crowd_await(&run->large, &run->large.articles, run->large.posted * run->large.count,
                "deliveries in the large room");
    crowd_await(&run->large, &run->large.acked, run->large.posted, "acknowledgements");
    crowd_await(&run->small, &run->small.acked, run->small.posted, "acknowledgements");
    crowd_audit(&run->large, run->large.posted);
    crowd_audit(&run->small, run->small.posted / SMALL_ROOMS);
    server_stop(&run->server);
    audit_databases(run->folder, crowds, 2);
    crowd_close(&run->large);
    crowd_close(&run->small);
    place_drop(run->folder);
}

/* The caller finishes the pace. */
static void measure(struct rooms_run *run, const struct bench *bench, double large_per_second)
{
    times_free(&run->looks); /* of the measurement before */
    *run = (struct rooms_run){.large_per_second = large_per_second};
    open_run(run, bench);
    for (int i = 0; i < SMALL_ROOMS; i++) {
        run->streams[i] = (struct pace_stream){
            .poster = i, .per_second = SMALL_POSTS_A_SECOND, .readers = 1, .is_kept = true};
    }
    run->pace = (struct pace){.crowd = &run->small,
                              .streams = run->streams,
                              .count = SMALL_ROOMS,
                              .on_turn = post_to_large,
                              .context = run};
    run->start = run->looked = usage_now();
    struct usage start = usage_of(run->server.pid);
    pace_run(&run->pace, bench->seconds);
    struct usage end = usage_of(run->server.pid);
    run->span = usage_between(&start, &end);
    run->memory = memory_of(run->server.pid);
    close_run(run);
}

void row_rooms(struct bench *bench)
{
    struct figure *figure =
        report_figure(&bench->report, "rooms", "other rooms' p99 beside a large busy one", "ms");
    figure->reach = REACH_RATIO_AT_MOST;
    figure->target = 2;
    figure->floor_what = "the same beside a large silent one";
    for (int i = 0; i < bench->repeats; i++) {
        static struct rooms_run run;
        measure(&run, bench, 0);
        series_add(&figure->floor, times_percentile(&run.pace.each, 0.99));
        pace_finish(&run.pace);
        measure(&run, bench, LARGE_POSTS_A_SECOND);
        series_add(&figure->ours, times_percentile(&run.pace.each, 0.99));
        figure_times(figure, &run.pace.each, "a post in a small room until it is shown");
        figure_rss(figure, &run.memory);
        figure_detail(figure, "members of the large room", bench->storm);
        figure_detail(figure, "posts a second there", LARGE_POSTS_A_SECOND);
        figure_detail(figure, "server's core busy, %", 100 * run.span.load);
        figure_detail(figure, "between two looks of the load, p99, ms",
                      times_percentile(&run.looks, 0.99));
        figure_detail(figure, "between two looks of the load, worst, ms",
                      times_percentile(&run.looks, 1));
        pace_finish(&run.pace);
    }
}
