/* pages.c -- see pages.h.
 * SPDX-License-Identifier: MIT */
#include "web/pages.h"

#include "base/rand.h"
#include "base/text.h"
#include "template/error_show.h"

enum { NONCE_BYTES = 16 };

/* The unread number without JavaScript; with it, the page keeps count by itself. */
static struct room_row_view row_of(struct web_request *request, const struct room_entry *room,
                                   RoomId current)
{
    PostNo last_post = hub_last_post(request->home->hub, room->id, room->last_post);
    bool is_current = room->id == current;
    return (struct room_row_view){
        .id = room->id,
        .name = room->name,
        .last_post = last_post,
        .read_post = room->read_post,
        .unread = is_current ? 0 : MAX((PostNo)0, last_post - room->read_post),
        .is_current = is_current,
    };
}

static void fill_person(struct web_request *request, RoomId current, struct page_view *view)
{
    struct arena *arena = &request->exchange->arena;
    const struct person *person = &request->session->person;
    struct room_row_view *rows = arena_new(arena, struct room_row_view, request->rooms->count);
    for (size_t i = 0; i < request->rooms->count; i++) {
        rows[i] = row_of(request, &request->rooms->items[i], current);
    }
    view->is_signed_in = true;
    view->person = person->id;
    view->is_admin = person->role == PERSON_ADMIN;
    view->person_name = person->name;
    view->person_handle = person->shown_handle;
    view->person_initials = person_initials(arena, person->name);
    view->person_hue = person_hue(person->id);
    view->rooms = (struct room_rows_view){.items = rows, .count = request->rooms->count};
}

void page_fill(struct web_request *request, Str title, RoomId current, struct page_view *ret_view)
{
    const struct http_exchange *exchange = request->exchange;
    *ret_view = (struct page_view){.title = title};
    ret_view->is_insecure = !request->home->web->is_https && exchange->conn != NULL &&
                            !conn_peer_is_loopback(exchange->conn);
    if (request->session != NULL) {
        fill_person(request, current, ret_view);
    }
}

Str page_wait(struct web_request *request, Str why, Millis wait_ms)
{
    struct arena *arena = &request->exchange->arena;
    long long seconds = (long long)((wait_ms + 999) / 1000);
    long long minutes = (seconds + 59) / 60;
    http_respond_field(request->exchange, S("Retry-After"), str_format(arena, "%lld", seconds));
    if (seconds < 60) {
        return str_format(arena, "%.*s Wait %lld second%s.", STR_ARG(why), seconds,
                          seconds == 1 ? "" : "s");
    }
    return str_format(arena, "%.*s Wait %lld minute%s.", STR_ARG(why), minutes,
                      minutes == 1 ? "" : "s");
}

Str page_sentence(struct web_request *request, const struct err *err)
{
    char first = err->message[0];
    first = first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first;
    return str_format(&request->exchange->arena, "%c%s.", first, err->message + 1);
}

Str page_origin(struct web_request *request)
{
    Str public_url = str_from_z(request->home->web->settings->public_url);
    if (public_url.len > 0) {
        return public_url;
    }
    return str_format(&request->exchange->arena, "http://%.*s",
                      STR_ARG(request->exchange->request.host));
}

Str page_people(struct arena *arena, int64_t count)
{
    return count == 1 ? S("1 person") : str_format(arena, "%lld people", (long long)count);
}

Str page_nonce(struct web_request *request)
{
    uint8_t bytes[NONCE_BYTES];
    char *text = arena_alloc(&request->exchange->arena, TEXT_B64URL_LEN(NONCE_BYTES));
    rand_bytes(bytes, sizeof(bytes));
    text_b64url(bytes, sizeof(bytes), text);
    return str_of(text, TEXT_B64URL_LEN(NONCE_BYTES));
}

/* --- errors
 * --------------------------------------------------------------------------------------------------
 */

struct words {
    int status;
    Str drawing, title, text;
};

static const struct words *words_of(int status)
{
    static const struct words known[] = {
        {404, S_INIT("door-open"), S_INIT("There is nothing here"),
         S_INIT("The page moved, or what was here was deleted. Your own rooms are where you left "
                "them.")},
        {403, S_INIT("door-closed"), S_INIT("This door is closed"),
         S_INIT("The request did not come from a page of this house.")},
        {409, S_INIT("door-open"), S_INIT("Somebody was faster"),
         S_INIT("What you wanted to change is different now. Look again.")},
        {413, S_INIT("door-open"), S_INIT("That is too much"),
         S_INIT("What was sent is larger than this house takes.")},
        {422, S_INIT("door-open"), S_INIT("That does not fit"),
         S_INIT("Something in the form cannot be stored as it is.")},
        {429, S_INIT("door-closed"), S_INIT("Too many tries"),
         S_INIT("Wait a little, then try again.")},
        {503, S_INIT("lamp-out"), S_INIT("One moment"),
         S_INIT("The house is busy. Try again in a few seconds.")},
        {507, S_INIT("lamp-out"), S_INIT("The house is full"),
         S_INIT("The disk is full: reading works, writing does not.")},
        {500, S_INIT("lamp-out"), S_INIT("The lamp went out"),
         S_INIT("Something broke on our side. Try again in a moment.")},
    };
    static const struct words other = {400, S_INIT("door-open"), S_INIT("That was not understood"),
                                       S_INIT("The request is malformed.")};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (known[i].status == status) {
            return &known[i];
        }
    }
    return status >= 500 ? &known[ARRAY_LEN(known) - 1] : &other;
}

static struct error_show_view error_view(struct web_request *request, int status)
{
    const struct words *words = words_of(status);
    struct error_show_view view = {
        .status = status,
        .drawing = words->drawing,
        .title = words->title,
        .text = words->text,
        .is_ours = status >= 500,
        .request = request->exchange->number,
    };
    page_fill(request, words->title, 0, &view.page);
    return view;
}

void page_error(struct web_request *request, int status)
{
    struct error_show_view view = error_view(request, status);
    template_error_show(&request->exchange->body, &view);
}

/* Passwords are typed again: they are not put into a page. */
static struct again_fields_view fields_of(struct web_request *request)
{
    const struct form *form = &request->form;
    struct again_field_view *items =
        arena_new(&request->exchange->arena, struct again_field_view, LIMIT_FORM_PARAMS);
    if (form_has(form, S("password")) || form_has(form, S("current"))) {
        return (struct again_fields_view){0};
    }
    for (size_t i = 0; i < form->count; i++) {
        items[i] = (struct again_field_view){form->params[i].name, form->params[i].value};
    }
    return (struct again_fields_view){.items = items, .count = form->count};
}

void page_too_soon(struct web_request *request, Millis wait_ms)
{
    struct error_show_view view = error_view(request, 429);
    view.action = request->exchange->request.target;
    view.fields = fields_of(request);
    view.title = S("That was fast");
    view.text = page_wait(request,
                          view.fields.count > 0 ? S("What you sent is kept.") : S("Nothing was changed."),
                          wait_ms);
    template_error_show(&request->exchange->body, &view);
}

void page_too_many_rooms(struct web_request *request)
{
    struct error_show_view view = error_view(request, 409);
    view.title = S("Too many rooms");
    view.text = str_format(&request->exchange->arena,
                           "You are in more than %d rooms, and this one is beyond them. Leave one, then come back.",
                           LIMIT_ROOMS_PER_PERSON);
    template_error_show(&request->exchange->body, &view);
}
