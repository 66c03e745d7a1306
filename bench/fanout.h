/* fanout.h -- one room with many members, on Parlor and on a floor: set up, audited and taken down
 * alike.
 *
 * The rows differ only in how they drive it.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "bare.h"
#include "rows.h"

/* One measurement under way. Parlor or the floor: the other is not running. */
struct fanout {
    struct bench *bench;
    struct crowd crowd;
    bool is_floor;
    struct server server;
    struct bare bare;
    int64_t rounds, batch; /* of the floor: credits given, frames a round */
    char folder[FOLDER_LEN];
    struct counters before, after;

    struct usage start, end; /* of the measured part */
    int64_t start_articles, end_articles;
    struct memory memory; /* at the end of it */
    struct times acks;    /* from a post of it until it was acknowledged */
};

void fanout_open_parlor(struct fanout *fanout, struct bench *bench);
/* `plan` but for the sockets, which are the bench's members. */
void fanout_open_floor(struct fanout *fanout, struct bench *bench, struct bare_plan plan);
/* Begin and end of the part that counts. */
void fanout_start(struct fanout *fanout);
void fanout_end(struct fanout *fanout);
/* One more post, or one more round of the floor. */
void fanout_post(struct fanout *fanout, int poster);
/* Articles that all members together must have got. */
int64_t fanout_expected(const struct fanout *fanout);
/* Waits for what is under way, audits everything, and takes it down. */
void fanout_close(struct fanout *fanout);

/* What the measured part came to. */
struct fanout_result {
    double per_second; /* deliveries */
    double cpu_ns;     /* a delivery */
    double system_share, load;
    double frame_len; /* mean */
    double batch;     /* mean frames a send */
};

struct fanout_result fanout_result(const struct fanout *fanout);
/* The columns beside the figure: CPU a delivery, and RSS. */
void fanout_columns(struct figure *figure, const struct fanout *fanout);
void fanout_details(struct figure *figure, const struct fanout_result *ours,
                    const struct fanout_result *floor);
