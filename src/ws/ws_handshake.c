/* ws_handshake.c -- see ws_handshake.h.
 * SPDX-License-Identifier: MIT */
#include "ws/ws_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

enum { KEY_LETTERS = 22, KEY_LEN = 24 }; /* base64 of 16 random bytes: the rest is "==" */

static Str single_field(const struct http_request *request, Str name)
{
    return http_request_field_count(request, name) == 1 ? http_request_field(request, name) : (Str){0};
}

/* Whether a comma-separated list holds a token, in any case. */
static bool list_has(Str list, Str token)
{
    while (list.len > 0) {
        Str item;
        (void)str_cut(list, ',', &item, &list);
        if (str_eq_nocase(str_trim(item, " \t"), token)) {
            return true;
        }
    }
    return false;
}

static bool any_field_has(const struct http_request *request, Str name, Str token)
{
    for (size_t i = 0; i < request->field_count; i++) {
        if (str_eq_nocase(request->fields[i].name, name) &&
            list_has(request->fields[i].value, token)) {
            return true;
        }
    }
    return false;
}

/* By hand, since OpenSSL decodes a '=' in the middle too. */
static bool is_key(Str key)
{
    Str letters = str_sub(key, 0, KEY_LETTERS);
    for (size_t i = 0; i < letters.len; i++) {
        char c = letters.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '+' && c != '/') {
            return false;
        }
    }
    return key.len == KEY_LEN && str_ends(key, S("=="));
}

int ws_handshake_judge(const struct http_request *request)
{
    bool asks = any_field_has(request, S("Upgrade"), S("websocket"));
    if (request->method == HTTP_GET && !asks) {
        return 426;
    }
    if (request->method != HTTP_GET || request->is_http_1_0 || request->body_len > 0 ||
        !any_field_has(request, S("Connection"), S("upgrade"))) {
        return 400;
    }
    if (!str_eq(single_field(request, S("Sec-WebSocket-Version")), S("13"))) {
        return 426;
    }
    return is_key(single_field(request, S("Sec-WebSocket-Key"))) ? 0 : 400;
}

Str ws_handshake_accept(struct arena *arena, const struct http_request *request)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455 section 1.3 */
    unsigned char joined[KEY_LEN + sizeof(guid) - 1];
    unsigned char digest[SHA_DIGEST_LENGTH];
    char accept[32];
    Str key = single_field(request, S("Sec-WebSocket-Key"));
    CHECK_EQ(key.len, KEY_LEN);
    memcpy(joined, key.data, KEY_LEN);
    memcpy(joined + KEY_LEN, guid, sizeof(guid) - 1);
    SHA1(joined, sizeof(joined), digest);
    (void)EVP_EncodeBlock((unsigned char *)accept, digest, sizeof(digest));
    return str_format(arena,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                      accept);
}
