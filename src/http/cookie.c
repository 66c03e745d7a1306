/* cookie.c -- see cookie.h.
 * SPDX-License-Identifier: MIT */
#include "http/cookie.h"

#include "base/limits.h"

bool cookie_get(Str field, Str name, Str *ret_value)
{
    Str found = {0};
    for (int i = 0; field.len > 0; i++) {
        Str pair;
        Str key;
        Str value;
        if (i == LIMIT_COOKIES) {
            return false;
        }
        (void)str_cut(field, ';', &pair, &field);
        if (!str_cut(str_trim(pair, " \t"), '=', &key, &value) || !str_eq(key, name)) {
            continue;
        }
        if (found.data != NULL) {
            return false;
        }
        found = value;
    }
    if (found.data == NULL) {
        return false;
    }
    *ret_value = found;
    return true;
}

Str cookie_format(struct arena *arena, Str name, Str value, int64_t max_age_s, bool is_secure)
{
    return str_format(arena, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
                      STR_ARG(name), STR_ARG(value), (long long)max_age_s,
                      is_secure ? "; Secure" : "");
}
