/* changes.c -- what changed in a room after a cursor, for a page that no WebSocket reaches.
 *
 * Some proxies let no WebSocket through. Such a page asks here every few seconds, with the cursor that it would
 * have connected with, and gets what a replay would have told it: the fragments as they stand now, the counters
 * of its rooms, and the head mark that moves its cursor; or the order to load the room anew.
 * SPDX-License-Identifier: MIT */
#include "chat/cursor.h"
#include "live/render.h"
#include "template/room_changes.h"
#include "web/handlers.h"
#include "web/pages.h"

/* Lives in the request's arena. */
struct changes_ask {
    struct errand errand;
    struct web_request *request;
    const struct room_entry *room;
    struct store_replay replay;
    HtmlPiece *pieces; /* one a message */
    struct blob *blob; /* rendered on the reader's thread; null when there is nothing, or too much */
};

static void render_changes(struct store_op *op)
{
    struct changes_ask *ask = CONTAINER_OF(op, struct changes_ask, replay.op);
    Messages messages = ask->replay.messages;
    if (messages.count > 0) {
        ask->pieces = arena_new(&op->arena, HtmlPiece, messages.count);
        ask->blob = render_fragments_within(messages, LIMIT_REPLAY, ask->pieces);
    }
}

static bool is_too_much(const struct changes_ask *ask)
{
    return ask->replay.needs_reset || (ask->blob == NULL && ask->replay.messages.count > 0);
}

static void show(struct web_request *request, const struct room_changes_view *changes)
{
    struct room_changes_view view = *changes;
    page_fill(request, (Str){0}, view.id, &view.page);
    http_respond_html(request->exchange, 200);
    template_room_changes(&request->exchange->body, &view);
}

static void changes_read(struct errand *errand)
{
    struct changes_ask *ask = CONTAINER_OF(errand, struct changes_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->replay.op.err;
    if (err.kind == ERR_NONE) {
        show(request, &(struct room_changes_view){
                          .id = ask->room->id,
                          .head = cursor_format(&request->exchange->arena,
                                                request->home->web->live->epoch, ask->replay.last_seq),
                          .is_reset = is_too_much(ask),
                          .messages = {.items = ask->pieces,
                                       .count = ask->blob == NULL ? 0 : ask->replay.messages.count},
                      });
    }
    blob_unref(ask->blob);
    arena_finish(&ask->replay.op.arena);
    if (err.kind == ERR_NONE) {
        web_send(request);
    } else {
        web_fail_err(request, &err);
    }
}

void changes_read_mark(struct web_request *request)
{
    PostNo post;
    const struct room_entry *room = web_room(request);
    if (room == NULL) {
        return;
    }
    if (!id_parse(form_get(&request->form, S("post")), &post)) {
        web_fail(request, 400);
        return;
    }
    read_marks_note(request->home->hub, request->session->person.id, room->id, post);
    http_respond_status(request->exchange, 204);
    web_send(request);
}

void changes_index(struct web_request *request)
{
    Cursor after;
    const struct room_entry *room = web_room(request);
    if (room == NULL) {
        return;
    }
    if (!cursor_parse(form_get(&request->query, S("after")), &after)) {
        web_fail(request, 400);
        return;
    }
    if (!str_eq(after.epoch, request->home->web->live->epoch)) {
        show(request, &(struct room_changes_view){.id = room->id, .is_reset = true});
        web_send(request);
        return;
    }
    struct changes_ask *ask = arena_new(&request->exchange->arena, struct changes_ask, 1);
    ask->request = request;
    ask->room = room;
    ask->replay.room = room->id;
    ask->replay.after_seq = after.seq;
    ask->replay.op.after = render_changes;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->replay.op,
                 STORE_REPLAY, changes_read);
}
