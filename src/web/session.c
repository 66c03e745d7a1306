/* session.c -- signing in and out.
 *
 * One answer and one amount of work for an unknown handle, a wrong password and a disabled account: all
 * of them are looked up and all of them cost one password check.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "auth/device.h"
#include "base/log.h"
#include "http/cookie.h"
#include "live/live.h"
#include "template/session_new.h"
#include "web/handlers.h"
#include "web/new_session.h"
#include "web/pages.h"
#include "web/password_gate.h"
#include "web/tries.h"

/* A form on its way, which names whom to ask: lives in the request's arena. */
struct form_ask {
    struct errand errand;
    struct web_request *request;
    int status;
    Str handle, error;
    struct store_house house;
};

/* When the house could not be read, nobody is named: people may sign in all the same. */
static void house_read(struct errand *errand)
{
    struct form_ask *ask = CONTAINER_OF(errand, struct form_ask, errand);
    struct web_request *request = ask->request;
    bool is_query = request->exchange->request.method == HTTP_GET;
    enum registration registration = request->home->web->settings->registration;
    struct session_new_view view = {
        .handle = ask->handle,
        .error = ask->error,
        .next = form_get(is_query ? &request->query : &request->form, S("next")),
        .is_open = registration == REGISTRATION_OPEN,
        .is_closed = registration == REGISTRATION_CLOSED,
        .host = ask->house.host,
    };
    page_fill(request, S("Come in"), 0, &view.page);
    view.page.is_signed_in = false;
    http_respond_html(request->exchange, ask->status);
    template_session_new(&request->exchange->body, &view);
    arena_finish(&ask->house.op.arena);
    web_send(request);
}

static void show_form(struct web_request *request, int status, Str handle, Str error)
{
    struct form_ask *ask = arena_new(&request->exchange->arena, struct form_ask, 1);
    ask->request = request;
    ask->status = status;
    ask->handle = handle;
    ask->error = error;
    errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->house.op,
                 STORE_HOUSE, house_read);
}

void session_new(struct web_request *request)
{
    if (request->session != NULL) {
        web_redirect(request, web_next_path(form_get(&request->query, S("next"))));
    } else {
        show_form(request, 200, S(""), S(""));
    }
}

/* --- signing in: find the person, check the password, store a session -------------------------------------------- */

/* Lives in the request's arena. */
struct sign_in {
    struct errand errand;
    struct web_request *request;
    struct live *live;
    struct store_person_find find;
    struct password_check check;
    struct store_session_add add;
    Str typed; /* the handle: folded, or what it was instead of one */
    Str key;   /* whose tries are counted */
    char token[TOKEN_TEXT_LEN];
};

static void fail_sign_in(struct sign_in *sign_in, int status, Str error)
{
    Str handle = form_get(&sign_in->request->form, S("handle"));
    arena_finish(&sign_in->find.op.arena);
    arena_finish(&sign_in->add.op.arena);
    show_form(sign_in->request, status, handle, error);
}

static void session_stored(struct errand *errand)
{
    struct sign_in *sign_in = CONTAINER_OF(errand, struct sign_in, errand);
    struct web_request *request = sign_in->request;
    if (sign_in->add.op.err.kind != ERR_NONE) {
        log_warn("session.add", log_err(&sign_in->add.op.err));
        fail_sign_in(sign_in, 503, S("The house is busy. Try again in a few seconds."));
        return;
    }
    log_info("session.new", log_i64("person", sign_in->find.person.id));
    new_session_set_cookies(request, sign_in->token, sign_in->find.password_hash,
                            sign_in->find.person.id);
    arena_finish(&sign_in->find.op.arena);
    arena_finish(&sign_in->add.op.arena);
    web_redirect(request, web_next_path(form_get(&request->form, S("next"))));
}

static void session_added(struct store_op *op)
{
    struct sign_in *sign_in = CONTAINER_OF(op, struct sign_in, add.op);
    new_session_announce(sign_in->live, &sign_in->add);
}

static void store_session(struct sign_in *sign_in)
{
    struct web_request *request = sign_in->request;
    new_session_fill(request, sign_in->token, &sign_in->add);
    sign_in->live = request->home->web->live;
    sign_in->add.person = sign_in->find.person.id;
    sign_in->add.now_ms = clock_wall_ms();
    sign_in->add.op.after = session_added;
    errand_start(&sign_in->errand, request->home->loop, request->home->web->store, &sign_in->add.op,
                 STORE_SESSION_ADD, session_stored);
}

static void password_checked(struct password_check *check)
{
    struct sign_in *sign_in = CONTAINER_OF(check, struct sign_in, check);
    const struct store_person_find *find = &sign_in->find;
    bool is_person = find->op.err.kind == ERR_NONE && find->person.state == PERSON_ACTIVE;
    if (check->is_right && is_person) {
        tries_succeeded(sign_in->key);
        store_session(sign_in);
    } else {
        tries_failed(sign_in->key);
        fail_sign_in(sign_in, 422, S("Name or password is wrong."));
    }
}

