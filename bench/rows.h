/* rows.h -- what is measured: each row is one function that adds its figures to the report.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "peer.h"
#include "place.h"
#include "report.h"

struct bench {
    struct cores cores;
    struct place place;
    struct report report;
    const char *folder; /* of results and of this run's data */
    double seconds;     /* of one measurement */
    int repeats;
    int members;        /* of the one room in fan-out */
    int sockets;        /* idle ones */
    int storm;          /* sockets that are cut at once, and members of a large room */
    struct peer *peer;  /* null: Parlor is measured */
    double posts_limit; /* posts a second that fan-out reached; 0: not measured yet */
};

void row_fanout(struct bench *bench);
void row_single(struct bench *bench);
void row_memory(struct bench *bench);
void row_posts(struct bench *bench);
void row_page(struct bench *bench);
void row_latency(struct bench *bench);
void row_idle(struct bench *bench);
void row_cold(struct bench *bench);
void row_checkpoint(struct bench *bench);
void row_reconnect(struct bench *bench);
void row_stalled(struct bench *bench);
void row_rooms(struct bench *bench);
void row_signins(struct bench *bench);
void row_scale(struct bench *bench);

/* Those that can be run against a peer. */
void peer_fanout(struct bench *bench);
void peer_single(struct bench *bench);
void peer_memory(struct bench *bench);
void peer_posts(struct bench *bench);
