/* row_idle.c -- the memory of a server that nobody uses.
 * SPDX-License-Identifier: MIT */
#include "rows.h"

void row_idle(struct bench *bench)
{
    struct figure *figure =
        report_figure(&bench->report, "idle", "RSS of an idle server", "MB (10^6 bytes)");
    figure->reach = REACH_VALUE_AT_MOST;
    figure->target = 15;
    for (int i = 0; i < bench->repeats; i++) {
        char folder[FOLDER_LEN];
        place_copy(&bench->place, "idle", folder);
        /* With a loop for each processor, as people run it. */
        struct server server = server_start(folder, &bench->cores, -1);
        struct memory memory = memory_settled(server.pid);
        series_add(&figure->ours, (double)memory.rss / 1e6);
        figure_rss(figure, &memory);
        figure_detail(figure, "of it anonymous, MB", (double)memory.anonymous / 1e6);
        figure_detail(figure, "accounts", bench->place.people);
        server_stop(&server);
        place_drop(folder);
    }
}
