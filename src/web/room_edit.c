/* room_edit.c -- what a room is called and what it is about, for those who may say it; and the way out.
 *
 * One form holds both texts; each that differs from what is stored is a change of its own, with its own
 * number and line in the room.
 * SPDX-License-Identifier: MIT */
#include "live/live.h"
#include "template/room_edit.h"
#include "web/handlers.h"
#include "web/pages.h"

static bool may(const struct web_request *request, const struct room_entry *room, enum right right)
{
    const struct person *person = &request->session->person;
    return rights_may(rights_standing(room->kind, room->role, person->role, person->state), right);
}

static void show(struct web_request *request, const struct room_entry *room, int status,
                 struct room_edit_view *view)
{
    view->id = room->id;
    view->room = room->name;
    view->may_change = may(request, room, RIGHT_RENAME) || may(request, room, RIGHT_TOPIC);
    view->may_leave = may(request, room, RIGHT_LEAVE);
    page_fill(request, room->name, room->id, &view->page);
    http_respond_html(request->exchange, status);
    template_room_edit(&request->exchange->body, view);
    web_send(request);
}

void room_edit_show(struct web_request *request)
{
    const struct room_entry *room = web_room(request);
    if (room != NULL) {
        show(request, room, 200, &(struct room_edit_view){.name = room->name, .topic = room->topic});
    }
}

/* --- saving: the name, then the topic ------------------------------------------------------------------ */

struct room_save {
    struct live_room_change change;
    struct web_request *request;
    const struct room_entry *room;
    Str name, topic;
    bool has_name, has_topic; /* left to be saved */
};

static void saved(struct errand *errand);

static void save_next(struct room_save *save)
{
    struct web_request *request = save->request;
    struct store_room_change *change = &save->change.change;
    if (!save->has_name && !save->has_topic) {
        web_redirect(request, str_format(&request->exchange->arena, "/rooms/%lld",
                                         (long long)save->room->id));
        return;
    }
    *change = (struct store_room_change){
        .room = save->room->id,
        .actor = request->session->person.id,
        .kind = save->has_name ? CHANGE_RENAME : CHANGE_TOPIC,
        .text = save->has_name ? save->name : save->topic,
        .now_ms = clock_wall_ms(),
    };
    save->has_topic = save->has_topic && save->has_name;
    save->has_name = false;
    live_room_change_start(&save->change, request->home->web->live, request->home->loop, saved);
}

static void saved(struct errand *errand)
{
    struct live_room_change *change = CONTAINER_OF(errand, struct live_room_change, errand);
    struct room_save *save = CONTAINER_OF(change, struct room_save, change);
    struct err err = change->change.op.err;
    arena_finish(&change->change.op.arena);
    if (err.kind == ERR_NONE) {
        save_next(save);
    } else if (err.kind == ERR_DENIED) {
        struct room_edit_view view = {
            .name = save->name,
            .topic = save->topic,
            .error = S("Only who moderates this room, or an admin of the house, changes this."),
        };
        show(save->request, save->room, 403, &view);
    } else {
        web_fail_err(save->request, &err);
    }
}

/* Reads one text of the form; false: `ret_error` says what is wrong with it. */
static bool take(struct web_request *request, Str field,
                 bool (*clean)(struct arena *arena, Str input, Str *ret, struct err *err),
                 Str *ret_text, Str *ret_error)
{
    struct err err = {0};
    struct arena *arena = &request->exchange->arena;
    if (!form_has(&request->form, field) ||
        clean(arena, form_get(&request->form, field), ret_text, &err)) {
        return true;
    }
    *ret_text = form_get(&request->form, field);
    *ret_error = page_sentence(request, &err);
    return false;
}

void room_edit_save(struct web_request *request)
{
    const struct room_entry *room = web_room(request);
    if (room == NULL) {
        return;
    }
    struct room_save *save = arena_new(&request->exchange->arena, struct room_save, 1);
    struct room_edit_view view = {.name = room->name, .topic = room->topic};
    bool is_name_good = take(request, S("name"), room_name_clean, &view.name, &view.name_error);
    bool is_topic_good = take(request, S("topic"), room_topic_clean, &view.topic, &view.topic_error);
    if (!is_name_good || !is_topic_good) {
        show(request, room, 422, &view);
        return;
    }
    save->request = request;
    save->room = room;
    save->name = view.name;
    save->topic = view.topic;
    save->has_name = form_has(&request->form, S("name"));
    save->has_topic = form_has(&request->form, S("topic"));
    save_next(save);
}
