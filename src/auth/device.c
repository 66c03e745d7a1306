/* device.c -- see device.h.
 * SPDX-License-Identifier: MIT */
#include "auth/device.h"

#include <sodium.h>
#include <string.h>

#include "base/rand.h"
#include "base/text.h"

enum { MAC_LEN = 16, BYTES = DEVICE_ID_LEN + MAC_LEN };

_Static_assert(DEVICE_TEXT_LEN == TEXT_B64URL_LEN(BYTES), "the text of a cookie");

Str device_cookie_name(Str public_url)
{
    return str_starts(public_url, S("https://")) ? S("__Host-device") : S("device");
}

/* HMAC-SHA-256, cut to 128 bits. */
static void mac(Str password_hash, PersonId person, const uint8_t id[DEVICE_ID_LEN],
                uint8_t ret_mac[MAC_LEN])
{
    static const unsigned char purpose[] = "parlor device";
    crypto_auth_hmacsha256_state state;
    uint8_t whole[crypto_auth_hmacsha256_BYTES];
    uint8_t number[8];
    for (size_t i = 0; i < sizeof(number); i++) {
        number[i] = (uint8_t)((uint64_t)person >> (8 * i));
    }
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)password_hash.data,
                                      password_hash.len); /* these three cannot fail */
    (void)crypto_auth_hmacsha256_update(&state, purpose, sizeof(purpose));
    (void)crypto_auth_hmacsha256_update(&state, number, sizeof(number));
    (void)crypto_auth_hmacsha256_update(&state, id, DEVICE_ID_LEN);
    (void)crypto_auth_hmacsha256_final(&state, whole);
    memcpy(ret_mac, whole, MAC_LEN);
}

void device_create(Str password_hash, PersonId person, char ret_text[DEVICE_TEXT_LEN])
{
    uint8_t bytes[BYTES];
    CHECK(password_hash.len > 0);
    rand_bytes(bytes, DEVICE_ID_LEN);
    mac(password_hash, person, bytes, bytes + DEVICE_ID_LEN);
    text_b64url(bytes, sizeof(bytes), ret_text);
}

bool device_is_known(Str text, Str password_hash, PersonId person, uint8_t ret_id[DEVICE_ID_LEN])
{
    uint8_t bytes[BYTES];
    uint8_t expected[MAC_LEN];
    if (password_hash.len == 0 || !text_from_b64url(text, bytes, sizeof(bytes))) {
        return false;
    }
    mac(password_hash, person, bytes, expected);
    if (sodium_memcmp(expected, bytes + DEVICE_ID_LEN, MAC_LEN) != 0) {
        return false;
    }
    memcpy(ret_id, bytes, DEVICE_ID_LEN);
    return true;
}
