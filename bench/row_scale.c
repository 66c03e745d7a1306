/* row_scale.c -- what one unit of work costs when there are ten and a hundred times as many
 * members, sockets, rooms or messages.
 *
 * Costs are processor time of the server, so that other programs disturb them little; memory and
 * the start have units of their own.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "alone.h"
#include "audit.h"
#include "fail.h"
#include "fanout_drive.h"
#include "history.h"
#include "readers.h"

enum { READERS = 4, IN_FLIGHT = 64 };
#define WARM_S 0.3

static const int member_sizes[] = {10, 100, 1000};
static const int socket_sizes[] = {100, 1000, 10000};
static const int room_sizes[] = {1, 10, 100, 1000};
static const int64_t message_sizes[] = {1000, 100000, 1000000};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- members ---------------------------------------------------------------------------------- */

static void measure_members(struct bench *bench, int members)
{
    static struct fanout fanout;
    int as_asked = bench->members;
    bench->members = members;
    fanout_open_parlor(&fanout, bench);
    struct fanout_result many = fanout_saturate(&fanout);
    fanout_open_parlor(&fanout, bench);
    struct fanout_result one = fanout_one_by_one(&fanout);
    bench->members = as_asked;
    cost_add(
        report_cost(&bench->report, "fan-out, saturated", "ns CPU a delivery", "members of a room"),
        members, many.cpu_ns);
    cost_add(report_cost(&bench->report, "fan-out, one in flight", "ns CPU a delivery",
                         "members of a room"),
             members, one.cpu_ns);
}

/* --- sockets ---------------------------------------------------------------------------------- */

static void measure_sockets(struct bench *bench, int sockets)
{
    char folder[FOLDER_LEN];
    struct crowd first;
    struct crowd rest;
    place_copy(&bench->place, "scale", folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = server.port,
        .count = 1,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = 1, /* one person: people are no sockets */
        .room = 1,
    };
    crowd_open(&first, &plan);
    server_settle(&server, 1);
    struct memory before = memory_settled(server.pid);
    plan.count = sockets;
    crowd_open(&rest, &plan);
    server_settle(&server, sockets + 1);
    struct memory after = memory_settled(server.pid);
    crowd_close(&rest);
    crowd_close(&first);
    server_stop(&server);
    place_drop(folder);
    cost_add(report_cost(&bench->report, "memory of an idle socket", "bytes", "sockets"), sockets,
             (double)(after.rss - before.rss) / sockets);
}

/* --- rooms ------------------------------------------------------------------------------------ */

static void measure_rooms(struct bench *bench, int rooms)
{
    struct alone alone;
    alone_open(&alone, bench, (struct alone_plan){.rooms = rooms, .core = bench->cores.server});
    alone_post(&alone, IN_FLIGHT, bench->seconds);
    cost_add(report_cost(&bench->report, "a post", "us CPU", "rooms posted to"), rooms,
             alone.result.span.cpu_s * 1e6 / alone.result.acked);
    alone_close(&alone);
}

/* --- messages --------------------------------------------------------------------------------- */

struct history_read {
    int64_t first, last; /* what a page must show */
};

static void check_page(void *context, int64_t mark, const char *body, size_t len)
{
    const struct history_read *read = context;
    (void)mark;
    (void)len;
    history_check(body, read->first, read->last);
}

static void read_for(struct readers *readers, double seconds)
{
    Nanos deadline = usage_now() + (Nanos)(seconds * NANOS_PER_S);
    while (usage_now() < deadline) {
        readers_poll(readers, 10);
    }
}

