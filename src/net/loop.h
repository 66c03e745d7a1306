/* loop.h -- one event loop, its thread's home: descriptors, timers, letters, and the end of a turn.
 *
 * A turn is: wait, run what is ready, deliver letters, then the turn-end hooks (live/hub.c writes to
 * members there), then free what died in this turn. Loops share nothing; everything here except
 * mailbox_send and loop_stop belongs to the loop's thread. libuv is seen in net/ only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

struct loop;

/* Called at the end of each turn in which something happened. True: there is more to do, so the next
 * turn does not sleep. */
struct loop_hook {
    struct loop_hook *next;
    bool (*run)(struct loop_hook *hook);
};

MUST_USE bool loop_create(int index, struct loop **ret_loop, struct err *err);
void loop_destroy(struct loop *loop); /* after loop_run has returned */

int loop_index(const struct loop *loop);
/* Runs until loop_stop. Makes the calling thread the loop's thread. */
void loop_run(struct loop *loop);
/* Ends loop_run after the current turn and the letters that are there, those included which their
 * delivery brings. Thread: any. */
void loop_stop(struct loop *loop);

/* The monotonic time of this turn. */
Millis loop_now(const struct loop *loop);

void loop_add_hook(struct loop *loop, struct loop_hook *hook);
/* Calls `release(ptr)` at the end of the turn, so that no callback holds a corpse. */
void loop_release_later(struct loop *loop, void (*release)(void *ptr), void *ptr);

/* A scratch buffer of LIMIT_RECV bytes for one read; valid until the next callback. */
char *loop_scratch(struct loop *loop);

/* A timer that calls `fire` every `interval_ms`, or once. Embeds in its owner. */
struct loop_timer {
    void *handle; /* libuv's, null when not started */
    void (*fire)(struct loop_timer *timer);
};
void loop_timer_start(struct loop *loop, struct loop_timer *timer, Millis delay_ms,
                      Millis interval_ms, void (*fire)(struct loop_timer *timer));
void loop_timer_stop(struct loop_timer *timer); /* fine when not started */

/* Work for the pool: `work` runs on a pool thread and may block, then `done` on the loop. */
struct loop_job {
    void *handle;
    void (*work)(struct loop_job *job);
    void (*done)(struct loop_job *job);
};
void loop_job_start(struct loop *loop, struct loop_job *job);
