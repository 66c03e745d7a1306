/* home.c -- the front door, and the live socket's address.
 * SPDX-License-Identifier: MIT */
#include "live/endpoint.h"
#include "web/handlers.h"

void home_show(struct web_request *request)
{
    web_redirect(request, request->session != NULL ? S("/rooms") : S("/session"));
}

void live_show(struct web_request *request)
{
    endpoint_open(request->home->hub, request->exchange, web_token(request));
}
