/* fuzz_text.c -- encodings lead there and back, and UTF-8 is what utf8proc says it is.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>
#include <utf8proc.h>

#include "html/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_utf8_by_library(const uint8_t *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t len = utf8proc_iterate(data + at, (utf8proc_ssize_t)(size - at), &code);
        if (len <= 0) {
            return false;
        }
        at += (size_t)len;
    }
    return true;
}

static void check_base64(Str bytes)
{
    char encoded[TEXT_B64URL_LEN(512)], decoded[512];
    Str part = str_sub(bytes, 0, sizeof(decoded));
    Str text = str_of(encoded, TEXT_B64URL_LEN(part.len));
    text_b64url(part.len == 0 ? "" : part.data, part.len, encoded);
    CHECK(text_from_b64url(text, decoded, part.len));
    CHECK(part.len == 0 || memcmp(decoded, part.data, part.len) == 0);
    /* The other way: what decodes has this spelling only. */
    size_t len = MIN(bytes.len, (size_t)600) * 3 / 4;
    if (len <= sizeof(decoded) && text_from_b64url(bytes, decoded, len)) {
        text_b64url(decoded, len, encoded);
        CHECK(str_eq(str_of(encoded, TEXT_B64URL_LEN(len)), bytes));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf encoded = {0}, decoded = {0}, escaped = {0};
    Str bytes = str_of(data, size);
    CHECK_EQ(str_is_utf8(bytes), is_utf8_by_library(data, size));
    text_percent_encode(bytes, &encoded);
    CHECK(text_percent_decode(buf_str(&encoded), true, &decoded) &&
          str_eq(buf_str(&decoded), bytes));
    buf_clear(&decoded);
    CHECK(!text_percent_decode(bytes, false, &decoded) || decoded.len <= size);
    html_escape(&escaped, bytes);
    CHECK(str_find(buf_str(&escaped), '<') < 0 && str_find(buf_str(&escaped), '"') < 0);
    check_base64(bytes);
    buf_finish(&encoded);
    buf_finish(&decoded);
    buf_finish(&escaped);
    return 0;
}
