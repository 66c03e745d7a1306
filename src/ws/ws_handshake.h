/* ws_handshake.h -- the opening handshake of RFC 6455 section 4.2. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "http/request.h"

/* Judges form only: method, version, Upgrade, Connection, key, Sec-WebSocket-Version. 0 when it is a
 * good handshake, else the status to refuse it with: 400, or 426 (answer with
 * "Sec-WebSocket-Version: 13"; also for a plain GET). Extensions and protocols are never taken. */
int ws_handshake_judge(const struct http_request *request);
/* The whole 101 response head, with its blank line. */
Str ws_handshake_accept(struct arena *arena, const struct http_request *request);
