/* watcher.c -- see watcher.h.
 * SPDX-License-Identifier: MIT */
#include "web/watcher.h"

#include "http/forwarded.h"

/* A name that a page elsewhere cannot have been fetched under: its browser would not send it. */
static bool is_local_name(Str host)
{
    static const Str letters = S_INIT("0123456789.");
    bool is_number = host.len > 0 && host.data[0] != '[';
    Str name;
    Str port;
    (void)str_cut(host, ':', &name, &port);
    for (size_t i = 0; is_number && i < name.len; i++) {
        is_number = str_find(letters, name.data[i]) >= 0;
    }
    return is_number || str_starts(host, S("[")) || str_eq_nocase(name, S("localhost"));
}

bool watcher_is(const struct web_request *request)
{
    const struct http_exchange *exchange = request->exchange;
    Str allowed = str_from_z(request->home->web->settings->metrics_from);
    return exchange->conn != NULL && !forwarded_is(&exchange->request) &&
           is_local_name(exchange->request.host) &&
           forwarded_is_listed(conn_peer(exchange->conn), allowed);
}
