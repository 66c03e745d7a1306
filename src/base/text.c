/* text.c -- see text.h.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void text_b64url(const void *data, size_t len, char *ret)
{
    char padded[2048];
    CHECK(TEXT_B64URL_LEN(len) < sizeof(padded));
    (void)sodium_bin2base64(padded, sizeof(padded), data, len,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    memcpy(ret, padded, TEXT_B64URL_LEN(len));
}

/* sodium takes some bytes above 0x7F for letters, so the alphabet is checked before. */
static bool is_b64url(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

bool text_from_b64url(Str s, void *ret_data, size_t expected_len)
{
    unsigned char decoded[1024];
    size_t len;
    CHECK(expected_len <= sizeof(decoded));
    if (s.len != TEXT_B64URL_LEN(expected_len) || !is_b64url(s) ||
        sodium_base642bin(decoded, sizeof(decoded), s.data, s.len, NULL, &len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        len != expected_len) {
        return false;
    }
    memcpy(ret_data, decoded, len);
    return true;
}

void text_hex(const void *data, size_t len, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool text_percent_decode(Str s, bool plus, struct buf *out)
{
    buf_reserve(out, s.len);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c == '%') {
            int high = i + 2 < s.len ? hex_value(s.data[i + 1]) : -1;
            int low = i + 2 < s.len ? hex_value(s.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        buf_put_char(out, c);
    }
    return true;
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

void text_percent_encode(Str s, struct buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        uint8_t byte = (uint8_t)s.data[i];
        if (is_unreserved(s.data[i])) {
            buf_put_char(out, s.data[i]);
        } else {
            buf_put(out, (char[]){'%', digits[byte >> 4], digits[byte & 15]}, 3);
        }
    }
}

static struct tm utc(int64_t wall_ms, int *ret_ms)
{
    int64_t seconds = wall_ms / 1000 - (wall_ms % 1000 < 0);
    time_t clock = (time_t)seconds;
    struct tm parts;
    CHECK(gmtime_r(&clock, &parts) != NULL);
    *ret_ms = (int)(wall_ms - seconds * 1000);
    return parts;
}

void text_iso8601(int64_t wall_ms, char ret[25])
{
    int ms;
    struct tm parts = utc(wall_ms, &ms);
    size_t len = strftime(ret, 25, "%Y-%m-%dT%H:%M:%S", &parts);
    CHECK_EQ(len, 19); /* years 0 to 9999 */
    (void)snprintf(ret + len, 25 - len, ".%03dZ", ms);
}

void text_http_date(int64_t wall_ms, char ret[30])
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int ms;
    struct tm parts = utc(wall_ms, &ms);
    char text[64]; /* strftime would use the locale's names */
    (void)snprintf(text, sizeof(text), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday],
                   parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour,
                   parts.tm_min, parts.tm_sec);
    CHECK_EQ(strlen(text), 29);
    memcpy(ret, text, 30);
}
