/* pace.h -- posts that are sent when they are due, and how long they take to their readers.
 *
 * A stream is one poster in one room with a rate. Time counts from when a post was due, whether or
 * not the one before has arrived: a server that stops for a moment pays for all posts of that
 * moment. The thread does not sleep, since it has a processor of its own and a timer would round.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "crowd.h"

struct pace_stream {
    int poster; /* index of the member; nobody else posts in its room */
    double per_second;
    int readers;  /* of the room, who are to get each post */
    bool is_kept; /* its times are looked at */

    int64_t room, first; /* last_seq of the room when it began */
    Nanos *due;
    int *arrived;
    int64_t count, sent; /* posts in all, and so far */
};

struct pace {
    struct crowd *crowd;
    struct pace_stream *streams;
    int count;
    struct times each; /* of every delivery in streams that are kept */
    struct times last; /* of every post in those: until the last reader had it */
    void (*post)(void *context, struct pace_stream *stream); /* null: the poster posts */
    void (*on_turn)(void *context); /* between two looks at the sockets; null: nothing */
    bool (*is_over)(void *context); /* asked instead of the clock; null: the clock */
    void *context;
};

/* Posts for `seconds` (with `is_over`: at most so long) and waits until everything has arrived. */
void pace_run(struct pace *pace, double seconds);
void pace_finish(struct pace *pace);
