/* row_cold.c -- starting with a room of a million messages, and any page of that room.
 *
 * The system has forgotten the files of the folder, so what is read comes from the disk. Each page
 * must be full, with the right messages and their texts.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "history.h"
#include "readers.h"
#include "rows.h"

enum { MESSAGES = 1000000, PAGES = 300 };

static double since_ms(Nanos start)
{
    return (double)(usage_now() - start) / 1e6;
}

/* The same places in each run, all over the room. */
static int64_t place_of(int page)
{
    uint64_t mixed = (uint64_t)(page + 1) * 0x9E3779B97F4A7C15u;
    return HISTORY_PAGE + 1 + (int64_t)(mixed % (MESSAGES - HISTORY_PAGE));
}

static void read_pages(const struct server *server, const char *cookie, struct times *times)
{
    static char page[PAGE_MAX];
    for (int i = 0; i < PAGES; i++) {
        char path[96];
        int64_t before = place_of(i);
        (void)snprintf(path, sizeof(path), "/rooms/1/messages?before=%lld", (long long)before);
        Nanos start = usage_now();
        (void)server_get(server, path, cookie, page, sizeof(page));
        times_add(times, since_ms(start));
        history_check(page, before - HISTORY_PAGE, before - 1);
    }
}

struct cold_figures {
    struct figure *listening, *first_page, *page;
};

static void measure(const struct bench *bench, const struct cold_figures *figures)
{
    static char page[PAGE_MAX];
    char folder[FOLDER_LEN];
    struct times times = {0};
    place_copy_history(&bench->place, MESSAGES, "cold", folder);
    place_forget(folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    (void)server_get(&server, "/rooms/1", bench->place.cookies[0], page, sizeof(page));
    double first_page_ms = since_ms(server.started);
    history_check(page, MESSAGES - HISTORY_PAGE + 1, MESSAGES);
    struct usage start = usage_of(server.pid);
    read_pages(&server, bench->place.cookies[0], &times);
    struct usage end = usage_of(server.pid);
    struct usage_span span = usage_between(&start, &end);
    struct memory memory = memory_of(server.pid);
    server_stop(&server);
    place_drop(folder);

    series_add(&figures->listening->ours, (double)(server.listening - server.started) / 1e6);
    series_add(&figures->first_page->ours, first_page_ms);
    series_add(&figures->page->ours, times_percentile(&times, 0.99));
    figure_detail(figures->page, "pages", PAGES);
    figure_detail(figures->page, "worst, ms", times_percentile(&times, 1));
    figure_times(figures->page, &times, "a page anywhere in the room, its connection included");
    figure_cpu(figures->page, &span, PAGES, "page");
    figure_rss(figures->page, &memory);
    times_free(&times);
}

static struct figure *add(struct bench *bench, const char *what, double target)
{
    struct figure *figure = report_figure(&bench->report, "cold", what, "ms");
    figure->reach = REACH_VALUE_AT_MOST;
    figure->target = target;
    return figure;
}

void row_cold(struct bench *bench)
{
    struct cold_figures figures = {
        .listening = add(bench, "start with 1 M messages, until it listens", 100),
        .first_page = add(bench, "start with 1 M messages, until the first page is there", 100),
        .page = add(bench, "a page of 1 M messages, p99", 5),
    };
    for (int i = 0; i < bench->repeats; i++) {
        measure(bench, &figures);
    }
}
