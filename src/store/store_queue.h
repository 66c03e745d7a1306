/* store_queue.h -- operations waiting for a lane: a bounded FIFO that threads wait on.
 *
 * Any thread puts, the lane's threads take. After store_queue_close nothing is put any more; takers
 * get what is left and then nothing.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>

#include "store/store.h"

struct store_queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct store_op *first, *last;
    int64_t len;
    bool is_closed;
};

void store_queue_init(struct store_queue *queue);
void store_queue_finish(struct store_queue *queue);
/* False when LIMIT_STORE_QUEUE wait already, or it is closed. */
MUST_USE bool store_queue_put(struct store_queue *queue, struct store_op *op);
/* Waits for operations and takes up to `ops` of them, as long as their cost stays within `bytes`
 * (one is always taken). Null: closed and empty. */
struct store_op *store_queue_take(struct store_queue *queue, int ops, size_t bytes,
                                  size_t (*cost)(const struct store_op *op));
void store_queue_close(struct store_queue *queue);
