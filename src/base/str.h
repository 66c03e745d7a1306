/* str.h -- a string as a value: pointer and length, never owning, not NUL-ended.
 *
 * Whoever made the bytes says how long they live (an arena, a blob, a buffer, a literal). NUL ends
 * exist only at the border to libc and libraries, made by str_z. All functions are pure. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

typedef struct {
    const char *data; /* may be null only when len is 0 */
    size_t len;
} Str;

/* A literal as a Str; S_INIT the same as a constant initialiser. */
#define S(literal) ((Str){"" literal, sizeof(literal) - 1})
#define S_INIT(literal)                                                                            \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).data

struct arena;

Str str_from_z(const char *z);        /* null gives the empty string */
Str str_of(const void *data, size_t len);

bool str_eq(Str a, Str b);
bool str_eq_nocase(Str a, Str b);     /* ASCII case folded */
int str_cmp(Str a, Str b);            /* bytewise, like memcmp, shorter first */
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
bool str_contains(Str s, Str needle);
ptrdiff_t str_find(Str s, char c);    /* index, or -1 */

/* The part from `from` (clamped) of at most `len` bytes. */
Str str_sub(Str s, size_t from, size_t len);
Str str_skip(Str s, size_t count);    /* clamped */
Str str_trim(Str s, const char *set); /* both ends, of the bytes in `set` */

/* Splits at the first `sep`: false when there is none, then *ret_head is all and *ret_tail empty. */
bool str_cut(Str s, char sep, Str *ret_head, Str *ret_tail);

/* Strict decimal: digits only, no sign but a leading '-' for the signed one, no leading zeros, no
 * spaces, no overflow. Outputs are untouched on failure. */
MUST_USE bool str_to_i64(Str s, int64_t *ret_value);
MUST_USE bool str_to_u64(Str s, uint64_t *ret_value);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF). */
bool str_is_utf8(Str s);

/* Copies into `arena`; str_z adds a NUL (CHECKs that there is none inside). */
Str str_dup(struct arena *arena, Str s);
const char *str_z(struct arena *arena, Str s);
PRINTF(2, 3) Str str_format(struct arena *arena, const char *format, ...);
