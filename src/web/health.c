/* health.c -- for those who watch: is it up, does it work, what does it count?
 * SPDX-License-Identifier: MIT */
#include "base/metrics.h"
#include "web/handlers.h"

void health_show(struct web_request *request)
{
    http_respond_text(request->exchange, 200, S("text/plain; charset=utf-8"), S("ok\n"));
    web_send(request);
}

void readiness_show(struct web_request *request)
{
    struct web *web = request->home->web;
    bool is_ready = !atomic_load(&web->is_draining) && store_is_healthy(web->store);
    http_respond_text(request->exchange, is_ready ? 200 : 503, S("text/plain; charset=utf-8"),
                      is_ready ? S("ready\n") : S("not ready\n"));
    web_send(request);
}

void metrics_show(struct web_request *request)
{
    struct http_exchange *exchange = request->exchange;
    struct buf text = {0};
    metrics_print(&text);
    Str copy = str_dup(&exchange->arena, buf_str(&text));
    buf_finish(&text);
    http_respond_text(exchange, 200, S("text/plain; version=0.0.4; charset=utf-8"), copy);
    web_send(request);
}
