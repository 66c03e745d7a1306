/* row_memory.c -- row 3: what an idle, signed-in socket in one room costs the server in its own
 * memory.
 *
 * The kernel's part is not in it. First everybody comes with one socket, then the rest come to
 * people who are there already: so what a person costs is told apart from what a socket costs. The
 * sockets share the sessions of the people that there are, which the report says.
 * SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "fail.h"
#include "rows.h"

enum { SAME_FOR = 3, LOOK_EVERY_US = 300000, LOOKS_MAX = 100 };

/* Reads until the figure has stayed the same for a while. */
static struct memory settled_memory(pid_t pid)
{
    struct memory last = {0};
    int same = 0;
    for (int i = 0; same < SAME_FOR; i++) {
        struct memory now = memory_of(pid);
        same = now.rss == last.rss ? same + 1 : 0;
        last = now;
        if (i == LOOKS_MAX) {
            fail("the server's memory does not settle");
        }
        (void)usleep(LOOK_EVERY_US);
    }
    return last;
}

struct stage {
    struct crowd crowd;
    int count;
    struct memory after;
};

static void come(struct stage *stage, struct crowd_plan *plan, const struct server *server,
                 int before)
{
    plan->count = stage->count;
    crowd_open(&stage->crowd, plan);
    server_settle(server, before + stage->count);
    stage->after = settled_memory(server->pid);
}

static double grown(const struct stage *from, const struct stage *to)
{
    return (double)(to->after.rss - from->after.rss);
}

static void measure(struct bench *bench, struct figure *figure)
{
    char folder[FOLDER_LEN];
    int people =
        bench->sockets / 2 < bench->place.people ? bench->sockets / 2 : bench->place.people;
    struct stage first = {.count = 1}; /* so that the room is there before */
    struct stage persons = {.count = people};
    struct stage rest = {.count = bench->sockets - people};
    place_copy(&bench->place, "memory", folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = server.port,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = people,
        .room = 1,
    };
    come(&first, &plan, &server, 0);
    come(&persons, &plan, &server, 1);
    come(&rest, &plan, &server, 1 + people);
    double socket = grown(&persons, &rest) / rest.count;
    series_add(&figure->ours, grown(&first, &rest) / bench->sockets);
    figure_detail(figure, "sockets", bench->sockets);
    figure_detail(figure, "people, each with one session", people);
    figure_detail(figure, "one more socket of somebody who is there, bytes", socket);
    figure_detail(figure, "a person and session, without a socket, bytes",
                  grown(&first, &persons) / people - socket);
    figure_detail(figure, "anonymous memory a socket, bytes",
                  (double)(rest.after.anonymous - first.after.anonymous) / bench->sockets);
    figure_detail(figure, "RSS with one socket, MiB", (double)first.after.rss / (1 << 20));
    figure_detail(figure, "RSS with all, MiB", (double)rest.after.rss / (1 << 20));
    crowd_close(&rest.crowd);
    crowd_close(&persons.crowd);
    crowd_close(&first.crowd);
    server_stop(&server);
    place_drop(folder);
}

void row_memory(struct bench *bench)
{
    struct figure *figure =
        report_figure(&bench->report, "memory", "memory of an idle socket", "bytes");
    figure->reach = REACH_VALUE_AT_MOST;
    figure->target = 450;
    for (int i = 0; i < bench->repeats; i++) {
        measure(bench, figure);
    }
}
