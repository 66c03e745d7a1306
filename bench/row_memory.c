/* row_memory.c -- row 3: what an idle, signed-in socket in one room costs the server in its own
 * memory.
 *
 * The kernel's part is not in it. First everybody comes with one socket, then the rest come to
 * people who are there already: so what a person costs is told apart from what a socket costs. The
 * sockets share the sessions of the people that there are, which the report says.
 * SPDX-License-Identifier: MIT */
#include "fail.h"
#include "rows.h"

enum { STEPS = 4 }; /* in which the rest come */

struct stage {
    struct crowd crowd;
    int count;
    struct memory after;
};

static void come(struct stage *stage, struct crowd_plan *plan, const struct server *server,
                 int *all)
{
    plan->count = stage->count;
    crowd_open(&stage->crowd, plan);
    *all += stage->count;
    server_settle(server, *all);
    stage->after = memory_settled(server->pid);
}

static double grown(const struct stage *from, const struct stage *to)
{
    return (double)(to->after.rss - from->after.rss);
}

/* As many bytes as sockets cost that are there, the first not counted. */
static void draw(struct report *report, const struct stage *first, const struct stage *stage,
                 int sockets, double bytes)
{
    struct chart *chart = report_chart(report, "memory");
    chart->title = "Memory of idle sockets";
    chart->x_label = "idle signed-in sockets";
    chart->y_label = "KiB of RSS beside the server's own";
    struct chart_line *ours = chart_line(chart, "Parlor");
    struct chart_line *target = chart_line(chart, "to be reached");
    target->is_floor = true;
    chart_point(ours, sockets, grown(first, stage) / 1024);
    chart_point(target, sockets, sockets * bytes / 1024);
}

static void add_figures(struct figure *figure, const struct bench *bench, int people,
                        const struct stage *first, const struct stage *persons,
                        const struct stage *all)
{
    double socket = grown(persons, all) / (bench->sockets - people);
    series_add(&figure->ours, grown(first, all) / bench->sockets);
    figure_rss(figure, &all->after);
    figure_detail(figure, "sockets", bench->sockets);
    figure_detail(figure, "people, each with one session", people);
    figure_detail(figure, "one more socket of somebody who is there, bytes", socket);
    figure_detail(figure, "a person and session, without a socket, bytes",
                  grown(first, persons) / people - socket);
    figure_detail(figure, "anonymous memory a socket, bytes",
                  (double)(all->after.anonymous - first->after.anonymous) / bench->sockets);
    figure_detail(figure, "RSS with one socket, MiB", (double)first->after.rss / (1 << 20));
}

static void measure(struct bench *bench, struct figure *figure, bool is_drawn)
{
    char folder[FOLDER_LEN];
    int people =
        bench->sockets / 2 < bench->place.people ? bench->sockets / 2 : bench->place.people;
    struct stage stages[2 + STEPS] = {{.count = 1}, {.count = people}};
    int rest = bench->sockets - people;
    int all = 0;
    place_copy(&bench->place, "memory", folder);
    struct server server = server_start(folder, &bench->cores, bench->cores.server);
    struct crowd_plan plan = {
        .port = server.port,
        .cookies = (const char(*)[COOKIE_LEN])bench->place.cookies,
        .cookie_count = people,
        .room = 1,
    };
    for (int i = 0; i < 2 + STEPS; i++) {
        if (i >= 2) {
            stages[i].count = (i - 1) * rest / STEPS - (i - 2) * rest / STEPS;
        }
        come(&stages[i], &plan, &server, &all);
        if (is_drawn) {
            draw(&bench->report, &stages[0], &stages[i], all - 1, figure->target);
        }
    }
    add_figures(figure, bench, people, &stages[0], &stages[1], &stages[1 + STEPS]);
    for (int i = 0; i < 2 + STEPS; i++) {
        crowd_close(&stages[i].crowd);
    }
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
        measure(bench, figure, i + 1 == bench->repeats);
    }
}
