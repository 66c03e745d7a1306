/* row_peer.c -- the rows that can be run against any WebSocket server that somebody started.
 *
 * They drive it as the rows of the same name drive Parlor, and what comes is audited: every member
 * gets every post once. What a server stores cannot be known from outside, and is not asked.
 * SPDX-License-Identifier: MIT */
#include "fail.h"
#include "rows.h"

enum { POSTERS = 4, IN_FLIGHT = 16, WARM_ROUNDS = 50, ALONE = 64, EACH_IN_FLIGHT = 4 };
#define WARM_S 0.5
#define SETTLE_S 0.5

static void poll_for(struct crowd *crowd, double seconds)
{
    Nanos deadline = usage_now() + (Nanos)(seconds * NANOS_PER_S);
    while (usage_now() < deadline) {
        crowd_poll(crowd, 50);
    }
}

static void come(struct crowd *crowd, const struct bench *bench, int count, const int64_t *rooms)
{
    struct crowd_plan plan = {
        .peer = bench->peer, .port = bench->peer->port, .count = count, .rooms = rooms, .room = 1};
    crowd_open(crowd, &plan);
    poll_for(crowd, SETTLE_S); /* whatever it does with who comes, and with a hello */
}

static void post_again(struct crowd *crowd, struct member *member, int64_t number)
{
    (void)number;
    (void)crowd_post(crowd, member);
}

/* --- the part that counts --------------------------------------------------------------------- */

struct part {
    struct usage start;
    Nanos from;
    int64_t articles, acked;
};

static struct part part_start(const struct bench *bench, struct crowd *crowd)
{
    struct part part = {.from = usage_now(), .articles = crowd->articles, .acked = crowd->acked};
    times_clear(&crowd->ack_times);
    if (bench->peer->pid != 0) {
        part.start = usage_of(bench->peer->pid);
    }
    return part;
}

/* The seconds; the figure gets its columns. */
static double part_end(const struct bench *bench, const struct crowd *crowd,
                       const struct part *part, struct figure *figure, bool is_fanout)
{
    double seconds = (double)(usage_now() - part->from) / NANOS_PER_S;
    double units =
        (double)(is_fanout ? crowd->articles - part->articles : crowd->acked - part->acked);
    if (units == 0) {
        fail("the peer delivered nothing in %.3g s", seconds);
    }
    if (bench->peer->pid != 0) {
        struct usage end = usage_of(bench->peer->pid);
        struct usage_span span = usage_between(&part->start, &end);
        struct memory memory = memory_of(bench->peer->pid);
        figure_cpu(figure, &span, units, is_fanout ? "delivery" : "post");
        figure_rss(figure, &memory);
        figure_detail(figure, "processors busy, %", 100 * span.load);
    }
    return seconds;
}

/* From now on so many posts are in flight, by the first `posters` members in turn; until that is warm. */
static void keep_posting(struct crowd *crowd, int in_flight, int posters)
{
    crowd->on_ack = post_again;
    for (int i = 0; i < in_flight; i++) {
        (void)crowd_post(crowd, &crowd->members[i % posters]);
    }
    poll_for(crowd, WARM_S);
}

/* --- rows ------------------------------------------------------------------------------------- */

static void add_fanout(struct figure *figure, struct crowd *crowd)
{
    figure_times(figure, &crowd->ack_times, "a post until its author has it");
    figure_detail(figure, "members", crowd->count);
    figure_detail(figure, "posts audited", (double)crowd->posted);
    figure_detail(figure, "bytes a frame", (double)crowd->article_bytes / (double)crowd->articles);
    figure_detail(figure, "members that saw another order than the first",
                  crowd_orders_apart(crowd));
}

static void end_fanout(struct crowd *crowd)
{
    crowd->on_ack = NULL;
    crowd_await(crowd, &crowd->articles, crowd->posted * crowd->count, "deliveries");
    crowd_await(crowd, &crowd->acked, crowd->posted, "own posts");
    crowd_audit(crowd, crowd->posted);
}

