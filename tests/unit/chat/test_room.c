/* test_room.c -- names of rooms, and who may do what in one.
 * SPDX-License-Identifier: MIT */
#include "chat/room.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "tests/support/cmocka_all.h"

/* A null `expected` means that it is refused. */
static void assert_name(Str input, const char *expected)
{
    struct arena arena = {0};
    struct err err = {0};
    Str name = S("untouched");
    assert_int_equal(room_name_clean(&arena, input, &name, &err), expected != NULL);
    assert_int_equal(err.kind, expected != NULL ? ERR_NONE : ERR_INPUT);
    assert_true(str_eq(name, expected != NULL ? str_from_z(expected) : S("untouched")));
    arena_finish(&arena);
}

static void names_are_clean_and_bounded(void **state)
{
    char name[LIMIT_ROOM_NAME + 2];
    (void)state;
    memset(name, 'r', sizeof(name));
    name[LIMIT_ROOM_NAME] = '\0';
    assert_name(S("  Kitchen \t"), "Kitchen");
    assert_name(S("Ka\xCC\x88"
                  "fer"),
                "K\xC3\xA4"
                "fer"); /* composed: one spelling */
    assert_name(str_of(name, LIMIT_ROOM_NAME), name);
    name[LIMIT_ROOM_NAME] = 'r';
    assert_name(str_of(name, LIMIT_ROOM_NAME + 1), NULL);
    assert_name(S(""), NULL);
    assert_name(S(" \xE2\x80\x8B "), NULL); /* nothing to see */
    assert_name(S("a\nb"), NULL);
    assert_name(S("a\0b"), NULL);
    assert_name(S("\xE2\x80\xAE"
                  "gpj.exe"),
                NULL); /* turns the reading direction */
    assert_name(S("a\xFF"), NULL);
}

static void whoever_left_neither_reads_nor_posts(void **state)
{
    (void)state;
    assert_false(room_may_read(MEMBER_LEFT));
    assert_false(room_may_post(MEMBER_LEFT));
    assert_true(room_may_read(MEMBER_PLAIN) && room_may_post(MEMBER_PLAIN));
    assert_true(room_may_read(MEMBER_MODERATOR) && room_may_post(MEMBER_MODERATOR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_clean_and_bounded),
        cmocka_unit_test(whoever_left_neither_reads_nor_posts),
    };
    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
