/* row_reconnect.c -- many sockets are cut at once and come back, each with its cursor.
 *
 * While they are away the room is posted to, and the last of those posts are under way when the
 * first sockets are back. It counts from the cut until the last has everything: in order, without a
 * gap and once, which is audited of each. Once the network is cut, and once the server is stopped
 * and started again.
 * SPDX-License-Identifier: MIT */
#include "audit.h"
#include "fail.h"
#include "rows.h"

enum { BEFORE = 10, AWAY = 50, UNDER_WAY = 50 };

struct storm {
    const struct bench *bench;
    struct server server;
    struct crowd crowd, poster;
    char folder[FOLDER_LEN], epoch[EPOCH_LEN];
};

static void come(struct storm *storm, struct crowd *crowd, int count, int64_t last_seq,
                 const char *epoch)
{
    struct crowd_plan plan = {
        .port = storm->server.port,
        .count = count,
        .cookies = (const char(*)[COOKIE_LEN])storm->bench->place.cookies,
        .cookie_count = storm->bench->place.people,
        .room = 1,
        .last_seq = last_seq,
        .epoch = epoch,
    };
    crowd_open(crowd, &plan);
}

static void post(struct storm *storm, int count)
{
    for (int i = 0; i < count; i++) {
        (void)crowd_post(&storm->poster, &storm->poster.members[0]);
    }
}

static void await_posts(struct storm *storm)
{
    struct crowd *poster = &storm->poster;
    crowd_await(poster, &poster->acked, poster->posted, "acknowledgements");
    crowd_await(poster, &poster->articles, poster->posted, "deliveries");
}

static void open_storm(struct storm *storm, const struct bench *bench)
{
    *storm = (struct storm){.bench = bench};
    place_copy(&bench->place, "reconnect", storm->folder);
    storm->server = server_start(storm->folder, &bench->cores, bench->cores.server);
    server_epoch(&storm->server, bench->place.cookies[0], storm->epoch);
    come(storm, &storm->crowd, bench->storm, 0, NULL);
    come(storm, &storm->poster, 1, 0, NULL);
    server_settle(&storm->server, bench->storm + 1);
    post(storm, BEFORE);
    await_posts(storm);
    crowd_await(&storm->crowd, &storm->crowd.articles, (int64_t)BEFORE * bench->storm,
                "deliveries");
    crowd_audit(&storm->crowd, BEFORE);
}

/* Until everybody has what was posted meanwhile. */
static void come_back(struct storm *storm, int64_t missed)
{
    struct crowd *crowd = &storm->crowd;
    come(storm, crowd, storm->bench->storm, BEFORE, storm->epoch);
    crowd_await(crowd, &crowd->resumed, crowd->count, "replays");
    crowd_await(crowd, &crowd->articles, missed * crowd->count, "deliveries");
}

static void close_storm(struct storm *storm, struct figure *figure, double seconds,
                        const struct usage_span *span, int64_t missed)
{
    static struct counters counters;
    struct crowd *crowd = &storm->crowd;
    crowd_audit(crowd, missed);
    struct memory memory = memory_of(storm->server.pid);
    counters_read(&storm->server, &counters);
    series_add(&figure->ours, seconds);
    figure_cpu(figure, span, crowd->count, "socket");
    figure_rss(figure, &memory);
    figure_detail(figure, "sockets", crowd->count);
    figure_detail(figure, "messages that each had missed", (double)missed);
    figure_detail(figure, "replays read from the store",
                  (double)counter_get(&counters, "replays_total"));
    figure_detail(figure, "gaps", 0); /* or the audit had ended the run */
    figure_detail(figure, "repetitions", 0);
    server_stop(&storm->server);
    audit_database(storm->folder, &storm->poster);
    crowd_close(crowd);
    crowd_close(&storm->poster);
    place_drop(storm->folder);
}

static void measure_cut(const struct bench *bench, struct figure *figure)
{
    static struct storm storm;
    open_storm(&storm, bench);
    struct usage start = usage_of(storm.server.pid);
    Nanos cut = usage_now();
    crowd_close(&storm.crowd);
    post(&storm, AWAY);
    await_posts(&storm);
    post(&storm, UNDER_WAY);
    come_back(&storm, AWAY + UNDER_WAY);
    double seconds = (double)(usage_now() - cut) / NANOS_PER_S;
    struct usage end = usage_of(storm.server.pid);
    struct usage_span span = usage_between(&start, &end);
    await_posts(&storm);
    close_storm(&storm, figure, seconds, &span, AWAY + UNDER_WAY);
}

/* A server that was started again has no log of the room in memory: all of it is read anew. */
static void measure_restart(const struct bench *bench, struct figure *figure)
{
    static struct storm storm;
    open_storm(&storm, bench);
    crowd_close(&storm.crowd);
    post(&storm, AWAY);
    await_posts(&storm);
    crowd_cut(&storm.poster); /* so that the server waits for nobody */
    Nanos stop = usage_now();
    server_stop(&storm.server);
    storm.server = server_start(storm.folder, &bench->cores, bench->cores.server);
    struct usage start = usage_of(storm.server.pid);
    come_back(&storm, AWAY);
    double seconds = (double)(usage_now() - stop) / NANOS_PER_S;
    struct usage end = usage_of(storm.server.pid);
    struct usage_span span = usage_between(&start, &end);
    close_storm(&storm, figure, seconds, &span, AWAY);
}

void row_reconnect(struct bench *bench)
{
    struct figure *cut = report_figure(&bench->report, "reconnect",
                                       "everybody cut at once, until all have everything", "s");
    struct figure *restart =
        report_figure(&bench->report, "reconnect", "the same over a restart of the server", "s");
    cut->reach = restart->reach = REACH_VALUE_AT_MOST;
    cut->target = restart->target = 5;
    for (int i = 0; i < bench->repeats; i++) {
        measure_cut(bench, cut);
        measure_restart(bench, restart);
    }
}
