/* store_queue.c -- see store_queue.h.
 * SPDX-License-Identifier: MIT */
#include "store/store_queue.h"

#include "base/metrics.h"
#include "base/limits.h"

void store_queue_init(struct store_queue *queue)
{
    *queue = (struct store_queue){0};
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->arrived, NULL);
}

void store_queue_finish(struct store_queue *queue)
{
    CHECK(queue->first == NULL);
    pthread_cond_destroy(&queue->arrived);
    pthread_mutex_destroy(&queue->lock);
}

bool store_queue_put(struct store_queue *queue, struct store_op *op)
{
    op->next = NULL;
    pthread_mutex_lock(&queue->lock);
    bool is_taken = queue->len < LIMIT_STORE_QUEUE && !queue->is_closed;
    if (is_taken) {
        if (queue->first == NULL) {
            queue->first = op;
        } else {
            queue->last->next = op;
        }
        queue->last = op;
        queue->len++;
        metrics_add(store_queue, 1);
        pthread_cond_signal(&queue->arrived);
    }
    pthread_mutex_unlock(&queue->lock);
    return is_taken;
}

struct store_op *store_queue_take(struct store_queue *queue, int ops, size_t bytes,
                                  size_t (*cost)(const struct store_op *op))
{
    pthread_mutex_lock(&queue->lock);
    while (queue->first == NULL && !queue->is_closed) {
        pthread_cond_wait(&queue->arrived, &queue->lock);
    }
    struct store_op *batch = queue->first;
    struct store_op *last = NULL;
    int64_t taken = 0;
    size_t sum = 0;
    for (struct store_op *op = batch; op != NULL && taken < ops; op = op->next) {
        sum += cost(op);
        if (taken > 0 && sum > bytes) {
            break;
        }
        last = op;
        taken++;
    }
    if (last != NULL) {
        queue->first = last->next;
        last->next = NULL;
        queue->len -= taken;
        metrics_add(store_queue, -taken);
    }
    pthread_mutex_unlock(&queue->lock);
    return batch;
}

void store_queue_close(struct store_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->is_closed = true;
    pthread_cond_broadcast(&queue->arrived);
    pthread_mutex_unlock(&queue->lock);
}
