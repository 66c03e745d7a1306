/* settings_check.c -- see settings_check.h.
 * SPDX-License-Identifier: MIT */
#include "settings_check.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_port(Str text, int64_t least)
{
    int64_t port;
    return str_to_i64(text, &port) && port >= least && port <= UINT16_MAX;
}

static bool is_address(int family, Str text)
{
    char host[INET6_ADDRSTRLEN];
    struct in6_addr address; /* large enough for both families */
    if (text.len >= sizeof(host) || str_find(text, '\0') >= 0) {
        return false;
    }
    memcpy(host, text.data, text.len);
    host[text.len] = '\0';
    return inet_pton(family, host, &address) == 1;
}

/* Splits "HOST:PORT" or "[V6]:PORT" or either without a port; brackets stay on the host. */
static bool split_host(Str text, Str *ret_host, Str *ret_port)
{
    ptrdiff_t end = str_starts(text, S("[")) ? str_find(text, ']') : 0;
    if (end < 0) {
        return false;
    }
    ptrdiff_t colon = str_find(str_skip(text, (size_t)end), ':');
    size_t host_len = colon < 0 ? text.len : (size_t)(end + colon);
    *ret_host = str_sub(text, 0, host_len);
    *ret_port = str_skip(text, host_len);
    return true;
}

static bool is_bracketed_v6(Str host)
{
    return host.len > 2 && host.data[0] == '[' && is_address(AF_INET6, str_sub(host, 1, host.len - 2));
}

bool settings_check_listen(Str text, struct err *err)
{
    Str host, port;
    if (!split_host(text, &host, &port) || port.len == 0) {
        return err_set(err, ERR_INPUT, "is not ADDRESS:PORT or [ADDRESS]:PORT");
    }
    if (!is_bracketed_v6(host) && !is_address(AF_INET, host) && !str_eq(host, S("localhost"))) {
        return err_set(err, ERR_INPUT, "\"%.*s\" is not an IP address", STR_ARG(host));
    }
    if (!is_port(str_skip(port, 1), 0)) {
        return err_set(err, ERR_INPUT, "the port is not a number from 0 to 65535");
    }
    return true;
}

static bool is_host_name(Str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_')) {
            return false;
        }
    }
    return host.len > 0;
}

/* Browsers write an origin in one way only, and it is compared byte for byte: what they would never
 * send is refused here, where it can be explained. */
bool settings_check_origin(Str text, struct err *err)
{
    Str host, port;
    bool is_https = str_starts(text, S("https://"));
    if (text.len == 0) {
        return true;
    }
    if (!is_https && !str_starts(text, S("http://"))) {
        return err_set(err, ERR_INPUT, "does not begin with http:// or https://");
    }
    Str rest = str_skip(text, is_https ? S("https://").len : S("http://").len);
    if (str_find(rest, '/') >= 0 || str_find(rest, '?') >= 0 || str_find(rest, '#') >= 0) {
        return err_set(err, ERR_INPUT, "has something after the host, if only a slash");
    }
    if (!split_host(rest, &host, &port) || (!is_bracketed_v6(host) && !is_host_name(host))) {
        return err_set(err, ERR_INPUT, "has no host of lower-case letters, digits, dots and hyphens");
    }
    if (port.len > 0 && !is_port(str_skip(port, 1), 1)) {
        return err_set(err, ERR_INPUT, "the port is not a number from 1 to 65535");
    }
    if (str_eq(port, is_https ? S(":443") : S(":80"))) {
        return err_set(err, ERR_INPUT, "names the usual port, which browsers leave out");
    }
    return true;
}

bool settings_check_addresses(Str text, struct err *err)
{
    Str address;
    while (text.len > 0) {
        if (str_cut(text, ',', &address, &text) && text.len == 0) {
            return err_set(err, ERR_INPUT, "ends with a comma");
        }
        address = str_trim(address, " \t");
        if (!is_address(AF_INET, address) && !is_address(AF_INET6, address)) {
            return err_set(err, ERR_INPUT, "\"%.*s\" is not an IP address", STR_ARG(address));
        }
    }
    return true;
}
