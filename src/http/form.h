/* form.h -- application/x-www-form-urlencoded, as in forms and queries.
 *
 * At most LIMIT_FORM_PARAMS parameters, values valid UTF-8 without NUL; a name given twice is
 * refused, so that no two readers disagree. Linear in the input. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "base/err.h"
#include "base/limits.h"

struct form_param {
    Str name;
    Str value; /* decoded */
};

struct form {
    struct form_param params[LIMIT_FORM_PARAMS];
    size_t count;
};

/* ERR_INPUT says what is wrong. */
MUST_USE bool form_parse(struct arena *arena, Str encoded, struct form *ret_form, struct err *err);
/* The value; empty when absent. form_has tells the difference. */
Str form_get(const struct form *form, Str name);
bool form_has(const struct form *form, Str name);
