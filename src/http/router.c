/* router.c -- see router.h.
 * SPDX-License-Identifier: MIT */
#include "http/router.h"

bool router_match(const char *pattern, Str path, struct router_params *ret_params)
{
    Str rest = str_from_z(pattern);
    ret_params->count = 0;
    while (rest.len > 0 && path.len > 0) {
        Str wanted;
        Str segment;
        bool wants_more = str_cut(str_skip(rest, 1), '/', &wanted, &rest);
        bool has_more = str_cut(str_skip(path, 1), '/', &segment, &path);
        if (wants_more != has_more) {
            return false;
        }
        if (wanted.len > 0 && wanted.data[0] == ':') {
            CHECK(ret_params->count < ROUTER_PARAMS);
            ret_params->values[ret_params->count++] = segment;
            if (segment.len == 0) {
                return false;
            }
        } else if (!str_eq(wanted, segment)) {
            return false;
        }
        if (!wants_more) {
            return true;
        }
        /* Give the separator back, so that every round begins at one. */
        rest = (Str){.data = rest.data - 1, .len = rest.len + 1};
        path = (Str){.data = path.data - 1, .len = path.len + 1};
    }
    return false;
}
