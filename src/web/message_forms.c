/* message_forms.c -- posting, editing and deleting by a form: what the page without a script uses,
 * and what a script sends for all but a post to the open room. SPDX-License-Identifier: MIT */
#include "live/live.h"
#include "web/handlers.h"

/* A script sees what it did on the live socket; a form is shown the page that it leads to. */
static void finish(struct web_request *request, const struct err *err, Str path)
{
    if (err->kind != ERR_NONE) {
        web_fail_err(request, err);
    } else if (web_is_htmx(request)) {
        http_respond_status(request->exchange, 204);
        web_send(request);
    } else {
        web_redirect(request, path);
    }
}

/* --- posting ---------------------------------------------------------------------------------- */

struct form_post {
    struct live_post post;
    struct web_request *request;
};

static void posted(struct errand *errand)
{
    struct live_post *live_post = CONTAINER_OF(errand, struct live_post, errand);
    struct form_post *post = CONTAINER_OF(live_post, struct form_post, post);
    struct web_request *request = post->request;
    struct err err = post->post.post.op.err;
    RoomId room = post->post.post.room;
    arena_finish(&post->post.post.op.arena);
    finish(request, &err, str_format(&request->exchange->arena, "/rooms/%lld", (long long)room));
}

void messages_create(struct web_request *request)
{
    struct err err = {0};
    const struct room_entry *room = web_room(request);
    if (room == NULL) {
        return;
    }
    struct form_post *post = arena_new(&request->exchange->arena, struct form_post, 1);
    struct store_post *store_post = &post->post.post;
    store_post->nonce = form_get(&request->form, S("nonce"));
    if (!message_nonce_is_valid(store_post->nonce)) {
        (void)err_set(&err, ERR_INPUT, "malformed nonce");
        web_fail_err(request, &err);
        return;
    }
    if (!message_body_clean(&request->exchange->arena, form_get(&request->form, S("body")),
                            &store_post->body, &err)) {
        web_fail_err(request, &err);
        return;
    }
    store_post->room = room->id;
    store_post->author = request->session->person.id;
    store_post->now_ms = clock_wall_ms();
    post->request = request;
    live_post_start(&post->post, request->home->web->live, request->home->loop, posted);
}

/* --- editing and deleting --------------------------------------------------------------------- */

struct form_change {
    struct live_change change;
    struct web_request *request;
};

static void changed(struct errand *errand)
{
    struct live_change *live_change = CONTAINER_OF(errand, struct live_change, errand);
    struct form_change *form = CONTAINER_OF(live_change, struct form_change, change);
    struct web_request *request = form->request;
    const struct store_message_change *change = &form->change.change;
    struct arena *arena = &request->exchange->arena;
    struct err err = change->op.err;
    long long room = change->room;
    long long seq = change->seq;
    Str path = change->kind == CHANGE_DELETE
                   ? str_format(arena, "/rooms/%lld", room)
                   : str_format(arena, "/rooms/%lld?around=%lld#m-%lld-%lld", room, seq, room, seq);
    arena_finish(&form->change.change.op.arena);
    finish(request, &err, path);
}

/* The change of the route's message; null: the error page was sent. */
static struct form_change *change_of(struct web_request *request, enum change_kind kind)
{
    Seq seq;
    const struct room_entry *room = web_room(request);
    if (room == NULL || !web_param_id(request, 1, &seq)) {
        return NULL;
    }
    struct form_change *form = arena_new(&request->exchange->arena, struct form_change, 1);
    form->request = request;
    form->change.change = (struct store_message_change){
        .room = room->id,
        .seq = seq,
        .actor = request->session->person.id,
        .kind = kind,
        .now_ms = clock_wall_ms(),
    };
    return form;
}

void messages_update(struct web_request *request)
{
    struct err err = {0};
    struct form_change *form = change_of(request, CHANGE_EDIT);
    if (form == NULL) {
        return;
    }
    if (!message_body_clean(&request->exchange->arena, form_get(&request->form, S("body")),
                            &form->change.change.body, &err)) {
        web_fail_err(request, &err);
        return;
    }
    live_change_start(&form->change, request->home->web->live, request->home->loop, changed);
}

void messages_destroy(struct web_request *request)
{
    struct form_change *form = change_of(request, CHANGE_DELETE);
    if (form != NULL) {
        live_change_start(&form->change, request->home->web->live, request->home->loop, changed);
    }
}
