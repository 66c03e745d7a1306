/* deadline.c -- one FIFO a duration; each is sorted because equal durations end in order.
 * SPDX-License-Identifier: MIT */
#include "net/deadline.h"

void deadlines_init(struct deadlines *deadlines)
{
    *deadlines = (struct deadlines){0};
}

static struct deadline_queue *queue_of(struct deadlines *deadlines, Millis duration_ms)
{
    for (int i = 0; i < deadlines->queue_count; i++) {
        if (deadlines->queues[i].duration_ms == duration_ms) {
            return &deadlines->queues[i];
        }
    }
    CHECK(deadlines->queue_count < DEADLINE_DURATIONS);
    struct deadline_queue *queue = &deadlines->queues[deadlines->queue_count++];
    queue->duration_ms = duration_ms;
    list_init(&queue->waiting);
    return queue;
}

void deadline_set(struct deadlines *deadlines, struct deadline *deadline, Millis now,
                  Millis duration_ms)
{
    list_remove(&deadline->node);
    deadline->due_ms = now + duration_ms;
    list_push_back(&queue_of(deadlines, duration_ms)->waiting, &deadline->node);
}

void deadline_clear(struct deadline *deadline)
{
    list_remove(&deadline->node);
}

void deadlines_run(struct deadlines *deadlines, Millis now, void (*fire)(struct deadline *deadline))
{
    for (int i = 0; i < deadlines->queue_count; i++) {
        struct list *waiting = &deadlines->queues[i].waiting;
        struct list_node *node;
        while ((node = list_first(waiting)) != NULL) {
            struct deadline *deadline = CONTAINER_OF(node, struct deadline, node);
            if (deadline->due_ms > now) {
                break;
            }
            list_remove(node);
            fire(deadline);
        }
    }
}
