/* str.c -- see str.h.
 * SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

Str str_from_z(const char *z)
{
    return z == NULL ? (Str){"", 0} : (Str){z, strlen(z)};
}

Str str_of(const void *data, size_t len)
{
    return (Str){.data = data, .len = len};
}

bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t len = MIN(a.len, b.len);
    int order = len == 0 ? 0 : memcmp(a.data, b.data, len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq(str_sub(s, 0, prefix.len), prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_skip(s, s.len - suffix.len), suffix);
}

bool str_contains(Str s, Str needle)
{
    return needle.len == 0 ||
           (s.len > 0 && memmem(s.data, s.len, needle.data, needle.len) != NULL);
}

ptrdiff_t str_find(Str s, char c)
{
    const char *at = s.len == 0 ? NULL : memchr(s.data, c, s.len);
    return at == NULL ? -1 : at - s.data;
}

Str str_sub(Str s, size_t from, size_t len)
{
    from = MIN(from, s.len);
    return (Str){.data = s.len == 0 ? s.data : s.data + from, .len = MIN(len, s.len - from)};
}

Str str_skip(Str s, size_t count)
{
    return str_sub(s, count, SIZE_MAX);
}

static bool is_in(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

Str str_trim(Str s, const char *set)
{
    while (s.len > 0 && is_in(s.data[0], set)) {
        s = str_skip(s, 1);
    }
    while (s.len > 0 && is_in(s.data[s.len - 1], set)) {
        s.len--;
    }
    return s;
}

bool str_cut(Str s, char sep, Str *ret_head, Str *ret_tail)
{
    ptrdiff_t at = str_find(s, sep);
    if (at < 0) {
        *ret_head = s;
        *ret_tail = (Str){0};
        return false;
    }
    *ret_head = str_sub(s, 0, (size_t)at);
    *ret_tail = str_skip(s, (size_t)at + 1);
    return true;
}

bool str_to_u64(Str s, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (s.len == 0 || (s.len > 1 && s.data[0] == '0')) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] < '0' || s.data[i] > '9' || __builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.data[i] - '0'), &value)) {
            return false;
        }
    }
    *ret_value = value;
    return true;
}

bool str_to_i64(Str s, int64_t *ret_value)
{
    uint64_t magnitude;
    bool is_negative = s.len > 0 && s.data[0] == '-';
    if (!str_to_u64(is_negative ? str_skip(s, 1) : s, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + is_negative || (is_negative && magnitude == 0)) {
        return false;
    }
    *ret_value = (int64_t)(is_negative ? 0 - magnitude : magnitude);
    return true;
}

/* Bytes that follow a lead byte, the smallest code point of that length; 0 for a bad lead. */
static int follow_bytes(uint8_t lead, uint32_t *ret_bits, uint32_t *ret_least)
{
    if (lead >= 0xC2 && lead <= 0xDF) {
        *ret_bits = lead & 0x1Fu;
        *ret_least = 0x80;
        return 1;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        *ret_bits = lead & 0x0Fu;
        *ret_least = 0x800;
        return 2;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        *ret_bits = lead & 0x07u;
        *ret_least = 0x10000;
        return 3;
    }
    return 0;
}

bool str_is_utf8(Str s)
{
    size_t i = 0;
    while (i < s.len) {
        uint8_t lead = (uint8_t)s.data[i++];
        uint32_t code = 0;
        uint32_t least = 0;
        if (lead < 0x80) {
            continue;
        }
        int follow = follow_bytes(lead, &code, &least);
        if (follow == 0 || s.len - i < (size_t)follow) {
            return false;
        }
        for (; follow > 0; follow--) {
            uint8_t next = (uint8_t)s.data[i++];
            if ((next & 0xC0) != 0x80) {
                return false;
            }
            code = code << 6 | (next & 0x3Fu);
        }
        if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
            return false;
        }
    }
    return true;
}

Str str_dup(struct arena *arena, Str s)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (s.len > 0) {
        memcpy(copy, s.data, s.len);
    }
    return str_of(copy, s.len);
}

const char *str_z(struct arena *arena, Str s)
{
    CHECK(str_find(s, '\0') < 0);
    return str_dup(arena, s).data; /* arena memory is zeroed, and one byte longer */
}

Str str_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    CHECK(len >= 0);
    char *text = arena_alloc(arena, (size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return str_of(text, (size_t)len);
}
