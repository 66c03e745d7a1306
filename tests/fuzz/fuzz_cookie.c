/* fuzz_cookie.c -- a cookie is found once or not at all, and what is found is a part of the field.
 * SPDX-License-Identifier: MIT */
#include "http/cookie.h"

#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The plain way: splits at every semicolon and counts. */
static int count(Str field, Str name, Str *ret_value)
{
    int found = 0, pairs = 0;
    while (field.len > 0) {
        Str pair, key, value;
        (void)str_cut(field, ';', &pair, &field);
        pairs++;
        if (str_cut(str_trim(pair, " \t"), '=', &key, &value) && str_eq(key, name)) {
            *ret_value = value;
            found++;
        }
    }
    return pairs > LIMIT_COOKIES ? 0 : found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    Str field = str_of(data, size);
    Str value = S("untouched"), expected = {0}, again;
    bool is_found = cookie_get(field, S("sid"), &value);
    CHECK_EQ(is_found, count(field, S("sid"), &expected) == 1);
    if (is_found) {
        CHECK(value.data == expected.data && value.len == expected.len);
        CHECK(value.data + value.len <= field.data + field.len && str_find(value, ';') < 0);
        Str written = str_format(&arena, "a=b; sid=%.*s", STR_ARG(value));
        CHECK(str_find(value, '\0') >= 0 ||
              (cookie_get(written, S("sid"), &again) && str_eq(again, value)));
    } else {
        CHECK(str_eq(value, S("untouched")));
    }
    arena_finish(&arena);
    return 0;
}