void peer_fanout(struct bench *bench)
{
    struct figure *figure =
        report_figure(&bench->report, "fanout", "peer: fan-out, saturated", "deliveries/s");
    for (int i = 0; i < bench->repeats; i++) {
        struct crowd crowd;
        come(&crowd, bench, bench->members, NULL);
        keep_posting(&crowd, IN_FLIGHT, POSTERS);
        struct part part = part_start(bench, &crowd);
        poll_for(&crowd, bench->seconds);
        double delivered = (double)(crowd.articles - part.articles);
        double seconds = part_end(bench, &crowd, &part, figure, true);
        end_fanout(&crowd);
        series_add(&figure->ours, delivered / seconds);
        add_fanout(figure, &crowd);
        crowd_close(&crowd);
    }
}

static void one_round(struct crowd *crowd)
{
    (void)crowd_post(crowd, &crowd->members[0]);
    crowd_await(crowd, &crowd->articles, crowd->posted * crowd->count, "deliveries");
}

void peer_single(struct bench *bench)
{
    struct figure *figure = report_figure(&bench->report, "single",
                                          "peer: fan-out, one post in flight", "deliveries/s");
    for (int i = 0; i < bench->repeats; i++) {
        struct crowd crowd;
        come(&crowd, bench, bench->members, NULL);
        for (int k = 0; k < WARM_ROUNDS; k++) {
            one_round(&crowd);
        }
        struct part part = part_start(bench, &crowd);
        Nanos deadline = usage_now() + (Nanos)(bench->seconds * NANOS_PER_S);
        while (usage_now() < deadline) {
            one_round(&crowd);
        }
        double delivered = (double)(crowd.articles - part.articles);
        double seconds = part_end(bench, &crowd, &part, figure, true);
        end_fanout(&crowd);
        series_add(&figure->ours, delivered / seconds);
        add_fanout(figure, &crowd);
        crowd_close(&crowd);
    }
}

void peer_memory(struct bench *bench)
{
    if (bench->peer->pid == 0) {
        say("memory needs --peer-pid");
        return;
    }
    struct figure *figure =
        report_figure(&bench->report, "memory", "peer: memory of an idle socket", "bytes");
    for (int i = 0; i < bench->repeats; i++) {
        struct crowd first;
        struct crowd rest;
        come(&first, bench, 1, NULL);
        struct memory before = memory_settled(bench->peer->pid);
        come(&rest, bench, bench->sockets, NULL);
        struct memory after = memory_settled(bench->peer->pid);
        series_add(&figure->ours, (double)(after.rss - before.rss) / bench->sockets);
        figure_rss(figure, &after);
        figure_detail(figure, "sockets", bench->sockets);
        crowd_close(&rest);
        crowd_close(&first);
    }
}

void peer_posts(struct bench *bench)
{
    int64_t rooms[ALONE];
    if (!peer_has_rooms(bench->peer)) {
        say("posts needs rooms: {room} in --peer or --payload");
        return;
    }
    for (int i = 0; i < ALONE; i++) {
        rooms[i] = i + 1;
    }
    struct figure *figure =
        report_figure(&bench->report, "posts", "peer: posts, each alone in a room", "posts/s");
    for (int i = 0; i < bench->repeats; i++) {
        struct crowd crowd;
        come(&crowd, bench, ALONE, rooms);
        keep_posting(&crowd, ALONE * EACH_IN_FLIGHT, ALONE);
        struct part part = part_start(bench, &crowd);
        poll_for(&crowd, bench->seconds);
        double acked = (double)(crowd.acked - part.acked);
        double seconds = part_end(bench, &crowd, &part, figure, false);
        crowd.on_ack = NULL;
        crowd_await(&crowd, &crowd.acked, crowd.posted, "own posts");
        series_add(&figure->ours, acked / seconds);
        figure_times(figure, &crowd.ack_times, "a post until its author has it");
        figure_detail(figure, "posts audited", (double)crowd.posted);
        crowd_close(&crowd);
    }
}
