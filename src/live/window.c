/* window.c -- see window.h.
 * SPDX-License-Identifier: MIT */
#include "live/window.h"

#include <string.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "live/hub.h"
#include "live/render.h"

/* The read that fills a window. */
struct window_read {
    struct errand errand;
    struct hub *hub;
    RoomId room;
    struct store_message_page page;
    HtmlPiece pieces[LIMIT_WINDOW];
    struct blob *blob; /* rendered on the reader's thread; null when there is nothing */
};

static void window_loaded(struct errand *errand);

static void answer_waiting(struct window *window, enum err_kind error)
{
    struct window_wait *wait = window->waiting;
    window->waiting = NULL;
    while (wait != NULL) {
        struct window_wait *next = wait->next;
        wait->done(wait, error);
        wait = next;
    }
}

static void drop_entry(struct window *window, size_t index)
{
    blob_unref(window->entries[index].piece.blob);
    window->count--;
    memmove(&window->entries[index], &window->entries[index + 1],
            (window->count - index) * sizeof(window->entries[0]));
}

static void drop_pending(struct window *window)
{
    for (size_t i = 0; i < window->pending_count; i++) {
        blob_unref(window->pending[i].blob);
    }
    mem_free(window->pending);
    window->pending = NULL;
    window->pending_count = window->pending_cap = 0;
}

void window_clear(struct hub_room *room)
{
    struct window *window = &room->window;
    while (window->count > 0) {
        drop_entry(window, window->count - 1);
    }
    drop_pending(window);
    window->state = WINDOW_EMPTY;
    window->read = NULL;
    answer_waiting(window, ERR_BUSY);
}

void window_age(struct hub_room *room)
{
    if (room->window.state == WINDOW_READY) {
        window_clear(room);
    } else if (room->window.state == WINDOW_LOADING) {
        room->window.is_old = true;
    }
}

/* --- loading ---------------------------------------------------------------------------------- */

static void render_window(struct store_op *op)
{
    struct window_read *read = CONTAINER_OF(op, struct window_read, page.op);
    if (read->page.messages.count > 0) {
        read->blob = render_fragments(read->page.messages, read->pieces);
    }
}

static void load(struct hub_room *room)
{
    struct window_read *read = mem_new(struct window_read);
    room->window.state = WINDOW_LOADING;
    room->window.is_old = false;
    room->window.read = read;
    read->hub = room->hub;
    read->room = room->id;
    read->page.room = room->id;
    read->page.from = STORE_PAGE_NEWEST;
    read->page.limit = LIMIT_WINDOW;
    read->page.op.after = render_window;
    errand_start(&read->errand, room->hub->loop, room->hub->live->store, &read->page.op,
                 STORE_MESSAGE_PAGE, window_loaded);
}

void window_want(struct hub_room *room, struct window_wait *wait)
{
    struct window *window = &room->window;
    if (window->state == WINDOW_READY) {
        metrics_add(window_hits_total, 1);
        wait->done(wait, ERR_NONE);
        return;
    }
    metrics_add(window_misses_total, 1);
    wait->next = window->waiting;
    window->waiting = wait;
    if (window->state == WINDOW_EMPTY) {
        load(room);
    }
}

static void fill(struct window *window, struct window_read *read)
{
    for (size_t i = 0; i < read->page.messages.count; i++) {
        const struct message *message = &read->page.messages.items[i];
        window->entries[i] = (struct window_entry){
            .seq = message->seq, .rev = message->rev, .piece = read->pieces[i]};
        (void)blob_ref(read->blob);
    }
    window->count = read->page.messages.count;
    window->has_older = read->page.has_older;
    window->head = read->page.last_seq;
    window->last_post = read->page.last_post;
    window->state = WINDOW_READY;
}

static void window_loaded(struct errand *errand)
{
    struct window_read *read = CONTAINER_OF(errand, struct window_read, errand);
    struct hub_room *room = map_get_i64(&read->hub->rooms, read->room);
    enum err_kind error = read->page.op.err.kind;
    /* While the read was under way the room may have been dropped, or its window emptied and asked for
     * again: `pending` then begins with the later read, and would leave a hole behind this one. */
    if (room != NULL && room->window.read == read) {
        struct window *window = &room->window;
        window->read = NULL;
        if (error == ERR_NONE) {
            fill(window, read);
            hub_room_set_head(room, window->head);
            for (size_t i = 0; i < window->pending_count; i++) {
                window_apply(room, &window->pending[i]);
            }
        } else {
            window->state = WINDOW_EMPTY;
        }
        drop_pending(window);
        answer_waiting(window, error);
        if (window->is_old) {
            window_clear(room);
        }
    }
    blob_unref(read->blob);
    arena_finish(&read->page.op.arena);
    mem_free(read);
}

/* --- keeping up --------------------------------------------------------------------------------- */

static void keep_for_later(struct hub_room *room, const struct bus_frame *frame)
{
    struct window *window = &room->window;
    if (window->pending_count == LIMIT_REPLAY_CHANGES) {
        window_clear(room); /* a read that takes so long is not worth waiting for */
        return;
    }
    if (window->pending_count == window->pending_cap) {
        window->pending_cap = MAX((size_t)8, window->pending_cap * 2);
        window->pending = mem_grow(window->pending, window->pending_cap, sizeof(*window->pending));
    }
    window->pending[window->pending_count++] = *frame;
    (void)blob_ref(frame->blob);
}

static struct window_entry *find(struct window *window, Seq seq)
{
    for (size_t i = window->count; i > 0; i--) {
        if (window->entries[i - 1].seq == seq) {
            return &window->entries[i - 1];
        }
    }
    return NULL;
}

void window_apply(struct hub_room *room, const struct bus_frame *frame)
{
    struct window *window = &room->window;
    if (window->state == WINDOW_LOADING) {
        keep_for_later(room, frame);
        return;
    }
    if (window->state == WINDOW_EMPTY || frame->seq <= window->head) {
        return;
    }
    window->head = frame->seq;
    window->last_post = MAX(window->last_post, frame->post);
    struct window_entry *entry = find(window, frame->ref);
    if (entry != NULL && frame->is_gone) {
        drop_entry(window, (size_t)(entry - window->entries));
    } else if (entry != NULL || (frame->ref == frame->seq && !frame->is_gone)) {
        if (entry == NULL && window->count == LIMIT_WINDOW) {
            drop_entry(window, 0);
            window->has_older = true;
        }
        if (entry == NULL) {
            entry = &window->entries[window->count++];
        } else {
            blob_unref(entry->piece.blob);
        }
        *entry = (struct window_entry){
            .seq = frame->ref,
            .rev = frame->seq,
            .piece = {.blob = blob_ref(frame->blob),
                      .offset = frame->markup_at,
                      .len = frame->blob->len - frame->markup_at},
        };
    }
    if (window->count < LIMIT_WINDOW / 2 && window->has_older) {
        window_clear(room); /* deletions have emptied it: load it anew when it is wanted */
    }
}
