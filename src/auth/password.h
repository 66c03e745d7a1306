/* password.h -- hashing and checking passwords: argon2id (RFC 9106), m = 19 MiB, t = 2, p = 1.
 *
 * Both functions take tens of milliseconds of CPU: never on a loop or lane thread. PHC strings.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/err.h"

/* `least` code points (the setting) to LIMIT_PASSWORD bytes, UTF-8, no NUL, not the handle itself,
 * not one of the passwords that everybody tries first (password_common.h). */
MUST_USE bool password_check_rules(Str password, Str handle, int64_t least, struct err *err);
/* How many characters it lacks of the least number; 0: none. */
int64_t password_missing(Str password, int64_t least);
MUST_USE bool password_hash(struct arena *arena, Str password, Str *ret_hash, struct err *err);
/* Constant time for any stored hash; an empty `hash` costs the same work and is always false, so that
 * an unknown person takes as long as a wrong password. */
bool password_verify(Str hash, Str password);
