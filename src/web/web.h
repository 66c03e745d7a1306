/* web.h -- the pages: from an HTTP request to a handler of the route table, and back.
 *
 * A request lives in its exchange's arena. The guard (guard.c) has judged method, origin and session
 * before a handler runs; what a handler shows it decides from the request's session and rooms, what it
 * writes the store judges again. Thread: the request's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "http/exchange.h"
#include "http/form.h"
#include "http/router.h"
#include "live/hub.h"
#include "net/listener.h"

struct web;
struct web_request;

/* One loop's share of the web. */
struct web_home {
    struct web *web;
    struct loop *loop;
    struct hub *hub;
    struct listener *listener;
};

struct web {
    const struct settings *settings;
    struct live *live;
    struct store *store;
    Str cookie_name; /* "__Host-sid" on https, else "sid" */
    bool is_https;
    atomic_bool is_draining;
    atomic_bool is_settled; /* somebody lives here: once seen, it stays so */
    struct web_home homes[LIMIT_LOOPS];
    int home_count;
    atomic_int listening; /* homes that accept connections */
};

/* Who may ask for a route. */
enum web_who {
    WEB_FIRST,     /* only as long as nobody lives here; then there is no such page */
    WEB_ANYONE,    /* no session is looked for */
    WEB_MAYBE,     /* the session is looked up; without one it is null */
    WEB_SIGNED_IN, /* without a session: to the sign-in page */
    WEB_WATCHER,   /* whom metrics_from names, by address, or an admin; to others there is no such page */
};

struct web_route {
    enum http_method method;
    const char *pattern;
    enum web_who who;
    void (*handler)(struct web_request *request);
};

/* The whole table, in routes.c; ends with a null pattern. */
extern const struct web_route web_routes[];

struct web_request {
    struct http_exchange *exchange;
    struct web_home *home;
    const struct web_route *route;
    struct router_params params;
    struct form query;
    struct form form;             /* of an unsafe request */
    struct errand errand;         /* of the guard's look at the house */
    struct store_house house;
    struct dir_lookup lookup;
    struct dir_session *session;  /* null when nobody is signed in */
    struct dir_rooms *rooms;      /* likewise */
};

struct web *web_create(const struct settings *settings, struct live *live, struct store *store);
void web_destroy(struct web *web); /* takes null */
/* Opens the listeners, one a loop, on settings->listen. Before the loops run. */
MUST_USE bool web_listen(struct web *web, struct loop *const *loops, int loop_count, struct err *err);
/* Stops accepting, on each loop; what is under way is answered. Thread: any. */
void web_drain(struct web *web);
/* Whether every loop has stopped accepting. Thread: any. */
bool web_is_drained(const struct web *web);
/* Closes the connections that draining has not ended, on each loop. Thread: any. */
void web_cut(struct web *web);

/* Sends the response that was put together and ends the request. */
void web_send(struct web_request *request);
/* Sends an error page. */
void web_fail(struct web_request *request, int status);
/* The same for an operating error, by its kind; INTERNAL is logged. */
void web_fail_err(struct web_request *request, const struct err *err);
void web_redirect(struct web_request *request, Str path);
/* The n-th ":name" of the route as an id; false: the error page was sent. */
MUST_USE bool web_param_id(struct web_request *request, size_t index, int64_t *ret_id);
/* The room of the route's first ":name" when the person may read it; null: the error page was sent. */
const struct room_entry *web_room(struct web_request *request);
/* The session cookie's value, or an empty string. */
Str web_token(struct web_request *request);
/* Who asks, by address: the peer, or whom our own proxies name. */
ConnAddress web_client(const struct web_request *request);
/* htmx asks, not the browser by itself. */
bool web_is_htmx(const struct web_request *request);
/* `next` when it is a path of ours, else "/rooms". */
Str web_next_path(Str next);
