/* row_signins.c -- two hundred people sign in at once: chat goes on.
 *
 * The server computes few password hashes at a time and refuses what waits too long; whoever is
 * refused tries again, until everybody is in. Meanwhile a room is posted to.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "audit.h"
#include "fail.h"
#include "pace.h"
#include "rows.h"
#include "signing.h"

enum { MEMBERS = 100, SIGN_INS = 200, STORM_S_MAX = 120 };
#define POSTS_A_SECOND 20

static const char password[] = "a password of four words";

struct signins_run {
    char folder[FOLDER_LEN];
    struct server server;
    struct crowd crowd;
    struct signing signing;
    struct pace pace;
    struct pace_stream stream;
};

static void turn(void *context)
{
    struct signins_run *run = context;
    signing_poll(&run->signing);
}

static bool is_over(void *context)
{
    const struct signins_run *run = context;
    return run->signing.let_in == run->signing.count;
}

static void open_run(struct signins_run *run, const struct bench *bench)
{
    *run = (struct signins_run){0};
    place_copy(&bench->place, "signins", run->folder);
    place_set_password(run->folder, password);
    (void)setenv("PARLOR_LOG_LEVEL", "error", 1); /* each 503 is a warning, as it should be */
    run->server = server_start(run->folder, &bench->cores, bench->cores.server);
    (void)unsetenv("PARLOR_LOG_LEVEL");
    struct crowd_plan plan = {
        .port = run->server.port,
        .count = MEMBERS,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = bench->place.people,
        .room = 1,
    };
    crowd_open(&run->crowd, &plan);
    server_settle(&run->server, MEMBERS);
}

static void close_run(struct signins_run *run, const struct bench *bench)
{
    crowd_await(&run->crowd, &run->crowd.acked, run->crowd.posted, "acknowledgements");
    crowd_audit(&run->crowd, run->crowd.posted);
    signing_close(&run->signing);
    server_stop(&run->server);
    audit_database(run->folder, &run->crowd);
    audit_sessions(run->folder, bench->place.people + SIGN_INS); /* each had one before */
    crowd_close(&run->crowd);
    pace_finish(&run->pace);
    place_drop(run->folder);
}

static void measure(const struct bench *bench, struct figure *chat, struct figure *memory)
{
    static struct signins_run run;
    open_run(&run, bench);
    struct memory before = memory_settled(run.server.pid);
    memory_peak_reset(run.server.pid);
    run.stream =
        (struct pace_stream){.per_second = POSTS_A_SECOND, .readers = MEMBERS, .is_kept = true};
    run.pace = (struct pace){.crowd = &run.crowd,
                             .streams = &run.stream,
                             .count = 1,
                             .on_turn = turn,
                             .is_over = is_over,
                             .context = &run};
    struct usage start = usage_of(run.server.pid);
    signing_open(&run.signing, SIGN_INS, run.server.port, password);
    pace_run(&run.pace, STORM_S_MAX);
    struct usage end = usage_of(run.server.pid);
    if (!is_over(&run)) {
        fail("only %d of %d were signed in", run.signing.let_in, SIGN_INS);
    }
    struct usage_span span = usage_between(&start, &end);
    int64_t peak = memory_peak(run.server.pid);
    series_add(&chat->ours, times_percentile(&run.pace.each, 0.99));
    figure_times(chat, &run.pace.each, "a post from when it is due to each of 100 members");
    figure_cpu(chat, &span, SIGN_INS, "sign-in");
    figure_detail(chat, "seconds until all were signed in", span.seconds);
    figure_detail(chat, "answers that asked to come again", run.signing.refused);
    figure_detail(chat, "worst, ms", times_percentile(&run.pace.each, 1));
    series_add(&memory->ours, (double)(peak - before.rss) / (1 << 20));
    close_run(&run, bench);
}

void row_signins(struct bench *bench)
{
    struct figure *chat =
        report_figure(&bench->report, "signins", "chat while 200 people sign in, p99", "ms");
    struct figure *memory =
        report_figure(&bench->report, "signins", "memory that the sign-ins take at most", "MiB");
    chat->reach = memory->reach = REACH_VALUE_AT_MOST;
    chat->target = 100;
    memory->target = 64;
    if (bench->place.people < SIGN_INS) {
        fail("signins needs %d people", SIGN_INS);
    }
    for (int i = 0; i < bench->repeats; i++) {
        measure(bench, chat, memory);
    }
}
