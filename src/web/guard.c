/* guard.c -- between a request and its handler: which route, from our own pages, who asks?
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "auth/origin.h"
#include "auth/token.h"
#include "base/text.h"
#include "http/cookie.h"
#include "http/refusal.h"
#include "http/static_file.h"
#include "web/guard.h"
#include "web/new_session.h"
#include "web/pages.h"
#include "web/watcher.h"

static void look_at_house(struct web_request *request);
static void identify(struct web_request *request);

Str web_token(struct web_request *request)
{
    Str value;
    const struct http_request *http = &request->exchange->request;
    if (http_request_field_count(http, S("Cookie")) != 1 ||
        !cookie_get(http_request_field(http, S("Cookie")), request->home->web->cookie_name,
                    &value)) {
        return (Str){0};
    }
    return value;
}

/* --- the route -------------------------------------------------------------------------------- */

static bool is_unsafe(enum http_method method)
{
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

/* The route of method and path; null: none, and *ret_is_known says whether the path is one of ours.
 */
static const struct web_route *find_route(struct web_request *request, enum http_method method,
                                          bool *ret_is_known)
{
    *ret_is_known = false;
    for (const struct web_route *route = web_routes; route->pattern != NULL; route++) {
        if (router_match(route->pattern, request->exchange->request.path, &request->params)) {
            *ret_is_known = true;
            if (route->method == method) {
                return route;
            }
        }
    }
    return NULL;
}

/* What a path of ours takes, for the answer to whoever tried something else. */
static void respond_allow(struct web_request *request)
{
    struct router_params params;
    struct buf allowed = {0};
    for (const struct web_route *route = web_routes; route->pattern != NULL; route++) {
        if (router_match(route->pattern, request->exchange->request.path, &params)) {
            buf_put_str(&allowed, allowed.len > 0 ? S(", ") : S(""));
            buf_put_str(&allowed, http_method_name(route->method));
            buf_put_str(&allowed, route->method == HTTP_GET ? S(", HEAD") : S(""));
        }
    }
    http_respond_field(request->exchange, S("Allow"), buf_str(&allowed));
    buf_finish(&allowed);
}

static bool is_own(const struct web_request *request)
{
    const struct http_request *http = &request->exchange->request;
    struct origin_facts facts = {
        .fetch_site = http_request_field(http, S("Sec-Fetch-Site")),
        .origin = http_request_field(http, S("Origin")),
        .host = http->host,
        .public_url = str_from_z(request->home->web->settings->public_url),
        .has_cookie = http_request_field(http, S("Cookie")).data != NULL,
    };
    return http_request_field_count(http, S("Origin")) <= 1 && origin_is_own(&facts);
}

/* An unsafe request: is it from our own pages, and what does its form say? */
static bool read_form(struct web_request *request, enum http_method *ret_method, int *ret_status)
{
    struct http_exchange *exchange = request->exchange;
    struct err err = {0};
    Str type = http_request_field(&exchange->request, S("Content-Type"));
    if (!is_own(request)) {
        *ret_status = 403;
        return false;
    }
    if (exchange->request.body.len == 0) {
        return true;
    }
    Str media_type;
    Str parameters;
    (void)str_cut(type, ';', &media_type, &parameters);
    if (!str_eq_nocase(str_trim(media_type, " \t"), S("application/x-www-form-urlencoded"))) {
        *ret_status = 415;
        return false;
    }
    if (!form_parse(&exchange->arena, exchange->request.body, &request->form, &err)) {
        *ret_status = 400;
        return false;
    }
    if (*ret_method == HTTP_POST) {
        Str method = form_get(&request->form, S("_method"));
        *ret_method = str_eq(method, S("delete"))  ? HTTP_DELETE
                      : str_eq(method, S("patch")) ? HTTP_PATCH
                                                   : HTTP_POST;
    }
    return true;
}

static void dispatch(struct web_request *request)
{
    struct http_exchange *exchange = request->exchange;
    struct err err = {0};
    enum http_method method = exchange->request.method;
    int status = 0;
    bool is_known;
    if (method == HTTP_OTHER) {
        web_fail(request, 501);
        return;
    }
    if (is_unsafe(method) && !read_form(request, &method, &status)) {
        web_fail(request, status);
        return;
    }
    request->route = find_route(request, method == HTTP_HEAD ? HTTP_GET : method, &is_known);
    if (request->route == NULL) {
        if (is_known) {
            respond_allow(request);
        }
        web_fail(request, is_known ? 405 : 404);
        return;
    }
    if (!form_parse(&exchange->arena, exchange->request.query, &request->query, &err)) {
        web_fail(request, 400);
        return;
    }
    if (request->route->who != WEB_ANYONE) {
        http_respond_field(exchange, S("Vary"), S("HX-Request, Cookie"));
    }
    if (request->route->who == WEB_ANYONE ||
        (request->route->who == WEB_WATCHER && watcher_is(request))) {
        request->route->handler(request);
    } else if (!atomic_load(&request->home->web->is_settled)) {
        look_at_house(request);
    } else if (request->route->who == WEB_FIRST) {
        web_fail(request, 404);
    } else {
        identify(request);
    }
}

/* A page fetched under another name would have that name's origin, and might be kept under it by a cache:
 * there is none. Whether we are well may be asked under any name, as balancers do. */
static bool is_for_us(const struct web_home *home, const struct http_request *request)
{
    return origin_is_own_host(str_from_z(home->web->settings->public_url), request->host) ||
           str_eq(request->path, S("/healthz")) || str_eq(request->path, S("/readyz")) ||
           str_eq(request->path, S("/metrics")); /* looks at the name by itself */
}

void guard_request(void *context, struct http_exchange *exchange)
{
    if (!is_for_us(context, &exchange->request)) {
        http_respond_text(exchange, 421, S("text/plain; charset=utf-8"),
                          S("This server has another name: the one in its setting public_url.\n"));
        refusal_log(exchange);
        http_exchange_send(exchange);
        return;
    }
    if (str_starts(exchange->request.path, S("/assets/"))) {
        static_file_serve(exchange);
        return;
    }
    struct web_request *request = arena_new(&exchange->arena, struct web_request, 1);
    request->exchange = exchange;
    request->home = context;
    dispatch(request);
}

/* --- does anybody live here? --------------------------------------------------------------------------- */

/* As long as nobody does, every page leads to the one that makes the first person. */
static void house_seen(struct errand *errand)
{
    struct web_request *request = CONTAINER_OF(errand, struct web_request, errand);
    enum err_kind error = request->house.op.err.kind;
    bool is_settled = request->house.is_settled;
    bool is_first = request->route->who == WEB_FIRST;
    arena_finish(&request->house.op.arena);
    if (error != ERR_NONE) {
        web_fail(request, 503);
    } else if (is_settled) {
        atomic_store(&request->home->web->is_settled, true);
        if (is_first) {
            web_fail(request, 404);
        } else {
            identify(request);
        }
    } else if (is_first) {
        request->route->handler(request);
    } else {
        web_redirect(request, S("/setup"));
    }
}

static void look_at_house(struct web_request *request)
{
    errand_start(&request->errand, request->home->loop, request->home->web->store,
                 &request->house.op, STORE_HOUSE, house_seen);
}

/* --- who asks ----------------------------------------------------------------------------------------- */

static void to_sign_in(struct web_request *request)
{
    const struct http_request *http = &request->exchange->request;
    if (is_unsafe(http->method)) {
        web_redirect(request, S("/session"));
        return;
    }
    struct buf path = {0};
    buf_put_str(&path, S("/session?next="));
    text_percent_encode(http->target, &path);
    bool is_short = path.len <= LIMIT_NEXT; /* else it could not even be asked for */
    Str copy = str_dup(&request->exchange->arena, is_short ? buf_str(&path) : S("/session"));
    buf_finish(&path);
    web_redirect(request, copy);
}

/* Whatever a signed-in person changes, by whichever form, takes from the one rate that their posts by socket
 * take from too: each may be told to everybody. */
static Millis wait_to_change(struct web_request *request)
{
    if (request->route->who != WEB_SIGNED_IN || !is_unsafe(request->exchange->request.method)) {
        return 0;
    }
    return person_limits_take_post(&request->home->web->live->limits, request->session->person.id,
                                   loop_now(request->home->loop));
}

static bool may_see(const struct web_request *request)
{
    return request->route->who != WEB_WATCHER ||
           (request->session != NULL && request->session->person.role == PERSON_ADMIN);
}

static void decide(struct web_request *request)
{
    Millis wait;
    if (!may_see(request)) {
        web_fail(request, 404);
    } else if (request->session == NULL && request->route->who == WEB_SIGNED_IN) {
        to_sign_in(request);
    } else if ((wait = wait_to_change(request)) > 0) {
        http_respond_html(request->exchange, 429);
        page_too_soon(request, wait);
        web_send(request);
    } else {
        request->route->handler(request);
    }
}

/* The scripts of a page say whose it is. One that was left open while somebody else signed in here speaks for
 * nobody: what was written in it is not the other one's. */
static bool is_page_of_another(const struct web_request *request)
{
    int64_t id;
    Str whose = http_request_field(&request->exchange->request, S("Parlor-Person"));
    return whose.len > 0 && (!id_parse(whose, &id) || id != request->session->person.id);
}

static void identified(struct dir_lookup *lookup)
{
    struct web_request *request = CONTAINER_OF(lookup, struct web_request, lookup);
    if (lookup->error != ERR_NONE && lookup->error != ERR_MISSING) {
        web_fail(request, 503);
        return;
    }
    if (lookup->session != NULL && lookup->session->expires_ms <= clock_wall_ms()) {
        /* What is remembered is over; the store knows of its last use, and removes it if that is over too. */
        directory_drop_session(&request->home->hub->directory, lookup->session->token_hash);
        dir_session_unref(lookup->session);
        dir_rooms_unref(lookup->rooms);
        hub_find(request->home->hub, lookup);
        return;
    }
    request->session = lookup->session;
    request->rooms = lookup->rooms;
    if (request->session != NULL && is_page_of_another(request)) {
        dir_session_unref(request->session);
        dir_rooms_unref(request->rooms);
        request->session = NULL;
        request->rooms = NULL;
    }
    if (request->session != NULL) {
        new_session_keep(request);
    }
    decide(request);
}

static void identify(struct web_request *request)
{
    if (!token_hash(web_token(request), request->lookup.token_hash)) {
        decide(request);
        return;
    }
    request->lookup.done = identified;
    hub_find(request->home->hub, &request->lookup);
}
