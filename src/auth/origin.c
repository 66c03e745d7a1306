/* origin.c -- see origin.h.
 * SPDX-License-Identifier: MIT */
#include "auth/origin.h"

/* Without a public_url any scheme will do: what counts is that the host is the one that was asked. */
static bool is_host_origin(Str origin, Str host)
{
    Str rest = str_starts(origin, S("https://"))  ? str_skip(origin, 8)
               : str_starts(origin, S("http://")) ? str_skip(origin, 7)
                                                  : (Str){0};
    return rest.len > 0 && str_eq(rest, host);
}

static bool is_own_origin(const struct origin_facts *facts)
{
    if (facts->public_url.len > 0) {
        return str_eq(facts->origin, facts->public_url);
    }
    return is_host_origin(facts->origin, facts->host);
}

bool origin_is_own(const struct origin_facts *facts)
{
    if (facts->fetch_site.data != NULL) {
        return str_eq(facts->fetch_site, S("same-origin")) || str_eq(facts->fetch_site, S("none"));
    }
    if (facts->origin.data != NULL) {
        return is_own_origin(facts);
    }
    return !facts->has_cookie; /* a command line tool: there is nothing to ride on */
}

bool origin_is_own_socket(const struct origin_facts *facts)
{
    return facts->origin.data != NULL && is_own_origin(facts);
}

bool origin_is_own_host(Str public_url, Str host)
{
    bool is_https = str_starts(public_url, S("https://"));
    Str own = str_skip(public_url, is_https ? S("https://").len : S("http://").len);
    Str port = is_https ? S(":443") : S(":80");
    if (public_url.len == 0 || str_eq_nocase(host, own)) {
        return true;
    }
    /* A public_url does not name the usual port; a client may. */
    return host.len == own.len + port.len && str_ends(host, port) &&
           str_eq_nocase(str_sub(host, 0, own.len), own);
}
