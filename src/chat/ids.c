/* ids.c -- see ids.h.
 * SPDX-License-Identifier: MIT */
#include "chat/ids.h"

bool id_parse(Str s, int64_t *ret_id)
{
    int64_t id;
    if (!str_to_i64(s, &id) || id <= 0) {
        return false;
    }
    *ret_id = id;
    return true;
}
