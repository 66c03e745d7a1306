/* markdown_source.c -- see markdown_source.h.
 * SPDX-License-Identifier: MIT */
#include "chat/markdown_source.h"

#include "base/limits.h"

enum {
    NOTHING = 0x01, /* stands in the copy for nothing */
    TILDE = 0x02,   /* for a tilde that strikes nothing out */
};

static bool is_line_space(Str line, size_t at)
{
    return at >= line.len || line.data[at] == ' ' || line.data[at] == '\t';
}

/* The length of the mark of a quote or of a list's item at the beginning of `s`, or 0. */
static size_t container_mark(Str s)
{
    size_t digits = 0;
    if (str_starts(s, S(">"))) {
        return 1;
    }
    while (digits < s.len && s.data[digits] >= '0' && s.data[digits] <= '9') {
        digits++;
    }
    Str marks = digits > 0 ? S(".)") : S("-+*");
    bool is_mark = digits < s.len && str_find(marks, s.data[digits]) >= 0;
    return is_mark && is_line_space(s, digits + 1) ? digits + 1 : 0;
}

/* Whether one line opens too much. This is looked at before parsing, since md4c asks all open
 * containers about each blank line that follows. */
static bool is_too_deep(Str line)
{
    for (int depth = 0;; depth++) {
        while (line.len > 0 && is_line_space(line, 0)) {
            line = str_skip(line, 1);
        }
        size_t len = container_mark(line);
        if (len == 0) {
            return false;
        }
        if (depth == LIMIT_MARKUP_DEPTH) {
            return true;
        }
        line = str_skip(line, len);
    }
}

/* "~/src" and "~5 minutes" are no strikes: those have two tildes. One behind a slash belongs to an
 * address, one behind a backslash to md4c. */
static bool is_lone_tilde(Str line, size_t at)
{
    char before = at > 0 ? line.data[at - 1] : ' ';
    char after = at + 1 < line.len ? line.data[at + 1] : ' ';
    return line.data[at] == '~' && before != '~' && before != '/' && before != '\\' && after != '~';
}

/* The "]:" in front of a port: "http://[2001:db8::1]:80". Before such a bracket no definition
 * begins. */
static bool is_end_of_ipv6(Str line, size_t bracket)
{
    enum { LONGEST = 46 };
    for (size_t at = bracket; at >= 3 && bracket - at < LONGEST; at--) {
        if (line.data[at - 1] == '[') {
            return line.data[at - 2] == '/' && line.data[at - 3] == '/';
        }
    }
    return false;
}

bool markdown_source_prepare(Str source, struct buf *ret_copy)
{
    Str line;
    buf_reserve(ret_copy, source.len + 1);
    for (bool has_more = true; has_more;) {
        has_more = str_cut(source, '\n', &line, &source);
        if (is_too_deep(line)) {
            return false;
        }
        for (size_t i = 0; i < line.len; i++) {
            if (line.data[i] == ':' && i > 0 && line.data[i - 1] == ']' &&
                !is_end_of_ipv6(line, i - 1)) {
                buf_put_char(ret_copy, NOTHING);
            }
            buf_put_char(ret_copy, is_lone_tilde(line, i) ? TILDE : line.data[i]);
        }
        buf_put_char(ret_copy, '\n');
    }
    return true;
}

size_t markdown_source_addresses(Str source)
{
    size_t count = 0;
    for (size_t i = 0; i < source.len; i++) {
        count +=
            str_eq(str_sub(source, i, 3), S("://")) || str_eq(str_sub(source, i, 4), S("www."));
    }
    return count;
}

void markdown_source_restore(struct buf *out, Str piece)
{
    size_t run = 0; /* start of the bytes that stay as they are */
    for (size_t i = 0; i < piece.len; i++) {
        if (piece.data[i] == NOTHING || piece.data[i] == TILDE) {
            buf_put(out, piece.data + run, i - run);
            buf_put_str(out, piece.data[i] == TILDE ? S("~") : S(""));
            run = i + 1;
        }
    }
    buf_put_str(out, str_skip(piece, run));
}
