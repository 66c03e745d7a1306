/* cursor.h -- how far a page has followed a room: EPOCH:SEQ.
 *
 * The epoch names one unbroken life of the store: restoring a backup draws a new one, so a cursor
 * from a life that was rewound is recognised and its page reloads. Grammar: [0-9a-f-]{1,32} ":"
 * [0-9]{1,19}. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/ids.h"

typedef struct {
    Str epoch; /* points into what was parsed */
    Seq seq;   /* 0: from the beginning */
} Cursor;

MUST_USE bool cursor_parse(Str s, Cursor *ret_cursor);
Str cursor_format(struct arena *arena, Str epoch, Seq seq);