/* Microseconds of the server's time a page. */
static double measure_page(const struct bench *bench, const struct server *server, const char *path,
                           struct history_read read)
{
    static struct readers readers; /* large: it holds the answers */
    static const int64_t no_mark;
    readers.mark = &no_mark;
    readers.check = check_page;
    readers.context = &read;
    readers_open(&readers, READERS, server->port, path, bench->place.cookies[0]);
    read_for(&readers, WARM_S);
    int64_t before = readers.pages;
    struct usage start = usage_of(server->pid);
    read_for(&readers, bench->seconds);
    struct usage end = usage_of(server->pid);
    struct usage_span span = usage_between(&start, &end);
    double cost_us = span.cpu_s * 1e6 / (double)(readers.pages - before);
    readers_close(&readers);
    return cost_us;
}

static void measure_pages(struct bench *bench, const struct server *server, int64_t messages)
{
    char path[96];
    int64_t middle = messages / 2;
    double newest_us = measure_page(bench, server, "/rooms/1",
                                    (struct history_read){messages - HISTORY_PAGE + 1, messages});
    (void)snprintf(path, sizeof(path), "/rooms/1/messages?before=%lld", (long long)middle);
    double older_us =
        measure_page(bench, server, path, (struct history_read){middle - HISTORY_PAGE, middle - 1});
    cost_add(report_cost(&bench->report, "the room page", "us CPU", "messages in the room"),
             (double)messages, newest_us);
    cost_add(
        report_cost(&bench->report, "a page from the middle", "us CPU", "messages in the room"),
        (double)messages, older_us);
}

static void post_again(struct crowd *crowd, struct member *member, int64_t number)
{
    (void)number;
    (void)crowd_post(crowd, member);
}

static void measure_posts(struct bench *bench, const struct server *server, struct crowd *crowd,
                          int64_t messages)
{
    struct crowd_plan plan = {
        .port = server->port,
        .count = 1,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = 1,
        .room = 1,
        .last_seq = messages,
    };
    crowd_open(crowd, &plan);
    crowd->history = messages;
    server_settle(server, 1);
    crowd->on_ack = post_again;
    for (int i = 0; i < IN_FLIGHT; i++) {
        (void)crowd_post(crowd, &crowd->members[0]);
    }
    Nanos deadline = usage_now() + (Nanos)(bench->seconds * NANOS_PER_S);
    struct usage start = usage_of(server->pid);
    while (usage_now() < deadline) {
        crowd_poll(crowd, 100);
    }
    struct usage end = usage_of(server->pid);
    struct usage_span span = usage_between(&start, &end);
    double acked = (double)crowd->acked;
    crowd->on_ack = NULL;
    crowd_await(crowd, &crowd->acked, crowd->posted, "acknowledgements");
    crowd_await(crowd, &crowd->articles, crowd->posted, "deliveries");
    cost_add(report_cost(&bench->report, "a post to one room", "us CPU", "messages in the room"),
             (double)messages, span.cpu_s * 1e6 / acked);
}

static void measure_messages(struct bench *bench, int64_t messages)
{
    char folder[FOLDER_LEN];
    struct crowd crowd;
    place_copy_history(&bench->place, messages, "scale", folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    cost_add(report_cost(&bench->report, "a start", "ms", "messages in the room"), (double)messages,
             (double)(server.listening - server.started) / 1e6);
    measure_pages(bench, &server, messages);
    measure_posts(bench, &server, &crowd, messages);
    server_stop(&server);
    audit_database(folder, &crowd);
    crowd_close(&crowd);
    place_drop(folder);
}

void row_scale(struct bench *bench)
{
    for (int i = 0; i < bench->repeats; i++) {
        for (size_t k = 0; k < COUNT(member_sizes); k++) {
            measure_members(bench, member_sizes[k]);
        }
        for (size_t k = 0; k < COUNT(socket_sizes); k++) {
            measure_sockets(bench, socket_sizes[k]);
        }
        for (size_t k = 0; k < COUNT(room_sizes) && room_sizes[k] <= bench->place.people; k++) {
            measure_rooms(bench, room_sizes[k]);
        }
        for (size_t k = 0; k < COUNT(message_sizes); k++) {
            measure_messages(bench, message_sizes[k]);
        }
    }
}
