/* room.c -- see room.h.
 * SPDX-License-Identifier: MIT */
#include "chat/room.h"

#include "chat/words.h"
#include "base/limits.h"

bool room_name_clean(struct arena *arena, Str input, Str *ret_name, struct err *err)
{
    return words_clean(arena, input, LIMIT_ROOM_NAME, "the room's name", ret_name, err);
}

bool room_topic_clean(struct arena *arena, Str input, Str *ret_topic, struct err *err)
{
    if (str_trim(input, " \t\r\n").len == 0) {
        *ret_topic = (Str){0};
        return true;
    }
    return words_clean(arena, input, LIMIT_TOPIC, "the topic", ret_topic, err);
}

bool room_may_read(enum member_role role)
{
    return role != MEMBER_LEFT;
}

bool room_may_post(enum member_role role)
{
    return role != MEMBER_LEFT;
}
