/* rooms.c -- the list of rooms, and a room with its newest messages.
 *
 * A room's page is a small shell around the window's fragments, which are spliced in by reference: it
 * goes out in one sendmsg and touches the store only when nobody has looked at the room lately.
 * SPDX-License-Identifier: MIT */
#include "chat/cursor.h"
#include "template/room_index.h"
#include "template/room_show.h"
#include "web/handlers.h"
#include "web/pages.h"

void rooms_index(struct web_request *request)
{
    struct room_index_view view = {0};
    page_fill(request, S("Rooms"), 0, &view.page);
    http_respond_html(request->exchange, 200);
    template_room_index(&request->exchange->body, &view);
    web_send(request);
}

/* A page that waits for its room's window. */
struct room_wait {
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

static void show(struct room_wait *waiting)
{
    struct web_request *request = waiting->request;
    struct arena *arena = &request->exchange->arena;
    const struct room_entry *entry = waiting->entry;
    const struct window *window = &waiting->room->window;
    const struct person *person = &request->session->person;
    struct room_show_view view = {
        .id = entry->id,
        .name = entry->name,
        .topic = entry->topic,
        .cursor = cursor_format(arena, request->home->web->live->epoch, window->head),
        .first = window->count > 0 ? window->entries[0].seq : 0,
        .last_post = window->last_post,
        .read_post = entry->read_post,
        .has_older = window->has_older,
        .messages = window_pieces(arena, window),
        .nonce = page_nonce(request),
    };
    struct message empty = {.room = entry->id, .author = person->id, .author_name = person->name};
    message_view_make(arena, &empty, &view.echo);
    page_fill(request, entry->name, entry->id, &view.page);
    http_respond_html(request->exchange, 200);
    template_room_show(&request->exchange->body, &view);
    web_send(request);
}

static void window_there(struct window_wait *wait, enum err_kind error)
{
    struct room_wait *waiting = CONTAINER_OF(wait, struct room_wait, wait);
    if (error != ERR_NONE) {
        web_fail(waiting->request, error == ERR_MISSING ? 404 : 503);
        return;
    }
    show(waiting);
}

void rooms_show(struct web_request *request)
{
    const struct room_entry *entry = web_room(request);
    if (entry == NULL) {
        return;
    }
    struct room_wait *waiting = arena_new(&request->exchange->arena, struct room_wait, 1);
    waiting->wait.done = window_there;
    waiting->request = request;
    waiting->entry = entry;
    waiting->room = hub_room_use(request->home->hub, entry->id);
    window_want(waiting->room, &waiting->wait);
}
