/* refusal.h -- the log of requests that got no: one line a status and second, however many there are.
 *
 * Whoever floods us with what we refuse must not fill the disk with it too. What is not said is counted, and
 * the next line of that status tells how many. Thread: any, each for itself.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "http/exchange.h"

/* Whether a refusal with this status (400 to 599) may be logged now; then *ret_unsaid is how many were not
 * since the last. */
MUST_USE bool refusal_may_log(int status, Millis now, int64_t *ret_unsaid);
/* Logs one that no route has seen: its status and whom it came from, nothing of what was sent. */
void refusal_log(const struct http_exchange *exchange);
