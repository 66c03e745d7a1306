/* row_page.c -- row 5: the room page, signed in, while that room is posted to ten times a second.
 *
 * Every page must hold at least a page of messages and, since nothing may be shown late, the last
 * one that was acknowledged before it was asked for. The floor serves one such page as a file.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "fail.h"
#include "nginx.h"
#include "readers.h"
#include "rows.h"

enum { READERS = 16, MESSAGES = 60, LEAST_SHOWN = 40, POST_EVERY_MS = 100 };
#define WARM_S 0.5

struct page_run {
    struct readers readers;
    struct crowd *crowd;   /* the poster; null for the floor */
    char sample[PAGE_MAX]; /* the last page */
    size_t sample_len;
};

static void check_page(void *context, int64_t mark, const char *body, size_t len)
{
    static const char start[] = "<article class=\"message\" id=\"m-1-";
    struct page_run *run = context;
    int shown = 0;
    int64_t last = 0;
    const char *at = body;
    while ((at = memmem(at, len - (size_t)(at - body), start, sizeof(start) - 1)) != NULL) {
        at += sizeof(start) - 1;
        int64_t seq = strtoll(at, NULL, 10);
        shown += seq > 0; /* the template of a message has none */
        last = seq > last ? seq : last;
    }
    if (shown < LEAST_SHOWN || last < mark) {
        fail("audit: a page shows %d messages up to %lld, and %lld were acknowledged before", shown,
             (long long)last, (long long)mark);
    }
    if (run->crowd != NULL && len < PAGE_MAX) {
        memcpy(run->sample, body, len);
        run->sample_len = len;
    }
}

static void turn(struct page_run *run, Nanos *next_post)
{
    readers_poll(&run->readers, 10);
    if (run->crowd == NULL) {
        return;
    }
    if (usage_now() >= *next_post) {
        (void)crowd_post(run->crowd, &run->crowd->members[0]);
        *next_post += POST_EVERY_MS * (Nanos)1000000;
    }
    crowd_poll(run->crowd, 0);
}

static void read_for(struct page_run *run, double seconds)
{
    Nanos now = usage_now();
    Nanos next_post = now;
    Nanos deadline = now + (Nanos)(seconds * NANOS_PER_S);
    while (usage_now() < deadline) {
        turn(run, &next_post);
    }
}

struct page_result {
    struct usage_span span;
    struct memory memory;
    double pages, p99_ms;
};

static double per_second(const struct page_result *result)
{
    return result->pages / result->span.seconds;
}

static double cpu_us(const struct page_result *result)
{
    return result->span.cpu_s * 1e6 / result->pages;
}

/* `figure`, unless it is null, gets its columns. */
static struct page_result drive(struct page_run *run, const struct bench *bench, pid_t pid,
                                int port, const char *path, struct figure *figure)
{
    run->readers.check = check_page;
    run->readers.context = run;
    readers_open(&run->readers, READERS, port, path, bench->place.cookies[0]);
    read_for(run, WARM_S);
    int64_t before = run->readers.pages;
    times_clear(&run->readers.times);
    struct usage start = usage_of(pid);
    read_for(run, bench->seconds);
    struct usage end = usage_of(pid);
    struct page_result result = {
        .span = usage_between(&start, &end),
        .memory = memory_of(pid),
        .pages = (double)(run->readers.pages - before),
        .p99_ms = times_percentile(&run->readers.times, 0.99),
    };
    if (figure != NULL) {
        figure_times(figure, &run->readers.times, "a page, from asking until it is whole");
        figure_cpu(figure, &result.span, result.pages, "page");
        figure_rss(figure, &result.memory);
    }
    readers_close(&run->readers);
    return result;
}

static struct page_result measure(struct page_run *run, const struct bench *bench,
                                  struct figure *figure)
{
    char folder[FOLDER_LEN];
    struct crowd crowd;
    place_copy(&bench->place, "page", folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = server.port,
        .count = 1,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = 1,
        .room = 1,
    };
    crowd_open(&crowd, &plan);
    server_settle(&server, 1);
    for (int i = 0; i < MESSAGES; i++) {
        (void)crowd_post(&crowd, &crowd.members[0]);
    }
    crowd_await(&crowd, &crowd.acked, MESSAGES, "acknowledgements");
    run->crowd = &crowd;
    run->readers.mark = &crowd.acked; /* of one poster, in order: also the last seq */
    struct page_result result = drive(run, bench, server.pid, server.port, "/rooms/1", figure);
    crowd_await(&crowd, &crowd.acked, crowd.posted, "acknowledgements");
    crowd_await(&crowd, &crowd.articles, crowd.posted, "deliveries");
    server_stop(&server);
    audit_database(folder, &crowd);
    crowd_close(&crowd);
    place_drop(folder);
    run->crowd = NULL;
    return result;
}

static bool measure_floor(struct page_run *run, const struct bench *bench,
                          struct page_result *ret_result)
{
    static const int64_t least = MESSAGES;
    struct nginx nginx;
    run->readers.mark = &least;
    if (!nginx_start(&nginx, &bench->cores, bench->place.base, run->sample, run->sample_len)) {
        return false;
    }
    *ret_result = drive(run, bench, nginx.pid, nginx.port, "/page", NULL);
    nginx_stop(&nginx);
    return true;
}

void row_page(struct bench *bench)
{
    struct figure *figure =
        report_figure(&bench->report, "page", "room page, signed in", "pages/s");
    figure->reach = REACH_RATIO_AT_LEAST;
    figure->target = 0.5;
    figure->floor_what = "nginx serving the same bytes as a file";
    for (int i = 0; i < bench->repeats; i++) {
        static struct page_run run; /* large: it holds the answers */
        struct page_result floor;
        struct page_result ours = measure(&run, bench, figure);
        series_add(&figure->ours, per_second(&ours));
        figure_detail(figure, "bytes a page", (double)run.sample_len);
        figure_detail(figure, "server's core busy, %", 100 * ours.span.load);
        if (!measure_floor(&run, bench, &floor)) {
            say("nginx is not installed: pages have no floor");
            continue;
        }
        series_add(&figure->floor, per_second(&floor));
        figure_detail(figure, "floor's CPU per page, us", cpu_us(&floor));
        figure_detail(figure, "floor's p99, ms", floor.p99_ms);
        figure_detail(figure, "server's core busy (floor), %", 100 * floor.span.load);
        figure_detail(figure, "CPU ratio, floor to ours", cpu_us(&floor) / cpu_us(&ours));
    }
}
