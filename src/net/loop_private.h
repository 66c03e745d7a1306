/* loop_private.h -- what the files of net/ share about a loop. Included by net/ only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>
#include <uv.h>

#include "base/list.h"
#include "base/limits.h"
#include "net/deadline.h"
#include "net/loop.h"
#include "net/mailbox.h"

struct release {
    void (*run)(void *ptr);
    void *ptr;
};

struct loop {
    uv_loop_t uv;
    int index;
    bool has_ended; /* guarded by mail_lock */

    uv_async_t wake;
    pthread_mutex_t mail_lock;
    struct mail *mail_first, *mail_last; /* guarded by mail_lock */
    bool is_stopping;                    /* guarded by mail_lock */

    uv_prepare_t turn_end;
    uv_idle_t busy; /* active while a hook has more to do: the next turn does not sleep */
    struct loop_hook *hooks;

    struct release *releases; /* to be freed at the end of this turn */
    size_t release_count, release_cap;
    struct list closing; /* connections to close at the end of this turn */

    uv_timer_t tick;
    struct deadlines deadlines;

    char scratch[LIMIT_RECV];
};

/* In conn.c: closes what conn_close has marked. */
void conn_close_marked(struct loop *loop);
/* In conn.c: a connection's deadline has passed. */
void conn_deadline_fired(struct deadline *deadline);
