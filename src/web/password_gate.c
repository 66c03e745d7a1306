/* password_gate.c -- see password_gate.h. A waiting check may belong to another loop than the one whose
 * check has just ended: it is sent there, since jobs start on their own loop.
 * SPDX-License-Identifier: MIT */
#include "web/password_gate.h"

#include <pthread.h>

#include "auth/password.h"
#include "base/limits.h"
#include "base/log.h"

static struct {
    pthread_mutex_t lock;
    int running;
    int waiting;
    struct password_check *first, *last;
} gate = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void work(struct loop_job *job)
{
    struct password_check *check = CONTAINER_OF(job, struct password_check, job);
    struct err err = {0};
    if (!check->makes_hash) {
        check->is_right = password_verify(check->hash, check->password);
        return;
    }
    check->is_right = password_hash(&check->arena, check->password, &check->hash, &err);
    if (!check->is_right) {
        log_error("password.hash", log_err(&err));
    }
}

static void done(struct loop_job *job);

static void start(struct loop *loop, struct mail *mail)
{
    struct password_check *check = CONTAINER_OF(mail, struct password_check, mail);
    check->job.work = work;
    check->job.done = done;
    loop_job_start(loop, &check->job);
}

static void let_next_in(void)
{
    pthread_mutex_lock(&gate.lock);
    struct password_check *next = gate.first;
    if (next != NULL) {
        gate.first = next->next;
        gate.waiting--;
    } else {
        gate.running--;
    }
    pthread_mutex_unlock(&gate.lock);
    if (next != NULL) {
        mailbox_send(next->loop, &next->mail);
    }
}

static void done(struct loop_job *job)
{
    struct password_check *check = CONTAINER_OF(job, struct password_check, job);
    let_next_in();
    check->done(check);
}

static void push(struct password_check *check)
{
    check->next = NULL;
    if (gate.first == NULL) {
        gate.first = check;
    } else {
        gate.last->next = check;
    }
    gate.last = check;
    gate.waiting++;
}

static bool enter(struct loop *loop, struct password_check *check)
{
    check->loop = loop;
    check->mail.deliver = start;
    pthread_mutex_lock(&gate.lock);
    bool may_start = gate.running < LIMIT_HASHES;
    bool may_wait = gate.waiting < LIMIT_HASH_QUEUE;
    if (may_start) {
        gate.running++;
    } else if (may_wait) {
        push(check);
    }
    pthread_mutex_unlock(&gate.lock);
    if (may_start) {
        start(loop, &check->mail);
    }
    return may_start || may_wait;
}

bool password_gate_check(struct loop *loop, struct password_check *check)
{
    check->makes_hash = false;
    return enter(loop, check);
}

bool password_gate_hash(struct loop *loop, struct password_check *check)
{
    check->makes_hash = true;
    return enter(loop, check);
}
