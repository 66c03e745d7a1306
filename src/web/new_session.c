/* new_session.c -- see new_session.h.
 * SPDX-License-Identifier: MIT */
#include "web/new_session.h"

#include <string.h>

#include "auth/device.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/cookie.h"
#include "live/live.h"

enum { USER_AGENT_MAX = 200, DAY_S = 24 * 60 * 60 };

void new_session_fill(struct web_request *request, char ret_token[TOKEN_TEXT_LEN],
                      struct store_session_add *ret_add)
{
    struct http_exchange *exchange = request->exchange;
    char address[46];
    Str user_agent = http_request_field(&exchange->request, S("User-Agent"));
    user_agent = str_sub(user_agent, 0, USER_AGENT_MAX);
    conn_address_text(web_client(request), address);
    token_create(ret_token, ret_add->token_hash);
    ret_add->user_agent = str_is_utf8(user_agent) ? user_agent : S("");
    ret_add->address = str_dup(&exchange->arena, str_from_z(address));
    ret_add->has_old = token_hash(web_token(request), ret_add->old_hash);
}

void new_session_announce(struct live *live, const struct store_session_add *add)
{
    for (size_t i = 0; i < add->ended_count; i++) {
        live_end_session(live, add->ended[i].person, add->ended[i].token_hash);
    }
}

static void set_cookie(struct web_request *request, Str name, Str value, int days)
{
    http_respond_cookie(request->exchange,
                        cookie_format(&request->exchange->arena, name, value, (int64_t)days * DAY_S,
                                      request->home->web->is_https));
}

void new_session_set_cookies(struct web_request *request, const char token[TOKEN_TEXT_LEN],
                             Str password_hash, PersonId person)
{
    const struct web *web = request->home->web;
    char device[DEVICE_TEXT_LEN];
    device_create(password_hash, person, device);
    set_cookie(request, web->cookie_name, str_of(token, TOKEN_TEXT_LEN), LIMIT_SESSION_IDLE_DAYS);
    set_cookie(request, device_cookie_name(str_from_z(web->settings->public_url)),
               str_of(device, sizeof(device)), LIMIT_DEVICE_DAYS);
}

/* Outlives the request, which does not wait for it. */
struct keeping {
    struct errand errand;
    struct store_session_touch touch;
};

static void kept(struct errand *errand)
{
    struct keeping *keeping = CONTAINER_OF(errand, struct keeping, errand);
    if (keeping->touch.op.err.kind != ERR_NONE) {
        log_warn("session.touch",
                 log_err(&keeping->touch.op.err)); /* the next request tries again */
    }
    arena_finish(&keeping->touch.op.arena);
    mem_free(keeping);
}

void new_session_keep(struct web_request *request)
{
    const struct dir_session *session = request->session;
    Millis now = clock_wall_ms();
    bool is_read = request->exchange->request.method == HTTP_GET;
    if (!is_read || now - session->seen_ms < LIMIT_SESSION_TOUCH_MS) {
        return;
    }
    struct keeping *keeping = mem_new(struct keeping);
    memcpy(keeping->touch.token_hash, session->token_hash, STORE_TOKEN_HASH_LEN);
    keeping->touch.now_ms = now;
    directory_drop_session(&request->home->hub->directory, session->token_hash);
    errand_start(&keeping->errand, request->home->loop, request->home->web->store,
                 &keeping->touch.op, STORE_SESSION_TOUCH, kept);
    set_cookie(request, request->home->web->cookie_name, web_token(request),
               LIMIT_SESSION_IDLE_DAYS);
}
