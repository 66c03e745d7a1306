/* pace.c -- see pace.h.
 * SPDX-License-Identifier: MIT */
#include "pace.h"

#include <stdlib.h>

#include "fail.h"

/* Rooms are few and small numbers, or one: so a stream is found by walking from the member's own
 * guess, which is right after the first time. */
static struct pace_stream *stream_of(struct pace *pace, int64_t room)
{
    static int guess;
    for (int i = 0; i < pace->count; i++) {
        int at = (guess + i) % pace->count;
        if (pace->streams[at].room == room) {
            guess = at;
            return &pace->streams[at];
        }
    }
    return NULL;
}

static void note_arrival(struct crowd *crowd, struct member *member, int64_t seq)
{
    struct pace *pace = crowd->pace;
    struct pace_stream *stream = stream_of(pace, member->room);
    if (stream == NULL || seq > stream->first + stream->sent) {
        fail("audit: message %lld of room %lld was never posted", (long long)seq,
             (long long)member->room);
    }
    int64_t index = seq - stream->first - 1;
    double ms = (double)(crowd->woken - stream->due[index]) / 1e6;
    bool is_last = ++stream->arrived[index] == stream->readers;
    if (stream->is_kept) {
        times_add(&pace->each, ms);
        if (is_last) {
            times_add(&pace->last, ms);
        }
    }
}

static void start(struct pace *pace, double seconds, Nanos now)
{
    for (int i = 0; i < pace->count; i++) {
        struct pace_stream *stream = &pace->streams[i];
        const struct member *poster = &pace->crowd->members[stream->poster];
        stream->room = poster->room;
        stream->first = poster->last_seq;
        stream->count = (int64_t)(seconds * stream->per_second);
        stream->sent = 0;
        stream->due = make((size_t)stream->count + 1, sizeof(Nanos));
        stream->arrived = make((size_t)stream->count + 1, sizeof(int));
        double offset = (double)i / pace->count; /* so that streams do not post all at once */
        for (int64_t k = 0; k < stream->count; k++) {
            stream->due[k] = now + (Nanos)(((double)k + offset) / stream->per_second * NANOS_PER_S);
        }
    }
}

/* Whether some post is still to come. */
static bool post_due(struct pace *pace)
{
    bool is_more = false;
    for (int i = 0; i < pace->count; i++) {
        struct pace_stream *stream = &pace->streams[i];
        while (stream->sent < stream->count && stream->due[stream->sent] <= usage_now()) {
            stream->sent++;
            if (pace->post != NULL) {
                pace->post(pace->context, stream);
            } else {
                (void)crowd_post(pace->crowd, &pace->crowd->members[stream->poster]);
            }
        }
        is_more = is_more || stream->sent < stream->count;
    }
    return is_more;
}

static int64_t expected(const struct pace *pace)
{
    int64_t deliveries = 0;
    for (int i = 0; i < pace->count; i++) {
        deliveries += pace->streams[i].sent * pace->streams[i].readers;
    }
    return deliveries;
}

void pace_run(struct pace *pace, double seconds)
{
    struct crowd *crowd = pace->crowd;
    int64_t before = crowd->articles;
    start(pace, seconds, usage_now());
    crowd->pace = pace;
    crowd->on_article = note_arrival;
    while (post_due(pace) && (pace->is_over == NULL || !pace->is_over(pace->context))) {
        crowd_poll(crowd, 0);
        if (pace->on_turn != NULL) {
            pace->on_turn(pace->context);
        }
    }
    crowd_await(crowd, &crowd->articles, before + expected(pace), "deliveries");
    crowd->on_article = NULL;
}

void pace_finish(struct pace *pace)
{
    for (int i = 0; i < pace->count; i++) {
        free(pace->streams[i].due);
        free(pace->streams[i].arrived);
    }
    times_free(&pace->each);
    times_free(&pace->last);
}
