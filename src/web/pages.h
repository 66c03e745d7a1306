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
/* The same for a form that came before its time, with status 429: says in how long, and keeps what was typed
 * in a form that sends it again. */
void page_too_soon(struct web_request *request, Millis wait_ms);
/* The same, with status 409, for a room of one's own beyond LIMIT_ROOMS_PER_PERSON: it is on no list. */
void page_too_many_rooms(struct web_request *request);
/* "Too many tries. Wait 2 minutes." where that is `why`, and the field Retry-After, for an answer with 429. */
Str page_wait(struct web_request *request, Str why, Millis wait_ms);
/* The message of an error as a sentence of its own. */
Str page_sentence(struct web_request *request, const struct err *err);
/* The address of this house as others reach it, without a slash at its end. */
Str page_origin(struct web_request *request);
/* "1 person", "12 people". */
Str page_people(struct arena *arena, int64_t count);
/* A new nonce for a form. */
Str page_nonce(struct web_request *request);
