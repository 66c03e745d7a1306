/* pages.h -- what pages have in common: filling in views from a request.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "web/views.h"
#include "web/web.h"

/* Fills in what every page has; `current` is the open room, or 0. Strings live in the request's arena or
 * in values that it holds. */
void page_fill(struct web_request *request, Str title, RoomId current, struct page_view *ret_view);
/* Writes the error page of a status into the response's body. */
void page_error(struct web_request *request, int status);
/* A new nonce for a form. */
Str page_nonce(struct web_request *request);
