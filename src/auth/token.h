/* token.h -- session tokens: 32 random bytes, base64url in the cookie, SHA-256 in the store.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

enum { TOKEN_TEXT_LEN = 43, TOKEN_HASH_LEN = 32 };

/* The cookie that carries a token: "__Host-sid" where `public_url` is https, else "sid". */
Str token_cookie_name(Str public_url);
/* Draws a token; ret_text is not NUL-ended. */
void token_create(char ret_text[TOKEN_TEXT_LEN], uint8_t ret_hash[TOKEN_HASH_LEN]);
/* Hashes a token from a cookie; false when it has not the form of one. */
MUST_USE bool token_hash(Str text, uint8_t ret_hash[TOKEN_HASH_LEN]);
