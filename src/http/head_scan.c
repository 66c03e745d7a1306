/* head_scan.c -- line by line; each field's rule stands in one function.
 * SPDX-License-Identifier: MIT */
#include "http/head_scan.h"

#include "base/limits.h"

/* What the fields of a head add up to. */
struct sums {
    int hosts, lengths, encodings, fields;
};

static bool is_token_char(char c)
{
    static const char extra[] = "!#$%&'*+-.^_`|~";
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        return true;
    }
    return c != '\0' && str_find(str_of(extra, sizeof(extra) - 1), c) >= 0;
}

static bool is_token(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!is_token_char(s.data[i])) {
            return false;
        }
    }
    return s.len > 0;
}

static bool is_digits(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9') {
            return false;
        }
    }
    return s.len > 0;
}

/* The next line without its CRLF; false when it does not end in CRLF or holds a CR or LF elsewhere. */
static bool next_line(Str *rest, Str *ret_line)
{
    ptrdiff_t end = str_find(*rest, '\n');
    if (end < 1 || rest->data[end - 1] != '\r') {
        return false;
    }
    *ret_line = str_sub(*rest, 0, (size_t)end - 1);
    *rest = str_skip(*rest, (size_t)end + 1);
    return str_find(*ret_line, '\r') < 0;
}

/* --- the request line --------------------------------------------------------------------------------- */

static bool is_known_method(Str method)
{
    static const Str known[] = {S_INIT("GET"),   S_INIT("HEAD"),   S_INIT("POST"),   S_INIT("PUT"),
                                S_INIT("PATCH"), S_INIT("DELETE"), S_INIT("OPTIONS")};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq(method, known[i])) {
            return true;
        }
    }
    return false;
}

static int scan_version(Str version)
{
    if (str_eq(version, S("HTTP/1.1")) || str_eq(version, S("HTTP/1.0"))) {
        return 0;
    }
    bool is_some_version = str_starts(version, S("HTTP/")) && version.len == 8 &&
                           is_digits(str_sub(version, 5, 1)) && version.data[6] == '.' &&
                           is_digits(str_sub(version, 7, 1));
    return is_some_version ? 505 : 400;
}

static int scan_target(Str target)
{
    if (str_eq_nocase(str_sub(target, 0, 7), S("http://")) ||
        str_eq_nocase(str_sub(target, 0, 8), S("https://"))) {
        return 421; /* absolute form is for proxies, which we are not */
    }
    if (target.len == 0 || target.data[0] != '/') {
        return 400; /* so are authority and asterisk form */
    }
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.data[i];
        if (c <= ' ' || c >= 0x7F || c == '\\' || c == '#' || c == '"' || c == '<' || c == '>') {
            return 400;
        }
    }
    return 0;
}

static int scan_request_line(Str line)
{
    Str method;
    Str target;
    Str version;
    Str rest;
    if (line.len > LIMIT_HTTP_LINE) {
        return 414;
    }
    if (!str_cut(line, ' ', &method, &rest) || !str_cut(rest, ' ', &target, &version) ||
        !is_token(method)) {
        return 400;
    }
    int status = scan_version(version);
    if (status == 0) {
        status = is_known_method(method) ? 0 : 501;
    }
    return status != 0 ? status : scan_target(target);
}

/* --- fields ------------------------------------------------------------------------------------------- */

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_';
}

bool head_scan_host(Str host)
{
    size_t i = 0;
    if (host.len > 255) {
        return false;
    }
    if (host.len > 0 && host.data[0] == '[') {
        for (i = 1; i < host.len && host.data[i] != ']'; i++) {
            char c = host.data[i];
            bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!is_hex && c != ':' && c != '.') {
                return false;
            }
        }
        if (i == 1 || i++ == host.len) {
            return false;
        }
    } else {
        while (i < host.len && is_host_char(host.data[i])) {
            i++;
        }
    }
    Str port = str_skip(host, i);
    bool has_port = port.len > 0;
    return i > 0 && (!has_port || (port.data[0] == ':' && port.len <= 6 && is_digits(str_skip(port, 1))));
}

static bool is_length(Str value)
{
    return is_digits(value) && value.len <= 18 && (value.len == 1 || value.data[0] != '0');
}

static bool has_control(Str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7F) {
            return true;
        }
    }
    return false;
}

static int scan_field(Str line, struct sums *sums)
{
    Str name;
    Str value;
    if (!str_cut(line, ':', &name, &value) || !is_token(name) || has_control(value)) {
        return 400; /* also a folded line: its name begins with a space */
    }
    value = str_trim(value, " \t");
    if (++sums->fields > LIMIT_HTTP_FIELDS) {
        return 431;
    }
    if (str_eq_nocase(name, S("Host"))) {
        return ++sums->hosts > 1 || !head_scan_host(value) ? 400 : 0;
    }
    if (str_eq_nocase(name, S("Content-Length"))) {
        return ++sums->lengths > 1 || !is_length(value) ? 400 : 0;
    }
    if (str_eq_nocase(name, S("Transfer-Encoding"))) {
        sums->encodings++;
    }
    return 0;
}

int head_scan(Str head)
{
    struct sums sums = {0};
    Str line;
    if (!next_line(&head, &line)) {
        return 400;
    }
    int status = scan_request_line(line);
    bool is_1_0 = str_ends(line, S("HTTP/1.0"));
    if (status != 0) {
        return status;
    }
    while (next_line(&head, &line) && line.len > 0) {
        status = scan_field(line, &sums);
        if (status != 0) {
            return status;
        }
    }
    bool is_whole = line.len == 0 && head.len == 0;
    if (!is_whole || (sums.hosts == 0 && !is_1_0) || (sums.encodings > 0 && sums.lengths > 0) ||
        (sums.encodings > 0 && is_1_0)) {
        return 400;
    }
    return sums.encodings > 0 ? 501 : 0; /* uploads need a Content-Length */
}
