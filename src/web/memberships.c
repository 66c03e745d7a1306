/* memberships.c -- coming into a room and leaving it, and the door of one that one is not in.
 * SPDX-License-Identifier: MIT */
#include "live/live.h"
#include "template/room_door.h"
#include "web/handlers.h"
#include "web/pages.h"

/* --- coming and going ---------------------------------------------------------------------------------- */

struct membership_ask {
    struct live_room_change change;
    struct web_request *request;
};

static void membership_changed(struct errand *errand)
{
    struct live_room_change *change = CONTAINER_OF(errand, struct live_room_change, errand);
    struct membership_ask *ask = CONTAINER_OF(change, struct membership_ask, change);
    struct web_request *request = ask->request;
    struct err err = change->change.op.err;
    arena_finish(&change->change.op.arena);
    if (err.kind != ERR_NONE) {
        web_fail_err(request, &err);
    } else if (change->change.kind == CHANGE_LEAVE) {
        web_redirect(request, S("/rooms"));
    } else {
        web_redirect(request, str_format(&request->exchange->arena, "/rooms/%lld",
                                         (long long)change->change.room));
    }
}

static void change_membership(struct web_request *request, enum change_kind kind)
{
    struct membership_ask *ask = arena_new(&request->exchange->arena, struct membership_ask, 1);
    struct store_room_change *change = &ask->change.change;
    if (!web_param_id(request, 0, &change->room)) {
        return;
    }
    ask->request = request;
    change->actor = request->session->person.id;
    change->kind = kind;
    change->now_ms = clock_wall_ms();
    live_room_change_start(&ask->change, request->home->web->live, request->home->loop,
                           membership_changed);
}

void memberships_create(struct web_request *request)
{
    change_membership(request, CHANGE_JOIN);
}

void memberships_destroy(struct web_request *request)
{
    change_membership(request, CHANGE_LEAVE);
}

/* --- the door ------------------------------------------------------------------------------------------ */

struct door_ask {
    struct errand errand;
    struct web_request *request;
    struct store_room_find find;
};

static void show_door(struct web_request *request, const struct room_entry *room)
{
    struct room_door_view view = {
        .id = room->id,
        .name = room->name,
        .topic = room->topic,
        .people = page_people(&request->exchange->arena, room->people),
    };
    page_fill(request, room->name, 0, &view.page);
    http_respond_html(request->exchange, 200);
    template_room_door(&request->exchange->body, &view);
}

static void door_found(struct errand *errand)
{
    struct door_ask *ask = CONTAINER_OF(errand, struct door_ask, errand);
    struct web_request *request = ask->request;
    const struct store_room_find *find = &ask->find;
    struct err err = find->op.err;
    bool has_all = request->rooms->count < LIMIT_ROOMS_PER_PERSON;
    bool is_outside = err.kind == ERR_NONE && find->standing == STANDING_OUTSIDE;
    if (is_outside) {
        show_door(request, &find->entry);
    }
    arena_finish(&ask->find.op.arena);
    if (is_outside) {
        web_send(request);
    } else if (err.kind == ERR_NONE && !has_all) {
        http_respond_html(request->exchange, 409); /* looking again would show the same list */
        page_too_many_rooms(request);
        web_send(request);
    } else if (err.kind == ERR_NONE) {
        /* They are in it: what was remembered of them is older than that. */
        directory_drop_person(&request->home->hub->directory, find->person);
        web_redirect(request, str_format(&request->exchange->arena, "/rooms/%lld",
                                         (long long)find->room));
    } else {
        web_fail_err(request, &err);
    }
}

void memberships_offer(struct web_request *request, RoomId room)
{
    struct door_ask *ask = arena_new(&request->exchange->arena, struct door_ask, 1);
    ask->request = request;
    ask->find.room = room;
    ask->find.person = request->session->person.id;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->find.op,
                 STORE_ROOM_FIND, door_found);
}
