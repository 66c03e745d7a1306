/* alone.h -- people who are each alone in a room and post: the way to the disk and back.
 *
 * A number of posts is always in flight; each time one is acknowledged, the next room's person
 * posts.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "rows.h"

struct alone_plan {
    int rooms;
    int core;     /* -1: both */
    int body_len; /* 0: the usual one */
};

/* What the measured part came to; `batch` and `total` are of the whole. */
struct alone_result {
    struct usage_span span;
    struct memory memory;
    double acked;
    double batch; /* posts a transaction, mean */
    int64_t checkpoints;
    int64_t total;
};

struct alone {
    char folder[FOLDER_LEN];
    struct server server;
    struct crowd crowd; /* its ack_times are those of the measured part */
    int64_t next;       /* room that posts next */
    Nanos last_ack, longest_silence;
    struct alone_result result;
};

void alone_open(struct alone *alone, const struct bench *bench, struct alone_plan plan);
/* Keeps `in_flight` posts under way; fills `result`. */
void alone_post(struct alone *alone, int in_flight, double seconds);
/* Audits the database, and takes everything down. */
void alone_close(struct alone *alone);
