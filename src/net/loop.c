/* loop.c -- a libuv loop with our letters, turn ends, deadlines and deferred frees around it.
 * SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include "base/mem.h"
#include "net/loop_private.h"

static void deliver_mail(struct loop *loop);
static bool end(struct loop *loop);
static void woken(uv_async_t *wake);
static void end_turn(uv_prepare_t *prepare);
static void stay_awake(uv_idle_t *idle);
static void tick(uv_timer_t *timer);

bool loop_create(int index, struct loop **ret_loop, struct err *err)
{
    struct loop *loop = mem_new(struct loop);
    loop->index = index;
    int code = uv_loop_init(&loop->uv);
    if (code != 0) {
        mem_free(loop);
        return err_set(err, ERR_INTERNAL, "event loop: %s", uv_strerror(code));
    }
    pthread_mutex_init(&loop->mail_lock, NULL);
    list_init(&loop->closing);
    deadlines_init(&loop->deadlines);
    code = uv_async_init(&loop->uv, &loop->wake, woken);
    CHECK_EQ(code, 0);
    (void)uv_prepare_init(&loop->uv, &loop->turn_end);
    (void)uv_prepare_start(&loop->turn_end, end_turn);
    (void)uv_idle_init(&loop->uv, &loop->busy);
    (void)uv_timer_init(&loop->uv, &loop->tick);
    (void)uv_timer_start(&loop->tick, tick, DEADLINE_TICK_MS, DEADLINE_TICK_MS);
    *ret_loop = loop;
    return true;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

void loop_destroy(struct loop *loop)
{
    if (loop == NULL) {
        return;
    }
    uv_walk(&loop->uv, close_handle, NULL);
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    CHECK_EQ(uv_loop_close(&loop->uv), 0);
    pthread_mutex_destroy(&loop->mail_lock);
    mem_free(loop->releases);
    mem_free(loop);
}

int loop_index(const struct loop *loop)
{
    return loop->index;
}

void loop_run(struct loop *loop)
{
    (void)uv_run(&loop->uv, UV_RUN_DEFAULT);
    do {
        deliver_mail(loop);
        end_turn(&loop->turn_end);
    } while (!end(loop));
}

/* False: a letter has come meanwhile. */
static bool end(struct loop *loop)
{
    pthread_mutex_lock(&loop->mail_lock);
    loop->has_ended = loop->mail_first == NULL;
    pthread_mutex_unlock(&loop->mail_lock);
    return loop->has_ended;
}

void loop_stop(struct loop *loop)
{
    pthread_mutex_lock(&loop->mail_lock);
    loop->is_stopping = true;
    (void)uv_async_send(&loop->wake);
    pthread_mutex_unlock(&loop->mail_lock);
}

static void deliver_mail(struct loop *loop)
{
    pthread_mutex_lock(&loop->mail_lock);
    struct mail *mail = loop->mail_first;
    loop->mail_first = loop->mail_last = NULL;
    pthread_mutex_unlock(&loop->mail_lock);
    while (mail != NULL) {
        struct mail *next = mail->next; /* deliver may free it */
        mail->deliver(loop, mail);
        mail = next;
    }
}

static void woken(uv_async_t *wake)
{
    struct loop *loop = CONTAINER_OF(wake, struct loop, wake);
    deliver_mail(loop);
    pthread_mutex_lock(&loop->mail_lock);
    if (loop->is_stopping) {
        uv_stop(&loop->uv);
    }
    pthread_mutex_unlock(&loop->mail_lock);
}

Millis loop_now(const struct loop *loop)
{
    return (Millis)uv_now(&loop->uv);
}

char *loop_scratch(struct loop *loop)
{
    return loop->scratch;
}

/* --- the end of a turn ------------------------------------------------------------------------ */

void loop_add_hook(struct loop *loop, struct loop_hook *hook)
{
    hook->next = loop->hooks;
    loop->hooks = hook;
}

