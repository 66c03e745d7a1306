/* room_list.c -- the rooms of the house: one's own, those that one could join, and a new one.
 *
 * To htmx it answers with the sidebar alone: an open page fetches it when it is told that its rooms are
 * others now.
 * SPDX-License-Identifier: MIT */
#include "live/live.h"
#include "template/layout_sidebar.h"
#include "template/room_index.h"
#include "web/handlers.h"
#include "web/pages.h"

struct room_add_ask {
    struct errand errand;
    struct web_request *request;
    struct live *live;
    struct store_room_add add;
};

/* A list on its way: with the form as it was sent, when that was wrong. */
struct list_ask {
    struct errand errand;
    struct web_request *request;
    int status;
    Str name, error;
    struct room_add_ask *add; /* the room that is made unless another is called so; null: none */
    struct store_room_browse browse;
};

static void start_add(struct room_add_ask *ask);

static struct room_choices_view choices(struct web_request *request, const struct room_entry *rooms,
                                        size_t count)
{
    struct arena *arena = &request->exchange->arena;
    struct room_choice_view *items = arena_new(arena, struct room_choice_view, count);
    for (size_t i = 0; i < count; i++) {
        const struct room_entry *room = &rooms[i];
        PostNo last_post = hub_last_post(request->home->hub, room->id, room->last_post);
        items[i] = (struct room_choice_view){
            .id = room->id,
            .name = room->name,
            .topic = room->topic,
            .people = page_people(arena, room->people),
            .unread = room->role == MEMBER_LEFT ? 0 : MAX((PostNo)0, last_post - room->read_post),
        };
    }
    return (struct room_choices_view){.items = items, .count = count};
}

static const struct room_entry *named(const struct room_entry *rooms, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++) {
        if (rooms[i].kind == ROOM_OPEN && str_eq_nocase(rooms[i].name, name)) {
            return &rooms[i];
        }
    }
    return NULL;
}

/* An open room of that name, among those that the person knows of; or null. Two rooms may have one
 * name, or a refusal would betray a private one: hence it is said, and never forbidden. */
static const struct room_entry *namesake(const struct list_ask *ask)
{
    const struct dir_rooms *mine = ask->request->rooms;
    const struct room_entry *found = named(mine->items, mine->count, ask->name);
    return found != NULL ? found : named(ask->browse.rooms, ask->browse.room_count, ask->name);
}

static void fill_list(const struct list_ask *ask, const struct room_entry *same)
{
    struct web_request *request = ask->request;
    struct room_index_view view = {
        .mine = choices(request, request->rooms->items, request->rooms->count),
        .others = choices(request, ask->browse.rooms, ask->browse.room_count),
        .name = ask->name,
        .error = ask->error,
        .namesake = same != NULL ? same->id : 0,
    };
    if (same != NULL) {
        view.namesake_people = page_people(&request->exchange->arena, same->people);
    }
    page_fill(request, S("Rooms"), 0, &view.page);
    http_respond_html(request->exchange, ask->status);
    template_room_index(&request->exchange->body, &view);
}

static void list_read(struct errand *errand)
{
    struct list_ask *ask = CONTAINER_OF(errand, struct list_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->browse.op.err;
    const struct room_entry *same = NULL;
    if (err.kind == ERR_NONE && ask->add != NULL) {
        same = namesake(ask);
    }
    bool is_new = err.kind == ERR_NONE && ask->add != NULL && same == NULL;
    if (err.kind == ERR_NONE && !is_new) {
        fill_list(ask, same);
    }
    arena_finish(&ask->browse.op.arena);
    if (err.kind != ERR_NONE) {
        web_fail_err(request, &err);
    } else if (is_new) {
        start_add(ask->add);
    } else {
        web_send(request);
    }
}

static struct list_ask *new_list(struct web_request *request, int status, Str name, Str error)
{
    struct list_ask *ask = arena_new(&request->exchange->arena, struct list_ask, 1);
    ask->request = request;
    ask->status = status;
    ask->name = name;
    ask->error = error;
    ask->browse.person = request->session->person.id;
    return ask;
}

static void start_list(struct list_ask *ask)
{
    struct web_home *home = ask->request->home;
    errand_start(&ask->errand, home->loop, home->web->store, &ask->browse.op, STORE_ROOM_BROWSE,
                 list_read);
}

void room_list_show(struct web_request *request)
{
    if (!web_is_htmx(request)) {
        start_list(new_list(request, 200, S(""), S("")));
        return;
    }
    struct page_view page;
    page_fill(request, S("Rooms"), 0, &page);
    http_respond_html(request->exchange, 200);
    template_layout_sidebar(&request->exchange->body, &page);
    web_send(request);
}

/* --- a new room --------------------------------------------------------------------------------------- */

/* On the writer's thread, before the answer: everybody is in it. */
static void room_added(struct store_op *op)
{
    struct room_add_ask *ask = CONTAINER_OF(op, struct room_add_ask, add.op);
    live_rooms_changed(ask->live, 0);
}

static void room_add_done(struct errand *errand)
{
    struct room_add_ask *ask = CONTAINER_OF(errand, struct room_add_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->add.op.err;
    arena_finish(&ask->add.op.arena);
    if (err.kind == ERR_NONE) {
        web_redirect(request, str_format(&request->exchange->arena, "/rooms/%lld",
                                         (long long)ask->add.id));
    } else if (err.kind == ERR_CONFLICT) {
        start_list(new_list(request, 422, ask->add.name,
                            S("This house has as many open rooms as it can hold.")));
    } else {
        web_fail_err(request, &err);
    }
}

static void start_add(struct room_add_ask *ask)
{
    struct web_request *request = ask->request;
    struct web_home *home = request->home;
    PersonId maker = request->session->person.id;
    Millis wait = person_limits_take_room(&home->web->live->limits, maker, loop_now(home->loop));
    if (wait > 0) {
        Str error = page_wait(request, S("That is many rooms at once."), wait);
        start_list(new_list(request, 429, ask->add.name, error));
        return;
    }
    ask->live = home->web->live;
    ask->add.maker = maker;
    ask->add.now_ms = clock_wall_ms();
    ask->add.op.after = room_added;
    errand_start(&ask->errand, home->loop, home->web->store, &ask->add.op, STORE_ROOM_ADD,
                 room_add_done);
}

/* Whoever was told of a namesake sends its name along, and with it goes on. */
void room_list_add(struct web_request *request)
{
    struct err err = {0};
    struct arena *arena = &request->exchange->arena;
    struct room_add_ask *ask = arena_new(arena, struct room_add_ask, 1);
    Str name = form_get(&request->form, S("name"));
    ask->request = request;
    if (!room_name_clean(arena, name, &ask->add.name, &err)) {
        start_list(new_list(request, 422, name, page_sentence(request, &err)));
    } else if (str_eq(form_get(&request->form, S("knows")), ask->add.name)) {
        start_add(ask);
    } else {
        struct list_ask *list = new_list(request, 422, ask->add.name, S(""));
        list->add = ask;
        start_list(list);
    }
}
