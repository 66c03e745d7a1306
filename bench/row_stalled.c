/* row_stalled.c -- readers that stop reading while the room is busy: what do the others feel, and
 * what does the server keep for each that stalls?
 *
 * The floor is the same without stalled readers. One in a hundred stalls where time is measured; a
 * half where memory is, so that what each takes stands out from what the room's log takes. It is
 * what the server grew by after that log was filled, less what it grew by when nobody stalled.
 * SPDX-License-Identifier: MIT */
#include "audit.h"
#include "fail.h"
#include "pace.h"
#include "rows.h"

enum { BODY_LEN = 2048 };
#define POSTS_A_SECOND 200
#define WARM_S 1.5 /* fills the log of a room more than once */

struct stalled_run {
    char folder[FOLDER_LEN];
    struct server server;
    struct crowd crowd;
    struct pace pace;
    struct pace_stream stream;
    struct usage_span span;
    struct memory before, after;
    int64_t blocked; /* sends that the kernel did not take whole */
};

static void open_run(struct stalled_run *run, const struct bench *bench)
{
    *run = (struct stalled_run){0};
    place_copy(&bench->place, "stalled", run->folder);
    run->server = server_start(run->folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = run->server.port,
        .count = bench->members,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = bench->place.people,
        .room = 1,
        .body_len = BODY_LEN,
    };
    crowd_open(&run->crowd, &plan);
    server_settle(&run->server, bench->members);
}

static void post_for(struct stalled_run *run, double seconds, int readers)
{
    pace_finish(&run->pace); /* of the time before */
    run->stream =
        (struct pace_stream){.per_second = POSTS_A_SECOND, .readers = readers, .is_kept = true};
    run->pace = (struct pace){.crowd = &run->crowd, .streams = &run->stream, .count = 1};
    pace_run(&run->pace, seconds);
}

static void stall(struct stalled_run *run, int stalled)
{
    for (int i = 0; i < stalled; i++) {
        crowd_stall(&run->crowd, &run->crowd.members[run->crowd.count - 1 - i]);
    }
}

/* The caller closes it when it has read the times. */
static void measure(struct stalled_run *run, const struct bench *bench, int stalled)
{
    static struct counters before;
    static struct counters after;
    open_run(run, bench);
    post_for(run, WARM_S, bench->members);
    run->before = memory_settled(run->server.pid);
    stall(run, stalled);
    counters_read(&run->server, &before);
    struct usage start = usage_of(run->server.pid);
    post_for(run, bench->seconds, bench->members - stalled);
    struct usage end = usage_of(run->server.pid);
    run->after = memory_of(run->server.pid);
    run->span = usage_between(&start, &end);
    counters_read(&run->server, &after);
    run->blocked = counters_between(&before, &after, "sends_blocked_total");
    if (stalled > 0 && run->blocked < stalled) {
        fail("the stalled readers were not felt: --seconds is too short for this row");
    }
    crowd_await(&run->crowd, &run->crowd.acked, run->crowd.posted, "acknowledgements");
    crowd_audit(&run->crowd, run->crowd.posted);
    server_stop(&run->server);
    audit_database(run->folder, &run->crowd);
}

static void close_run(struct stalled_run *run)
{
    pace_finish(&run->pace);
    crowd_close(&run->crowd);
    place_drop(run->folder);
}

static double grown(const struct stalled_run *run)
{
    return (double)(run->after.rss - run->before.rss) / 1024;
}

static void measure_all(const struct bench *bench, struct figure *others, struct figure *memory)
{
    static struct stalled_run run;
    int few = bench->members / 100 > 0 ? bench->members / 100 : 1;
    int half = bench->members / 2;
    measure(&run, bench, 0);
    series_add(&others->floor, times_percentile(&run.pace.each, 0.99));
    double grown_alone = grown(&run);
    close_run(&run);

    measure(&run, bench, few);
    series_add(&others->ours, times_percentile(&run.pace.each, 0.99));
    figure_times(others, &run.pace.each, "a post from when it is due to each reader");
    figure_cpu(others, &run.span, (double)run.pace.each.count, "delivery");
    figure_rss(others, &run.after);
    figure_detail(others, "stalled readers", few);
    figure_detail(others, "sends that the kernel did not take whole", (double)run.blocked);
    close_run(&run);

    measure(&run, bench, half);
    series_add(&memory->ours, (grown(&run) - grown_alone) / half);
    figure_rss(memory, &run.after);
    figure_detail(memory, "stalled readers", half);
    figure_detail(memory, "growth when nobody stalls, KiB", grown_alone);
    figure_detail(memory, "the others' p99, ms", times_percentile(&run.pace.each, 0.99));
    close_run(&run);
}

void row_stalled(struct bench *bench)
{
    struct figure *others =
        report_figure(&bench->report, "stalled", "1 % of readers stalled, the others' p99", "ms");
    struct figure *memory = report_figure(&bench->report, "stalled",
                                          "memory of a stalled reader, of half of them", "KiB");
    others->reach = REACH_RATIO_AT_MOST;
    others->target = 1.1;
    others->floor_what = "the same without stalled readers";
    memory->reach = REACH_VALUE_AT_MOST;
    memory->target = 16;
    for (int i = 0; i < bench->repeats; i++) {
        measure_all(bench, others, memory);
    }
}
