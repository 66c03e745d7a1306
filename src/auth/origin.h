/* origin.h -- whether an unsafe request comes from our own pages. Pure.
 *
 * Sec-Fetch-Site decides where the browser sends it (W3C Fetch Metadata): same-origin or none. Else
 * Origin must equal our own exactly. With neither and a cookie the request is refused.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

struct origin_facts {
    Str fetch_site; /* Sec-Fetch-Site, null data when absent */
    Str origin;     /* Origin, null data when absent */
    Str host;       /* Host */
    Str public_url; /* "https://chat.example.org", or empty: then Origin is compared with Host */
    bool has_cookie;
};

bool origin_is_own(const struct origin_facts *facts);
/* Whether a request was meant for us: `host`, from the Host field, is the one of `public_url`, with or
 * without the usual port. Without a public_url any will do. */
bool origin_is_own_host(Str public_url, Str host);
/* For the WebSocket handshake: an Origin must be there and be our own. */
bool origin_is_own_socket(const struct origin_facts *facts);
