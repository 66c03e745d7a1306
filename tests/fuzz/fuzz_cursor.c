/* fuzz_cursor.c -- cursors and ids have one spelling: what is parsed is written back byte for byte.
 * SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "chat/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    Str text = str_of(data, size);
    Cursor cursor = {.seq = -7};
    int64_t id = -7;
    if (cursor_parse(text, &cursor)) {
        CHECK(cursor.epoch.len >= 1 && cursor.epoch.len <= 32 && cursor.seq >= 0);
        CHECK(str_eq(cursor_format(&arena, cursor.epoch, cursor.seq), text));
    } else {
        CHECK_EQ(cursor.seq, -7);
    }
    if (id_parse(text, &id)) {
        CHECK(id > 0 && str_eq(str_format(&arena, "%lld", (long long)id), text));
    } else {
        CHECK_EQ(id, -7);
    }
    arena_finish(&arena);
    return 0;
}
