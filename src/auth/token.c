/* token.c -- see token.h.
 * SPDX-License-Identifier: MIT */
#include "auth/token.h"

#include <sodium.h>

#include "base/rand.h"
#include "base/text.h"

enum { TOKEN_LEN = 32 };

_Static_assert(TOKEN_TEXT_LEN == TEXT_B64URL_LEN(TOKEN_LEN), "the text of a token");
_Static_assert(TOKEN_HASH_LEN == crypto_hash_sha256_BYTES, "the hash of a token");

Str token_cookie_name(Str public_url)
{
    return str_starts(public_url, S("https://")) ? S("__Host-sid") : S("sid");
}

/* A fast hash is right here: there is nothing to guess in 256 random bits. */
static void hash_bytes(const uint8_t bytes[TOKEN_LEN], uint8_t ret_hash[TOKEN_HASH_LEN])
{
    CHECK_EQ(crypto_hash_sha256(ret_hash, bytes, TOKEN_LEN), 0);
}

void token_create(char ret_text[TOKEN_TEXT_LEN], uint8_t ret_hash[TOKEN_HASH_LEN])
{
    uint8_t bytes[TOKEN_LEN];
    rand_bytes(bytes, sizeof(bytes));
    text_b64url(bytes, sizeof(bytes), ret_text);
    hash_bytes(bytes, ret_hash);
    sodium_memzero(bytes, sizeof(bytes));
}

bool token_hash(Str text, uint8_t ret_hash[TOKEN_HASH_LEN])
{
    uint8_t bytes[TOKEN_LEN];
    if (!text_from_b64url(text, bytes, sizeof(bytes))) {
        return false;
    }
    hash_bytes(bytes, ret_hash);
    sodium_memzero(bytes, sizeof(bytes));
    return true;
}
