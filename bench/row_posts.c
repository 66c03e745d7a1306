/* row_posts.c -- row 4: durable posts a second, from people who are each alone in a room.
 *
 * Nothing fans out, so this is the way to the disk and back. Every acknowledged post is looked for
 * in the database afterwards. On one core with its floor, and on two, where the load runs beside
 * the server.
 * SPDX-License-Identifier: MIT */
#include "audit.h"
#include "bare_sql.h"
#include "fail.h"
#include "rows.h"

enum { ROOMS = 64, EACH_IN_FLIGHT = 4 };
#define WARM_S 0.5

struct posts_result {
    struct usage_span span;
    struct memory memory;
    double acked; /* in that span */
    double batch;
    int64_t total;
};

static void post_again(struct crowd *crowd, struct member *member, int64_t number)
{
    (void)number;
    (void)crowd_post(crowd, member);
}

static void poll_for(struct crowd *crowd, double seconds)
{
    Nanos deadline = usage_now() + (Nanos)(seconds * NANOS_PER_S);
    while (usage_now() < deadline) {
        crowd_poll(crowd, 100);
    }
}

static void enter(struct crowd *crowd, const struct bench *bench, const struct server *server)
{
    int64_t rooms[ROOMS];
    for (int i = 0; i < ROOMS; i++) {
        rooms[i] = i + 1;
    }
    struct crowd_plan plan = {
        .port = server->port,
        .count = ROOMS,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = ROOMS,
        .rooms = rooms,
    };
    crowd_open(crowd, &plan);
    server_settle(server, ROOMS);
}

/* The crowd stays open, since what it was told is audited when the server has ended. */
static struct posts_result drive(struct crowd *crowd, const struct bench *bench,
                                 const struct server *server)
{
    static struct counters before;
    static struct counters after;
    enter(crowd, bench, server);
    counters_read(server, &before);
    crowd->on_ack = post_again;
    for (int i = 0; i < ROOMS * EACH_IN_FLIGHT; i++) {
        (void)crowd_post(crowd, &crowd->members[i % ROOMS]);
    }
    poll_for(crowd, WARM_S);
    struct usage start = usage_of(server->pid);
    int64_t start_acked = crowd->acked;
    times_clear(&crowd->ack_times);
    poll_for(crowd, bench->seconds);
    struct usage end = usage_of(server->pid);
    struct posts_result result = {
        .span = usage_between(&start, &end),
        .memory = memory_of(server->pid),
        .acked = (double)(crowd->acked - start_acked),
    };
    crowd->on_ack = NULL;
    crowd_await(crowd, &crowd->acked, crowd->posted, "acknowledgements");
    crowd_await(crowd, &crowd->articles, crowd->posted, "deliveries");
    counters_read(server, &after);

    double batches = (double)(counter_get(&after, "store_batches_total") -
                              counter_get(&before, "store_batches_total"));
    double writes = (double)(counter_get(&after, "store_writes_total") -
                             counter_get(&before, "store_writes_total"));
    result.batch = writes / batches;
    result.total = crowd->posted;
    return result;
}

static struct posts_result measure(const struct bench *bench, int core, struct figure *figure)
{
    char folder[FOLDER_LEN];
    place_copy(&bench->place, "posts", folder);
    place_separate(folder, ROOMS);
    struct server server = server_start(folder, &bench->cores, core);
    struct crowd crowd;
    struct posts_result result = drive(&crowd, bench, &server);
    server_stop(&server);
    audit_database(folder, &crowd);
    series_add(&figure->ours, result.acked / result.span.seconds);
    figure_times(figure, &crowd.ack_times, "a post until it is acknowledged");
    figure_cpu(figure, &result.span, result.acked, "post");
    figure_rss(figure, &result.memory);
    crowd_close(&crowd);
    place_drop(folder);
    return result;
}

static struct bare_sql measure_floor(const struct bench *bench, const struct posts_result *ours)
{
    char folder[FOLDER_LEN];
    place_copy(&bench->place, "posts-floor", folder);
    place_separate(folder, ROOMS);
    struct bare_sql floor = bare_sql_run(&bench->cores, folder, ROOMS, ours->total, ours->batch);
    place_drop(folder);
    return floor;
}

static void add_details(struct figure *figure, const struct posts_result *result)
{
    figure_detail(figure, "posts a transaction", result->batch);
    figure_detail(figure, "processors busy, %", 100 * result->span.load);
    figure_detail(figure, "posts audited", (double)result->total);
}

void row_posts(struct bench *bench)
{
    if (bench->place.people < ROOMS) {
        fail("posts need %d people", ROOMS);
    }
    struct figure *one =
        report_figure(&bench->report, "posts", "durable posts, one core", "posts/s");
    struct figure *two =
        report_figure(&bench->report, "posts", "durable posts, two cores", "posts/s");
    one->reach = REACH_RATIO_AT_LEAST;
    one->target = 0.6;
    one->floor_what = "one thread running the same statements in batches of the same mean size";
    for (int i = 0; i < bench->repeats; i++) {
        struct posts_result ours = measure(bench, bench->cores.server, one);
        struct bare_sql floor = measure_floor(bench, &ours);
        series_add(&one->floor, (double)ours.total / floor.seconds);
        add_details(one, &ours);
        figure_detail(one, "floor's CPU per post, us", floor.cpu_s * 1e6 / (double)ours.total);
        figure_detail(one, "floor's core busy, %", 100 * floor.cpu_s / floor.seconds);
        struct posts_result both = measure(bench, -1, two);
        add_details(two, &both);
    }
}
