/* forwarded.h -- whose request it is, when proxies stand in front. The only reader of
 * X-Forwarded-For.
 *
 * A proxy appends the address that it was asked from, so the list is believed from its right end
 * only: as long as the hop that speaks is one of ours, the address before it is believed; the first
 * that is not ours is the client, whatever it claims further left. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "http/request.h"
#include "net/conn.h"

/* Whether an address is in a list of them, separated by commas. */
bool forwarded_is_listed(ConnAddress address, Str list);
/* Whether any field says that the peer asks for somebody else. */
bool forwarded_is(const struct http_request *request);
/* `proxies`: the setting trusted_proxies, addresses separated by commas. A peer that is none of
 * them is the client itself. */
ConnAddress forwarded_client(ConnAddress peer, const struct http_request *request, Str proxies);
