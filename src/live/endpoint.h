/* endpoint.h -- GET /live: from a handshake to a member of a room, and what a client may say.
 *
 *   GET /live?room=ID[&after=EPOCH:SEQ]
 *
 * Before 101 only form and Origin are judged (400, 403, 426); who it is and whether they may is asked
 * afterwards and answered with 4401 or 4403. Thread: the loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "http/exchange.h"
#include "live/hub.h"

/* Answers the exchange: upgrades it, or refuses it. `token` is the session cookie's value. */
void endpoint_open(struct hub *hub, struct http_exchange *exchange, Str token);
