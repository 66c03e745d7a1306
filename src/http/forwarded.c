/* forwarded.c -- see forwarded.h.
 * SPDX-License-Identifier: MIT */
#include "http/forwarded.h"

bool forwarded_is_listed(ConnAddress address, Str list)
{
    while (list.len > 0) {
        Str one;
        ConnAddress listed;
        (void)str_cut(list, ',', &one, &list);
        if (conn_address_parse(str_trim(one, " \t"), &listed) &&
            conn_address_is_same(listed, address)) {
            return true;
        }
    }
    return false;
}

bool forwarded_is(const struct http_request *request)
{
    static const Str names[] = {S_INIT("X-Forwarded-For"), S_INIT("X-Forwarded-Host"),
                                S_INIT("X-Forwarded-Proto"), S_INIT("X-Real-IP"),
                                S_INIT("Forwarded"), S_INIT("Via")};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (http_request_field_count(request, names[i]) > 0) {
            return true;
        }
    }
    return false;
}

/* "192.0.2.7", "192.0.2.7:1234", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:1234". */
static bool parse_hop(Str text, ConnAddress *ret_address)
{
    Str host = str_trim(text, " \t");
    Str rest;
    if (str_starts(host, S("["))) {
        return str_cut(str_skip(host, 1), ']', &host, &rest) &&
               conn_address_parse(host, ret_address);
    }
    if (conn_address_parse(host, ret_address)) {
        return true;
    }
    return str_cut(host, ':', &host, &rest) && conn_address_parse(host, ret_address);
}

/* Takes the last entry off a list. */
static Str take_last(Str *list)
{
    size_t from = list->len;
    while (from > 0 && list->data[from - 1] != ',') {
        from--;
    }
    Str last = str_skip(*list, from);
    list->len = from > 0 ? from - 1 : 0;
    return last;
}

ConnAddress forwarded_client(ConnAddress peer, const struct http_request *request, Str proxies)
{
    ConnAddress client = peer;
    for (size_t i = request->field_count; i > 0; i--) {
        Str list = request->fields[i - 1].value;
        if (!str_eq_nocase(request->fields[i - 1].name, S("X-Forwarded-For"))) {
            continue;
        }
        while (list.len > 0) {
            ConnAddress before;
            if (!forwarded_is_listed(client, proxies) || !parse_hop(take_last(&list), &before)) {
                return client;
            }
            client = before;
        }
    }
    return client;
}
