/* web.c -- the web's life, and what handlers have in common.
 * SPDX-License-Identifier: MIT */
#include "web/web.h"

#include <stdio.h>
#include <string.h>

#include "auth/token.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "http/forwarded.h"
#include "http/refusal.h"
#include "web/guard.h"
#include "web/pages.h"

struct web *web_create(const struct settings *settings, struct live *live, struct store *store)
{
    struct web *web = mem_new(struct web);
    web->settings = settings;
    web->live = live;
    web->store = store;
    web->is_https = str_starts(str_from_z(settings->public_url), S("https://"));
    http_use_https(web->is_https);
    web->cookie_name = token_cookie_name(str_from_z(settings->public_url));
    return web;
}

void web_destroy(struct web *web)
{
    mem_free(web);
}

static void on_accept(void *context, int fd, ConnAddress peer)
{
    struct web_home *home = context;
    http_conn_start(home->loop, fd, peer, guard_request, home);
}

bool web_listen(struct web *web, struct loop *const *loops, int loop_count, struct err *err)
{
    char address[64];
    Str listen = str_from_z(web->settings->listen);
    if (!listener_probe(listen, err)) {
        return false;
    }
    for (int i = 0; i < loop_count; i++) {
        struct web_home *home = &web->homes[i];
        *home = (struct web_home){.web = web, .loop = loops[i], .hub = web->live->hubs[i]};
        if (!listener_open(home->loop, listen, on_accept, home, &home->listener, err)) {
            return false;
        }
        web->home_count++;
        atomic_fetch_add(&web->listening, 1);
        listener_address(home->listener, address); /* port 0 was made a real one by the first */
        listen = str_from_z(address);
    }
    return true;
}

/* --- the end ------------------------------------------------------------------------------------------ */

struct home_letter {
    struct mail mail;
    struct web_home *home;
};

static void send_to_homes(struct web *web, void (*deliver)(struct loop *loop, struct mail *mail))
{
    for (int i = 0; i < web->home_count; i++) {
        struct home_letter *letter = mem_new(struct home_letter);
        letter->mail.deliver = deliver;
        letter->home = &web->homes[i];
        mailbox_send(web->homes[i].loop, &letter->mail);
    }
}

static void drain_home(struct loop *loop, struct mail *mail)
{
    struct home_letter *letter = CONTAINER_OF(mail, struct home_letter, mail);
    listener_close(letter->home->listener);
    letter->home->listener = NULL;
    http_conn_drain(loop);
    atomic_fetch_sub(&letter->home->web->listening, 1);
    mem_free(letter);
}

void web_drain(struct web *web)
{
    atomic_store(&web->is_draining, true);
    send_to_homes(web, drain_home);
}

bool web_is_drained(const struct web *web)
{
    return atomic_load(&web->listening) == 0;
}

static void cut_home(struct loop *loop, struct mail *mail)
{
    http_conn_cut(loop);
    mem_free(CONTAINER_OF(mail, struct home_letter, mail));
}

void web_cut(struct web *web)
{
    send_to_homes(web, cut_home);
}

/* --- ending a request --------------------------------------------------------------------------------- */

/* What follows "/join/" lets somebody in: a secret. */
static Str logged_path(const struct web_request *request)
{
    Str path = request->exchange->request.path;
    return str_starts(path, S("/join/")) ? S("/join/*") : path;
}

static void log_request(const struct web_request *request)
{
    const struct http_exchange *exchange = request->exchange;
    enum http_method method = exchange->request.method;
    int64_t unsaid = 0;
    bool is_read = method == HTTP_GET || method == HTTP_HEAD;
    bool is_refused = exchange->status >= 400 && !(is_read && exchange->status == 404);
    bool is_common = is_read && !is_refused;
    enum log_level level = exchange->status >= 500 ? LOG_WARN : is_common ? LOG_DEBUG : LOG_INFO;
    if (is_refused && !refusal_may_log(exchange->status, clock_mono_ms(), &unsaid)) {
        return;
    }
    LOG_AT(level, "http", log_i64("request", (int64_t)exchange->number),
           log_str("method", http_method_name(method)), log_str("path", logged_path(request)),
           log_i64("status", exchange->status),
           log_i64("person", request->session == NULL ? 0 : request->session->person.id),
           log_i64("ms", loop_now(request->home->loop) - exchange->started_ms),
           log_i64("unsaid", unsaid));
}

void web_send(struct web_request *request)
{
    log_request(request);
    dir_session_unref(request->session);
    dir_rooms_unref(request->rooms);
    http_exchange_send(request->exchange); /* frees the request with its arena */
}

void web_fail(struct web_request *request, int status)
{
    http_respond_html(request->exchange, status);
    page_error(request, status);
    if (status == 503) {
        http_respond_field(request->exchange, S("Retry-After"), S("2"));
    }
    web_send(request);
}

/* The one place where kinds of errors become statuses. */
static int status_of(enum err_kind kind)
{
    switch (kind) {
    case ERR_INPUT:
        return 422;
    case ERR_DENIED:
    case ERR_MISSING:
        return 404; /* what one may not see looks as if it did not exist */
    case ERR_CONFLICT:
        return 409;
    case ERR_BUSY:
        return 503;
    case ERR_FULL:
        return 507;
    case ERR_NONE:
    case ERR_INTERNAL:
        return 500;
    }
    return 500;
}

void web_fail_err(struct web_request *request, const struct err *err)
{
    if (err->kind == ERR_INTERNAL) {
        log_error("request", log_i64("request", (int64_t)request->exchange->number), log_err(err));
    }
    web_fail(request, status_of(err->kind));
}

void web_redirect(struct web_request *request, Str path)
{
    http_respond_redirect(request->exchange, 303, path);
    web_send(request);
}

/* --- reading a request ---------------------------------------------------------------------------------- */

bool web_param_id(struct web_request *request, size_t index, int64_t *ret_id)
{
    CHECK(index < request->params.count);
    if (!id_parse(request->params.values[index], ret_id)) {
        web_fail(request, 404);
        return false;
    }
    return true;
}

const struct room_entry *web_room(struct web_request *request)
{
    RoomId id;
    if (!web_param_id(request, 0, &id)) {
        return NULL;
    }
    const struct room_entry *room = dir_rooms_get(request->rooms, id);
    if (room == NULL || !room_may_read(room->role)) {
        web_fail(request, 404);
        return NULL;
    }
    return room;
}

ConnAddress web_client(const struct web_request *request)
{
    const struct http_exchange *exchange = request->exchange;
    if (exchange->conn == NULL) {
        return (ConnAddress){0}; /* gone: nobody will see the answer */
    }
    return forwarded_client(conn_peer(exchange->conn), &exchange->request,
                            str_from_z(request->home->web->settings->trusted_proxies));
}

bool web_is_htmx(const struct web_request *request)
{
    return str_eq(http_request_field(&request->exchange->request, S("HX-Request")), S("true"));
}

Str web_next_path(Str next)
{
    bool is_path = next.len >= 1 && next.data[0] == '/' && next.len <= LIMIT_NEXT &&
                   !(next.len >= 2 && (next.data[1] == '/' || next.data[1] == '\\'));
    for (size_t i = 0; is_path && i < next.len; i++) {
        is_path = next.data[i] > ' ' && next.data[i] != '\\' && next.data[i] != 0x7F;
    }
    return is_path ? next : S("/rooms");
}
