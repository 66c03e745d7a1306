/* router.h -- matching a path against patterns like "/rooms/:id/messages/:seq". Pure.
 *
 * A ":name" takes one non-empty segment. There is no other syntax, no precedence and no trailing
 * slash: the first pattern that fits wins. The table itself is web/routes.c.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

enum { ROUTER_PARAMS = 4 };

struct router_params {
    Str values[ROUTER_PARAMS]; /* in the order of the pattern */
    size_t count;
};

bool router_match(const char *pattern, Str path, struct router_params *ret_params);
