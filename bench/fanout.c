/* fanout.c -- see fanout.h.
 * SPDX-License-Identifier: MIT */
#include "fanout.h"

#include <math.h>
#include <string.h>

#include "audit.h"
#include "fail.h"

/* --- up and down
 * ---------------------------------------------------------------------------------- */

void fanout_open_parlor(struct fanout *fanout, struct bench *bench)
{
    times_free(&fanout->acks); /* of the measurement before */
    *fanout = (struct fanout){.bench = bench, .batch = 1};
    place_copy(&bench->place, "fanout", fanout->folder);
    fanout->server = server_start(fanout->folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = fanout->server.port,
        .count = bench->members,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = bench->place.people,
        .room = 1,
    };
    crowd_open(&fanout->crowd, &plan);
    fanout->crowd.context = fanout;
    server_settle(&fanout->server, bench->members);
    counters_read(&fanout->server, &fanout->before);
}

void fanout_open_floor(struct fanout *fanout, struct bench *bench, struct bare_plan plan)
{
    times_free(&fanout->acks);
    *fanout = (struct fanout){.bench = bench, .is_floor = true, .batch = plan.batch};
    plan.sockets = bench->members;
    fanout->bare = bare_start(&bench->cores, &plan);
    struct crowd_plan crowd_plan = {
        .port = fanout->bare.port, .count = bench->members, .room = 1, .is_bare = true};
    crowd_open(&fanout->crowd, &crowd_plan);
    fanout->crowd.context = fanout;
}

int64_t fanout_expected(const struct fanout *fanout)
{
    int64_t frames = fanout->is_floor ? fanout->rounds * fanout->batch : fanout->crowd.posted;
    return frames * fanout->crowd.count;
}

/* A member that lagged so far that it had to join anew would be audited as a gap. */
static void close_parlor(struct fanout *fanout)
{
    counters_read(&fanout->server, &fanout->after);
    if (counter_get(&fanout->after, "rejoins_total") != 0) {
        fail("members fell off the room log: the load is not what it should be");
    }
    server_stop(&fanout->server);
    audit_database(fanout->folder, &fanout->crowd);
    place_drop(fanout->folder);
}

void fanout_close(struct fanout *fanout)
{
    struct crowd *crowd = &fanout->crowd;
    crowd->on_ack = NULL;
    crowd_await(crowd, &crowd->articles, fanout_expected(fanout), "deliveries");
    if (!fanout->is_floor) {
        crowd_await(crowd, &crowd->acked, crowd->posted, "acknowledgements");
    }
    crowd_audit(crowd, fanout_expected(fanout) / crowd->count);
    if (fanout->is_floor) {
        bare_stop(&fanout->bare);
    } else {
        close_parlor(fanout);
    }
    fanout->acks = crowd->ack_times;
    crowd->ack_times = (struct times){0};
    crowd_close(crowd);
}

/* --- driving
 * -------------------------------------------------------------------------------------- */

static pid_t process(const struct fanout *fanout)
{
    return fanout->is_floor ? fanout->bare.pid : fanout->server.pid;
}

void fanout_start(struct fanout *fanout)
{
    fanout->start = usage_of(process(fanout));
    fanout->start_articles = fanout->crowd.articles;
    times_clear(&fanout->crowd.ack_times);
}

void fanout_end(struct fanout *fanout)
{
    fanout->end = usage_of(process(fanout));
    fanout->end_articles = fanout->crowd.articles;
    fanout->memory = memory_of(process(fanout));
}

void fanout_post(struct fanout *fanout, int poster)
{
    if (fanout->is_floor) {
        bare_credit(&fanout->bare, 1);
        fanout->rounds++;
    } else {
        (void)crowd_post(&fanout->crowd, &fanout->crowd.members[poster]);
    }
}

/* --- what came of it
 * -------------------------------------------------------------------------------- */

static double counted(const struct fanout *fanout, const char *name)
{
    return (double)(counter_get(&fanout->after, name) - counter_get(&fanout->before, name));
}

/* After fanout_close; the crowd is gone, so what it counted comes from the copies. */
struct fanout_result fanout_result(const struct fanout *fanout)
{
    struct usage_span span = usage_between(&fanout->start, &fanout->end);
    double articles = (double)(fanout->end_articles - fanout->start_articles);
    if (articles == 0) {
        fail("nothing was delivered in %.3g s: the machine is too busy", span.seconds);
    }
    struct fanout_result result = {
        .per_second = articles / span.seconds,
        .cpu_ns = span.cpu_s * NANOS_PER_S / articles,
        .system_share = span.system_share,
        .load = span.load,
        .batch = (double)fanout->batch,
    };
    if (!fanout->is_floor) {
        result.batch = counted(fanout, "deliveries_total") / counted(fanout, "sends_total");
        result.frame_len =
            counted(fanout, "sent_bytes_total") / counted(fanout, "deliveries_total");
    }
    return result;
}

void fanout_columns(struct figure *figure, const struct fanout *fanout)
{
    struct usage_span span = usage_between(&fanout->start, &fanout->end);
    figure_cpu(figure, &span, (double)(fanout->end_articles - fanout->start_articles), "delivery");
    figure_rss(figure, &fanout->memory);
}

void fanout_details(struct figure *figure, const struct fanout_result *ours,
                    const struct fanout_result *floor)
{
    figure_detail(figure, "server CPU per delivery, ns", ours->cpu_ns);
    figure_detail(figure, "of it in the kernel, %", 100 * ours->system_share);
    figure_detail(figure, "floor's CPU per delivery, ns", floor->cpu_ns);
    figure_detail(figure, "of it in the kernel (floor), %", 100 * floor->system_share);
    figure_detail(figure, "CPU ratio, ours to floor", ours->cpu_ns / floor->cpu_ns);
    figure_detail(figure, "deliveries a second", ours->per_second);
    figure_detail(figure, "deliveries a second (floor)", floor->per_second);
    figure_detail(figure, "server's core busy, %", 100 * ours->load);
    figure_detail(figure, "server's core busy (floor), %", 100 * floor->load);
    figure_detail(figure, "frames a send", ours->batch);
    figure_detail(figure, "frames a send (floor)", floor->batch);
    figure_detail(figure, "bytes a frame", ours->frame_len);
}
