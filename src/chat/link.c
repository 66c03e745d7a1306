/* link.c -- see link.h.
 * SPDX-License-Identifier: MIT */
#include "chat/link.h"

static const Str schemes[] = {S_INIT("https://"), S_INIT("http://"), S_INIT("mailto:")};

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_one_of(char c, Str set)
{
    return str_find(set, c) >= 0;
}

/* The part of `s` before the first byte of `set`. */
static Str before_any(Str s, Str set)
{
    size_t len = 0;
    while (len < s.len && !is_one_of(s.data[len], set)) {
        len++;
    }
    return str_sub(s, 0, len);
}

/* The part of `s` after its last `c`; all of it when there is none. */
static Str after_last(Str s, char c)
{
    size_t at = s.len;
    while (at > 0 && s.data[at - 1] != c) {
        at--;
    }
    return str_skip(s, at);
}

static bool has_space_or_control(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        if (c <= ' ' || c == 0x7F) {
            return true;
        }
    }
    return false;
}

/* [2001:db8::1], the brackets included. */
static bool is_ipv6(Str host)
{
    for (size_t i = 1; i + 1 < host.len; i++) {
        if (!is_one_of(host.data[i], S("0123456789abcdefABCDEF:."))) {
            return false;
        }
    }
    return host.len > 4 && host.data[0] == '[' && host.data[host.len - 1] == ']';
}

static bool is_host(Str host)
{
    if (str_starts(host, S("["))) {
        return is_ipv6(host);
    }
    for (size_t i = 0; i < host.len; i++) {
        if (!is_alnum(host.data[i]) && !is_one_of(host.data[i], S("-_."))) {
            return false;
        }
    }
    return host.len > 0 && is_alnum(host.data[0]);
}

static bool is_port(Str port)
{
    for (size_t i = 0; i < port.len; i++) {
        if (port.data[i] < '0' || port.data[i] > '9') {
            return false;
        }
    }
    return port.len >= 1 && port.len <= 5;
}

/* `rest` follows "//". */
static bool parse_authority(Str rest, Str *ret_host)
{
    Str authority = after_last(before_any(rest, S("/?#\\")), '@');
    ptrdiff_t bracket = str_find(authority, ']');
    Str host =
        bracket >= 0 ? str_sub(authority, 0, (size_t)bracket + 1) : before_any(authority, S(":"));
    Str port = str_skip(authority, host.len);
    if (!is_host(host) || (port.len > 0 && (port.data[0] != ':' || !is_port(str_skip(port, 1))))) {
        return false;
    }
    *ret_host = host;
    return true;
}

bool link_parse(Str url, Str *ret_host)
{
    if (has_space_or_control(url)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (!str_eq_nocase(str_sub(url, 0, schemes[i].len), schemes[i])) {
            continue;
        }
        Str rest = str_skip(url, schemes[i].len);
        if (str_ends(schemes[i], S("/"))) {
            return parse_authority(rest, ret_host);
        }
        *ret_host = before_any(rest, S("?"));
        return ret_host->len > 0;
    }
    return false;
}

/* --- text that looks like an address ---------------------------------------------------------- */

/* Characters that turn the reading direction round (U+202A to 202E, 2066 to 2069, 200E, 200F,
 * 061C), and dots that are not the dot of a host (U+3002, FF0E, FF61, 2024). */
static bool has_trick(Str text)
{
    static const Str tricks[] = {
        S_INIT("\xE2\x80\xAA"), S_INIT("\xE2\x80\xAB"), S_INIT("\xE2\x80\xAC"),
        S_INIT("\xE2\x80\xAD"), S_INIT("\xE2\x80\xAE"), S_INIT("\xE2\x81\xA6"),
        S_INIT("\xE2\x81\xA7"), S_INIT("\xE2\x81\xA8"), S_INIT("\xE2\x81\xA9"),
        S_INIT("\xE2\x80\x8E"), S_INIT("\xE2\x80\x8F"), S_INIT("\xD8\x9C"),
        S_INIT("\xE3\x80\x82"), S_INIT("\xEF\xBC\x8E"), S_INIT("\xEF\xBD\xA1"),
        S_INIT("\xE2\x80\xA4"),
    };
    for (size_t i = 0; i < text.len; i++) {
        for (size_t t = 0; (unsigned char)text.data[i] >= 0x80 && t < ARRAY_LEN(tricks); t++) {
            if (str_starts(str_skip(text, i), tricks[t])) {
                return true;
            }
        }
    }
    return false;
}

/* What a reader takes for the host in "(https://www.example.org/path)": "www.example.org", and
 * nothing where no address is in sight. A word of other characters than a host's, such as a
 * Cyrillic letter, is left as it is, so that it cannot equal one. */
static Str apparent_host(Str word)
{
    Str host = str_trim(word, "()[]<>{}\"'`*_,.;:!?");
    bool is_address = str_starts(host, S("www."));
    for (size_t i = 0; i + 3 <= host.len; i++) {
        if (str_eq(str_sub(host, i, 3), S("://"))) {
            is_address = true;
            host = str_skip(host, i + 3);
            break;
        }
    }
    host = before_any(host, S("/?#\\"));
    host = before_any(after_last(host, '@'), S(":"));
    for (size_t i = 1; i + 1 < host.len; i++) {
        is_address |= host.data[i] == '.' && host.data[i + 1] != '.' && host.data[i - 1] != '.';
    }
    return is_address ? host : (Str){0};
}

static Str without_www(Str host)
{
    return str_eq_nocase(str_sub(host, 0, 4), S("www.")) ? str_skip(host, 4) : host;
}

static bool has_user(Str url)
{
    Str rest = str_skip(url, str_eq_nocase(str_sub(url, 0, 5), S("https")) ? 8 : 7);
    return str_find(before_any(rest, S("/?#\\")), '@') >= 0;
}

bool link_deceives(Str text, Str url, Str host)
{
    bool is_mail = !str_contains(str_sub(url, 0, 8), S("//"));
    if (has_trick(text) || (!is_mail && has_user(url))) {
        return true;
    }
    if (str_eq(text, url) || (is_mail && str_eq(text, host))) {
        return false;
    }
    while (text.len > 0) {
        Str word = before_any(text, S(" \t\n"));
        Str apparent = apparent_host(word);
        if (apparent.len > 0 && !str_eq_nocase(without_www(apparent), without_www(host))) {
            return true;
        }
        text = str_skip(text, word.len + 1);
    }
    return false;
}
