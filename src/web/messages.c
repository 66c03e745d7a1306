/* messages.c -- pages of messages, and one message by itself with its forms.
 * SPDX-License-Identifier: MIT */
#include "live/render.h"
#include "template/message_show.h"
#include "template/room_messages.h"
#include "template/room_newer.h"
#include "template/room_older.h"
#include "web/handlers.h"
#include "web/pages.h"

/* --- a page of messages ---------------------------------------------------------------------------------------- */

/* Lives in the request's arena, which the exchange keeps until the response is sent. */
struct page_ask {
    struct errand errand;
    struct web_request *request;
    const struct room_entry *room;
    struct store_message_page page;
    HtmlPiece pieces[LIMIT_PAGE];
    struct blob *blob; /* rendered on the reader's thread; null when the page is empty */
};

static void render_page(struct store_op *op)
{
    struct page_ask *ask = CONTAINER_OF(op, struct page_ask, page.op);
    if (ask->page.messages.count > 0) {
        ask->blob = render_fragments(ask->page.messages, ask->pieces);
    }
}

static void show_page(struct page_ask *ask)
{
    struct web_request *request = ask->request;
    Messages messages = ask->page.messages;
    struct room_messages_view view = {
        .id = ask->room->id,
        .name = ask->room->name,
        .first = messages.count > 0 ? messages.items[0].seq : 0,
        .last = messages.count > 0 ? messages.items[messages.count - 1].seq : 0,
        .has_older = ask->page.has_older,
        .has_newer = ask->page.has_newer,
        .head = ask->page.last_seq,
        .messages = {.items = ask->pieces, .count = messages.count},
    };
    http_respond_html(request->exchange, 200);
    bool is_newer = ask->page.from == STORE_PAGE_AFTER;
    if (web_is_htmx(request)) {
        (is_newer ? template_room_newer : template_room_older)(&request->exchange->body, &view);
    } else {
        page_fill(request, ask->room->name, ask->room->id, &view.page);
        template_room_messages(&request->exchange->body, &view);
    }
}

static void page_read(struct errand *errand)
{
    struct page_ask *ask = CONTAINER_OF(errand, struct page_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->page.op.err;
    if (err.kind == ERR_NONE) {
        show_page(ask);
    }
    blob_unref(ask->blob);
    arena_finish(&ask->page.op.arena);
    if (err.kind == ERR_NONE) {
        web_send(request);
    } else {
        web_fail_err(request, &err);
    }
}

/* "?before=SEQ", "?after=SEQ" or "?around=SEQ"; without one, the newest. */
static bool parse_anchor(struct web_request *request, struct store_message_page *page)
{
    static const struct {
        Str name;
        enum store_page_from from;
    } anchors[] = {
        {S_INIT("before"), STORE_PAGE_BEFORE},
        {S_INIT("after"), STORE_PAGE_AFTER},
        {S_INIT("around"), STORE_PAGE_AROUND},
    };
    page->from = STORE_PAGE_NEWEST;
    for (size_t i = 0; i < ARRAY_LEN(anchors); i++) {
        if (form_has(&request->query, anchors[i].name)) {
            page->from = anchors[i].from;
            return id_parse(form_get(&request->query, anchors[i].name), &page->seq);
        }
    }
    return true;
}

void messages_index(struct web_request *request)
{
    const struct room_entry *room = web_room(request);
    if (room == NULL) {
        return;
    }
    struct page_ask *ask = arena_new(&request->exchange->arena, struct page_ask, 1);
    if (!parse_anchor(request, &ask->page)) {
        web_fail(request, 400);
        return;
    }
    ask->request = request;
    ask->room = room;
    ask->page.room = room->id;
    ask->page.limit = LIMIT_PAGE;
    ask->page.op.after = render_page;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->page.op,
                 STORE_MESSAGE_PAGE, page_read);
}

/* --- one message ------------------------------------------------------------------------------------------------- */

struct message_ask {
    struct errand errand;
    struct web_request *request;
    const struct room_entry *room;
    struct store_message_get get;
};

static void show_message(struct message_ask *ask)
{
    struct web_request *request = ask->request;
    struct arena *arena = &request->exchange->arena;
    struct message_show_view view = {.id = ask->room->id, .name = ask->room->name};
    message_view_make(arena, &ask->get.message, &view.message);
    view.whole = message_view_whole(arena, &ask->get.message);
    view.source = ask->get.message.body;
    view.may_change = room_may_post(ask->room->role) &&
                      message_may_change(&ask->get.message, request->session->person.id,
                                         request->session->person.role);
    page_fill(request, ask->room->name, ask->room->id, &view.page);
    http_respond_html(request->exchange, 200);
    template_message_show(&request->exchange->body, &view);
}

static void message_read(struct errand *errand)
{
    struct message_ask *ask = CONTAINER_OF(errand, struct message_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->get.op.err;
    /* What happened to the room is not a message of somebody, to be looked at alone. */
    bool is_there = err.kind == ERR_NONE && !ask->get.message.deleted &&
                    ask->get.message.event == CHANGE_NONE;
    if (is_there) {
        show_message(ask);
    }
    arena_finish(&ask->get.op.arena);
    if (is_there) {
        web_send(request);
    } else if (err.kind == ERR_NONE) {
        web_fail(request, 404);
    } else {
        web_fail_err(request, &err);
    }
}

void messages_show(struct web_request *request)
{
    Seq seq;
    const struct room_entry *room = web_room(request);
    if (room == NULL || !web_param_id(request, 1, &seq)) {
        return;
    }
    struct message_ask *ask = arena_new(&request->exchange->arena, struct message_ask, 1);
    ask->request = request;
    ask->room = room;
    ask->get.room = room->id;
    ask->get.seq = seq;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->get.op,
                 STORE_MESSAGE_GET, message_read);
}
