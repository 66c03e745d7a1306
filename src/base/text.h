/* text.h -- encodings of bytes as text. Pure. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/buf.h"

/* base64url without padding (RFC 4648 section 5); decode is strict and fails on anything else,
 * also on non-zero trailing bits. `ret` holds TEXT_B64URL_LEN(len) bytes, not NUL-ended. */
#define TEXT_B64URL_LEN(len) (((len)*4 + 2) / 3)
void text_b64url(const void *data, size_t len, char *ret);
MUST_USE bool text_from_b64url(Str s, void *ret_data, size_t expected_len);

/* Lower-case hex; `ret` holds 2 × len bytes. */
void text_hex(const void *data, size_t len, char *ret);

/* Decodes %XX once, and '+' as space when `plus`. False on a truncated or malformed escape. */
MUST_USE bool text_percent_decode(Str s, bool plus, struct buf *out);
/* Encodes everything but unreserved characters (RFC 3986 section 2.3). */
void text_percent_encode(Str s, struct buf *out);

/* "2026-11-24T10:17:11.123Z" into ret[25], NUL-ended. */
void text_iso8601(int64_t wall_ms, char ret[25]);
/* IMF-fixdate of RFC 9110 section 5.6.7 into ret[30], NUL-ended. */
void text_http_date(int64_t wall_ms, char ret[30]);
