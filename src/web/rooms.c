/* rooms.c -- a room: with its newest messages, or with those around one.
 *
 * The newest are a small shell around the window's fragments, which are spliced in by reference:
 * the page goes out in one sendmsg and touches the store only when nobody has looked at the room
 * lately. SPDX-License-Identifier: MIT */
#include "chat/cursor.h"
#include "live/render.h"
#include "template/room_show.h"
#include "web/handlers.h"
#include "web/pages.h"

/* The messages of a room's page, wherever they come from. */
struct room_page {
    HtmlPieces messages;
    Seq first, last; /* of them; 0: none */
    bool has_older, has_newer;
    Seq head; /* everything up to here is in it, as far as it lies in the range */
    PostNo last_post;
};

static void show(struct web_request *request, const struct room_entry *entry,
                 const struct room_page *page)
{
    struct arena *arena = &request->exchange->arena;
    const struct person *person = &request->session->person;
    struct room_show_view view = {
        .id = entry->id,
        .name = entry->name,
        .topic = entry->topic,
        .people = page_people(arena, entry->people),
        .cursor = cursor_format(arena, request->home->web->live->epoch, page->head),
        .first = page->first,
        .last = page->last,
        .last_post = page->last_post,
        .read_post = entry->read_post,
        .has_older = page->has_older,
        .has_newer = page->has_newer,
        .messages = page->messages,
        .nonce = page_nonce(request),
    };
    struct message empty = {.room = entry->id,
                            .author = person->id,
                            .author_name = person->name,
                            .author_handle = person->shown_handle};
    message_view_make(arena, &empty, &view.echo);
    page_fill(request, entry->name, entry->id, &view.page);
    view.page.is_live = true;
    http_respond_html(request->exchange, 200);
    template_room_show(&request->exchange->body, &view);
}

/* --- the newest messages, from the room's window ---------------------------------------------- */

struct newest_wait {
    struct window_wait wait;
    struct web_request *request;
    const struct room_entry *entry;
    struct hub_room *room;
};

static HtmlPieces window_pieces(struct arena *arena, const struct window *window)
{
    HtmlPiece *pieces = arena_new(arena, HtmlPiece, window->count);
    for (size_t i = 0; i < window->count; i++) {
        pieces[i] = window->entries[i].piece;
    }
    return (HtmlPieces){.items = pieces, .count = window->count};
}

static void window_there(struct window_wait *wait, enum err_kind error)
{
    struct newest_wait *waiting = CONTAINER_OF(wait, struct newest_wait, wait);
    struct web_request *request = waiting->request;
    const struct window *window = &waiting->room->window;
    if (error != ERR_NONE) {
        web_fail(request, error == ERR_MISSING ? 404 : 503);
        return;
    }
    struct room_page page = {
        .messages = window_pieces(&request->exchange->arena, window),
        .first = window->count > 0 ? window->entries[0].seq : 0,
        .last = window->count > 0 ? window->entries[window->count - 1].seq : 0,
        .has_older = window->has_older,
        .head = window->head,
        .last_post = window->last_post,
    };
    show(request, waiting->entry, &page);
    web_send(request);
}

static void show_newest(struct web_request *request, const struct room_entry *entry)
{
    struct newest_wait *waiting = arena_new(&request->exchange->arena, struct newest_wait, 1);
    waiting->wait.done = window_there;
    waiting->request = request;
    waiting->entry = entry;
    waiting->room = hub_room_use(request->home->hub, entry->id);
    window_want(waiting->room, &waiting->wait);
}

/* --- the messages around one, from the store -------------------------------------------------- */

struct around_ask {
    struct errand errand;
    struct web_request *request;
    const struct room_entry *entry;
    struct store_message_page page;
    HtmlPiece pieces[LIMIT_PAGE];
    struct blob *blob; /* rendered on the reader's thread; null when there is nothing */
};

static void render_around(struct store_op *op)
{
    struct around_ask *ask = CONTAINER_OF(op, struct around_ask, page.op);
    if (ask->page.messages.count > 0) {
        ask->blob = render_fragments(ask->page.messages, ask->pieces);
    }
}

static void around_read(struct errand *errand)
{
    struct around_ask *ask = CONTAINER_OF(errand, struct around_ask, errand);
    struct web_request *request = ask->request;
    const struct store_message_page *read = &ask->page;
    Messages messages = read->messages;
    struct err err = read->op.err;
    if (err.kind == ERR_NONE) {
        struct room_page page = {
            .messages = {.items = ask->pieces, .count = messages.count},
            .first = messages.count > 0 ? messages.items[0].seq : 0,
            .last = messages.count > 0 ? messages.items[messages.count - 1].seq : 0,
            .has_older = read->has_older,
            .has_newer = read->has_newer,
            .head = read->last_seq,
            .last_post = read->last_post,
        };
        show(request, ask->entry, &page);
    }
    blob_unref(ask->blob);
    arena_finish(&ask->page.op.arena);
    if (err.kind == ERR_NONE) {
        web_send(request);
    } else {
        web_fail_err(request, &err);
    }
}

static void show_around(struct web_request *request, const struct room_entry *entry, Seq seq)
{
    struct around_ask *ask = arena_new(&request->exchange->arena, struct around_ask, 1);
    (void)hub_room_use(request->home->hub,
                       entry->id); /* before the read: what comes after it is kept */
    ask->request = request;
    ask->entry = entry;
    ask->page.room = entry->id;
    ask->page.from = STORE_PAGE_AROUND;
    ask->page.seq = seq;
    ask->page.limit = LIMIT_PAGE;
    ask->page.op.after = render_around;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->page.op,
                 STORE_MESSAGE_PAGE, around_read);
}

void rooms_show(struct web_request *request)
{
    RoomId id;
    Seq seq;
    if (!web_param_id(request, 0, &id)) {
        return;
    }
    const struct room_entry *entry = dir_rooms_get(request->rooms, id);
    if (entry == NULL || !room_may_read(entry->role)) {
        memberships_offer(request, id);
        return;
    }
    if (!form_has(&request->query, S("around"))) {
        show_newest(request, entry);
    } else if (id_parse(form_get(&request->query, S("around")), &seq)) {
        show_around(request, entry, seq);
    } else {
        web_fail(request, 400);
    }
}
