/* html_template.h -- what the C of compiled templates includes: a field is written by its type.
 *
 * Each place in HTML has its macro, and each macro lists the types that may stand there, so a wrong
 * type does not compile and the compiler's message names the template's line. There is no bool and
 * no `const char *` on purpose: a flag is for {{#if}}, text is a Str. Only tools/template_emit.c
 * writes calls of these. Thread: that of the output's owner.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <string.h>

#include "html/html.h"

/* The selecting operand stands without parentheses: messages then point into the template. Not
 * formatted by clang-format, whose version 14 does not know _Generic. */
/* clang-format off */
#define HTML_SIGNED(put)                                                                           \
    signed char: put, short: put, int: put, long: put, long long: put
#define HTML_UNSIGNED(put)                                                                         \
    unsigned char: put, unsigned short: put, unsigned: put, unsigned long: put,                    \
    unsigned long long: put
#define HTML_NUMBERS HTML_SIGNED(html_put_i64), HTML_UNSIGNED(html_put_u64)

#define HTML_TEXT(out, x)                                                                          \
    _Generic(x, Str: html_put_text, Html: html_put_html, HtmlPieces: html_put_pieces,              \
             HTML_NUMBERS)(out, x)
#define HTML_ATTR(out, x) _Generic(x, Str: html_put_text, HTML_NUMBERS)(out, x)
#define HTML_URL(out, x) _Generic(x, Str: html_put_url, HTML_NUMBERS)(out, x)
#define HTML_URL_PART(out, x) _Generic(x, Str: html_put_url_part, HTML_NUMBERS)(out, x)
#define HTML_NUMBER(out, x) _Generic(x, HTML_NUMBERS)(out, x)

/* {{#if}}. A Str, an Html and every list have the same shape, pointer and length, and lists have no
 * name in common that _Generic could select by. */
#define HTML_TRUTH(x)                                                                              \
    _Generic(x, bool: html_number_truth, HTML_SIGNED(html_number_truth),                           \
             HTML_UNSIGNED(html_number_truth), default: html_list_truth)(&(x), sizeof(x))
#define HTML_HAS_TRUTH(x)                                                                          \
    _Generic(x, bool: 1, HTML_SIGNED(1), HTML_UNSIGNED(1),                                         \
             default: sizeof(x) == sizeof(HtmlPieces))
/* clang-format on */

_Static_assert(offsetof(HtmlPieces, count) == offsetof(Str, len), "html_list_truth reads both");

static inline bool html_number_truth(const void *value, size_t size)
{
    static const char zeros[sizeof(long long)];

    return memcmp(value, zeros, size) != 0;
}

static inline bool html_list_truth(const void *value, size_t size)
{
    HtmlPieces list;

    (void)size;
    memcpy(&list, value, sizeof(list));
    return list.count > 0;
}

/* {{asset "css/base.css"}} */
void html_put_asset(struct html_out *out, const char *path);
