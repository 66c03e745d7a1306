/* fuzz_words.c -- names and messages: what was cleaned is in bounds, and clean the second time.
 * SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/limits.h"
#include "chat/message.h"
#include "chat/person.h"
#include "chat/room.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool (*Clean)(struct arena *arena, Str input, Str *ret_clean, struct err *err);

static void check(Clean clean, Str input, size_t max)
{
    struct arena arena = {0};
    struct err err = {0};
    Str first = S("untouched"), second;
    if (clean(&arena, input, &first, &err)) {
        CHECK(first.len >= 1 && first.len <= max && str_is_utf8(first) &&
              str_find(first, '\0') < 0);
        CHECK(clean(&arena, first, &second, &err) && str_eq(first, second));
    } else {
        CHECK(err.kind == ERR_INPUT && str_eq(first, S("untouched")));
    }
    arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str input = str_of(data, size);
    check(room_name_clean, input, LIMIT_ROOM_NAME);
    check(person_name_clean, input, LIMIT_PERSON_NAME);
    check(person_handle_fold, input, LIMIT_HANDLE);
    check(message_body_clean, input, LIMIT_MESSAGE);
    return 0;
}
