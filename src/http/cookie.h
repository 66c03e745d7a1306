/* cookie.h -- reading Cookie (RFC 6265 section 4.2) and writing Set-Cookie. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/clock.h"

/* The value of `name` in a Cookie field. False when it is absent, given twice, or beyond
 * LIMIT_COOKIES: whoever sends two sessions is nobody. */
MUST_USE bool cookie_get(Str field, Str name, Str *ret_value);
/* "name=value; Path=/; HttpOnly; SameSite=Lax; Max-Age=…" and "; Secure" when asked; max_age_s 0 ends
 * the cookie. */
Str cookie_format(struct arena *arena, Str name, Str value, int64_t max_age_s, bool is_secure);
