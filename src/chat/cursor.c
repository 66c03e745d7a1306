/* cursor.c -- see cursor.h.
 * SPDX-License-Identifier: MIT */
#include "chat/cursor.h"

enum { EPOCH_MAX = 32, SEQ_DIGITS_MAX = 19 };

static bool is_epoch(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && c != '-') {
            return false;
        }
    }
    return s.len >= 1 && s.len <= EPOCH_MAX;
}

bool cursor_parse(Str s, Cursor *ret_cursor)
{
    Cursor cursor;
    Str seq;
    if (!str_cut(s, ':', &cursor.epoch, &seq) || !is_epoch(cursor.epoch) ||
        seq.len > SEQ_DIGITS_MAX || !str_to_i64(seq, &cursor.seq) || cursor.seq < 0) {
        return false;
    }
    *ret_cursor = cursor;
    return true;
}

Str cursor_format(struct arena *arena, Str epoch, Seq seq)
{
    return str_format(arena, "%.*s:%lld", STR_ARG(epoch), (long long)seq);
}