void loop_release_later(struct loop *loop, void (*release)(void *ptr), void *ptr)
{
    if (loop->release_count == loop->release_cap) {
        loop->release_cap = MAX((size_t)64, loop->release_cap * 2);
        loop->releases = mem_grow(loop->releases, loop->release_cap, sizeof(*loop->releases));
    }
    loop->releases[loop->release_count++] = (struct release){.run = release, .ptr = ptr};
}

/* libuv calls this before it waits: everything of the turn has run by then. */
static void end_turn(uv_prepare_t *prepare)
{
    struct loop *loop = CONTAINER_OF(prepare, struct loop, turn_end);
    bool has_more = false;
    for (struct loop_hook *hook = loop->hooks; hook != NULL; hook = hook->next) {
        has_more |= hook->run(hook);
    }
    conn_close_marked(loop);
    for (size_t i = 0; i < loop->release_count; i++) {
        loop->releases[i].run(loop->releases[i].ptr);
    }
    loop->release_count = 0;
    if (has_more) {
        (void)uv_idle_start(&loop->busy, stay_awake);
    } else {
        (void)uv_idle_stop(&loop->busy);
    }
}

static void stay_awake(uv_idle_t *idle)
{
    (void)idle; /* an active idle handle makes libuv poll without waiting */
}

static void tick(uv_timer_t *timer)
{
    struct loop *loop = CONTAINER_OF(timer, struct loop, tick);
    deadlines_run(&loop->deadlines, loop_now(loop), conn_deadline_fired);
}

/* --- timers and jobs: libuv's handles live on the heap, since they outlive stop by a turn ------- */

struct timer_handle {
    uv_timer_t uv;
    struct loop_timer *timer; /* null after stop */
};

static void timer_fired(uv_timer_t *uv)
{
    struct timer_handle *handle = CONTAINER_OF(uv, struct timer_handle, uv);
    struct loop_timer *timer = handle->timer;
    if (timer == NULL) {
        return;
    }
    if (uv_timer_get_repeat(uv) == 0) {
        loop_timer_stop(timer);
    }
    timer->fire(timer);
}

static void timer_closed(uv_handle_t *uv)
{
    mem_free(CONTAINER_OF(uv, struct timer_handle, uv));
}

void loop_timer_start(struct loop *loop, struct loop_timer *timer, Millis delay_ms,
                      Millis interval_ms, void (*fire)(struct loop_timer *timer))
{
    loop_timer_stop(timer);
    struct timer_handle *handle = mem_new(struct timer_handle);
    handle->timer = timer;
    timer->handle = handle;
    timer->fire = fire;
    (void)uv_timer_init(&loop->uv, &handle->uv);
    (void)uv_timer_start(&handle->uv, timer_fired, (uint64_t)delay_ms, (uint64_t)interval_ms);
}

void loop_timer_stop(struct loop_timer *timer)
{
    struct timer_handle *handle = timer->handle;
    if (handle == NULL) {
        return;
    }
    timer->handle = NULL;
    handle->timer = NULL;
    uv_close((uv_handle_t *)&handle->uv, timer_closed);
}

struct job_handle {
    uv_work_t uv;
    struct loop_job *job;
};

static void job_work(uv_work_t *uv)
{
    struct job_handle *handle = CONTAINER_OF(uv, struct job_handle, uv);
    handle->job->work(handle->job);
}

static void job_done(uv_work_t *uv, int status)
{
    struct job_handle *handle = CONTAINER_OF(uv, struct job_handle, uv);
    struct loop_job *job = handle->job;
    CHECK_EQ(status, 0); /* jobs are never cancelled */
    mem_free(handle);
    job->handle = NULL;
    job->done(job);
}

void loop_job_start(struct loop *loop, struct loop_job *job)
{
    struct job_handle *handle = mem_new(struct job_handle);
    handle->job = job;
    job->handle = handle;
    CHECK_EQ(uv_queue_work(&loop->uv, &handle->uv, job_work, job_done), 0);
}
