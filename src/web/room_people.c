/* room_people.c -- who is in a room, and who of them is here now.
 * SPDX-License-Identifier: MIT */
#include "live/roll_call.h"
#include "template/room_people.h"
#include "web/handlers.h"
#include "web/pages.h"

/* First the store is asked who is in the room, then the loops who of them is here. */
struct people_ask {
    struct errand errand;
    struct roll_call call;
    struct web_request *request;
    const struct room_entry *room;
    struct store_room_members list;
};

static struct room_person_view person_of(struct arena *arena, const struct room_member *member)
{
    return (struct room_person_view){
        .id = member->id,
        .name = member->name,
        .shown_handle = member->shown_handle,
        .initials = person_initials(arena, member->name),
        .hue = person_hue(member->id),
        .is_moderator = member->role == MEMBER_MODERATOR,
        .is_admin = member->is_admin,
    };
}

static struct room_people_list_view people_who(const struct people_ask *ask, bool are_here)
{
    struct arena *arena = &ask->request->exchange->arena;
    struct room_person_view *items =
        arena_new(arena, struct room_person_view, ask->list.member_count);
    size_t count = 0;
    for (size_t i = 0; i < ask->list.member_count; i++) {
        if (ask->call.is_here[i] == are_here) {
            items[count++] = person_of(arena, &ask->list.members[i]);
        }
    }
    return (struct room_people_list_view){.items = items, .count = count};
}

static void called(struct roll_call *call)
{
    struct people_ask *ask = CONTAINER_OF(call, struct people_ask, call);
    struct web_request *request = ask->request;
    struct room_people_view view = {
        .id = ask->room->id,
        .name = ask->room->name,
        .here = people_who(ask, true),
        .away = people_who(ask, false),
        .has_more = ask->list.has_more,
    };
    page_fill(request, ask->room->name, ask->room->id, &view.page);
    http_respond_html(request->exchange, 200);
    template_room_people(&request->exchange->body, &view);
    arena_finish(&ask->list.op.arena);
    web_send(request);
}

static void members_read(struct errand *errand)
{
    struct people_ask *ask = CONTAINER_OF(errand, struct people_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->list.op.err;
    size_t count = ask->list.member_count;
    if (err.kind != ERR_NONE) {
        arena_finish(&ask->list.op.arena);
        web_fail_err(request, &err);
        return;
    }
    PersonId *people = arena_new(&request->exchange->arena, PersonId, count);
    ask->call.is_here = arena_new(&request->exchange->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        people[i] = ask->list.members[i].id;
        ask->call.is_here[i] = people[i] == request->session->person.id; /* looks at it right now */
    }
    ask->call.room = ask->room->id;
    ask->call.people = people;
    ask->call.count = count;
    roll_call_start(&ask->call, request->home->web->live, request->home->loop, called);
}

void room_people_show(struct web_request *request)
{
    const struct room_entry *room = web_room(request);
    if (room == NULL) {
        return;
    }
    struct people_ask *ask = arena_new(&request->exchange->arena, struct people_ask, 1);
    ask->request = request;
    ask->room = room;
    ask->list.room = room->id;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->list.op,
                 STORE_ROOM_MEMBERS, members_read);
}
