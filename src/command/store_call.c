/* store_call.c -- see store_call.h.
 * SPDX-License-Identifier: MIT */
#include "command/store_call.h"

#include <pthread.h>

struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t answered;
    bool is_answered;
};

/* Signals with the mutex held: the waiter lies on the stack of a thread that returns right after. */
static void answer(struct store_op *op)
{
    struct waiter *waiter = op->asker;
    CHECK_EQ(pthread_mutex_lock(&waiter->mutex), 0);
    waiter->is_answered = true;
    CHECK_EQ(pthread_cond_signal(&waiter->answered), 0);
    CHECK_EQ(pthread_mutex_unlock(&waiter->mutex), 0);
}

bool store_call(struct store *store, struct store_op *op, struct err *err)
{
    struct waiter waiter = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                            .answered = PTHREAD_COND_INITIALIZER};
    op->asker = &waiter; /* cppcheck-suppress autoVariables; we wait for the answer */
    op->answer = answer;
    store_submit(store, op);
    CHECK_EQ(pthread_mutex_lock(&waiter.mutex), 0);
    while (!waiter.is_answered) {
        CHECK_EQ(pthread_cond_wait(&waiter.answered, &waiter.mutex), 0);
    }
    CHECK_EQ(pthread_mutex_unlock(&waiter.mutex), 0);
    CHECK_EQ(pthread_cond_destroy(&waiter.answered), 0);
    CHECK_EQ(pthread_mutex_destroy(&waiter.mutex), 0);
    if (op->err.kind != ERR_NONE) {
        *err = op->err;
        return false;
    }
    return true;
}
