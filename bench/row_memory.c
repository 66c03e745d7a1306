/* row_memory.c -- row 3: what an idle, signed-in socket in one room costs the server in its own
 * memory.
 *
 * The kernel's part is not in it. The sockets share the sessions of the people that there are,
 * which the report says.
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

static void measure(struct bench *bench, struct figure *figure)
{
    char folder[FOLDER_LEN];
    struct crowd first;
    struct crowd crowd;
    place_copy(&bench->place, "memory", folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = server.port,
        .count = 1, /* so that the room is there before */
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = bench->place.people,
        .room = 1,
    };
    crowd_open(&first, &plan);
    server_settle(&server, 1);
    struct memory before = settled_memory(server.pid);
    plan.count = bench->sockets;
    crowd_open(&crowd, &plan);
    server_settle(&server, bench->sockets + 1);
    struct memory after = settled_memory(server.pid);
    series_add(&figure->ours, (double)(after.rss - before.rss) / bench->sockets);
    figure_detail(figure, "sockets", bench->sockets);
    figure_detail(figure, "sessions and people among them",
                  bench->sockets < bench->place.people ? bench->sockets : bench->place.people);
    figure_detail(figure, "anonymous memory a socket, bytes",
                  (double)(after.anonymous - before.anonymous) / bench->sockets);
    figure_detail(figure, "RSS with one socket, MiB", (double)before.rss / (1 << 20));
    figure_detail(figure, "RSS with all, MiB", (double)after.rss / (1 << 20));
    crowd_close(&crowd);
    crowd_close(&first);
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