/* A browser that was let in before has tries of its own: guesses of strangers do not lock it out. */
static Str tries_key(struct sign_in *sign_in)
{
    struct web_request *request = sign_in->request;
    const struct http_request *http = &request->exchange->request;
    const struct store_person_find *find = &sign_in->find;
    uint8_t *id = arena_alloc(&request->exchange->arena, DEVICE_ID_LEN);
    Str name = device_cookie_name(str_from_z(request->home->web->settings->public_url));
    Str cookie;
    bool is_known = find->op.err.kind == ERR_NONE &&
                    cookie_get(http_request_field(http, S("Cookie")), name, &cookie) &&
                    device_is_known(cookie, find->password_hash, find->person.id, id);
    return is_known ? str_of(id, DEVICE_ID_LEN)
                    : str_format(&request->exchange->arena, "@%.*s", STR_ARG(sign_in->typed));
}

static void person_found(struct errand *errand)
{
    struct sign_in *sign_in = CONTAINER_OF(errand, struct sign_in, errand);
    struct web_request *request = sign_in->request;
    enum err_kind error = sign_in->find.op.err.kind;
    if (error != ERR_NONE && error != ERR_MISSING) {
        fail_sign_in(sign_in, 503, S("The house is busy. Try again in a few seconds."));
        return;
    }
    sign_in->key = tries_key(sign_in);
    Millis wait = tries_sign_in_as(sign_in->key);
    if (wait > 0) {
        fail_sign_in(sign_in, 429, page_wait(request, S("Too many tries."), wait));
        return;
    }
    sign_in->check.hash = error == ERR_NONE ? sign_in->find.password_hash : (Str){0};
    sign_in->check.password = form_get(&request->form, S("password"));
    sign_in->check.done = password_checked;
    if (!password_gate_check(request->home->loop, &sign_in->check)) {
        http_respond_field(request->exchange, S("Retry-After"), S("2"));
        fail_sign_in(sign_in, 503, S("Many people come in at once. Try again in a few seconds."));
    }
}

void session_create(struct web_request *request)
{
    struct err err = {0};
    struct arena *arena = &request->exchange->arena;
    struct sign_in *sign_in = arena_new(arena, struct sign_in, 1);
    sign_in->request = request;
    if (form_get(&request->form, S("password")).len > LIMIT_PASSWORD) {
        fail_sign_in(sign_in, 422, S("Name or password is wrong."));
        return;
    }
    Millis wait = tries_sign_in_from(web_client(request));
    if (wait > 0) {
        fail_sign_in(sign_in, 429, page_wait(request, S("Too many tries."), wait));
        return;
    }
    sign_in->typed = form_get(&request->form, S("handle"));
    if (person_handle_fold(arena, sign_in->typed, &sign_in->find.handle, &err)) {
        sign_in->typed = sign_in->find.handle;
    } else {
        sign_in->find.handle = S("?"); /* nobody's: looked up all the same */
    }
    errand_start(&sign_in->errand, request->home->loop, request->home->web->store, &sign_in->find.op,
                 STORE_PERSON_FIND, person_found);
}

/* --- signing out ----------------------------------------------------------------------------------------------------- */

struct sign_out {
    struct errand errand;
    struct web_request *request;
    struct live *live;
    struct store_session_end end;
};

/* On the writer's thread, before the answer: whoever sees it is signed out everywhere. */
static void session_ended(struct store_op *op)
{
    struct sign_out *sign_out = CONTAINER_OF(op, struct sign_out, end.op);
    live_end_session(sign_out->live, sign_out->end.person, sign_out->end.token_hash);
}

static void signed_out(struct errand *errand)
{
    struct sign_out *sign_out = CONTAINER_OF(errand, struct sign_out, errand);
    struct web_request *request = sign_out->request;
    struct web *web = request->home->web;
    struct err err = sign_out->end.op.err;
    arena_finish(&sign_out->end.op.arena);
    if (err.kind != ERR_NONE) {
        web_fail_err(request, &err);
        return;
    }
    http_respond_cookie(request->exchange, cookie_format(&request->exchange->arena, web->cookie_name,
                                                         S(""), 0, web->is_https));
    web_redirect(request, S("/session"));
}

void session_destroy(struct web_request *request)
{
    if (request->session == NULL) {
        web_redirect(request, S("/session"));
        return;
    }
    struct sign_out *sign_out = arena_new(&request->exchange->arena, struct sign_out, 1);
    sign_out->request = request;
    sign_out->live = request->home->web->live;
    memcpy(sign_out->end.token_hash, request->session->token_hash, STORE_TOKEN_HASH_LEN);
    sign_out->end.op.after = session_ended;
    errand_start(&sign_out->errand, request->home->loop, request->home->web->store,
                 &sign_out->end.op, STORE_SESSION_END, signed_out);
}
