/* test_rights.c -- how people stand to rooms, and what each may.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "chat/message.h"
#include "chat/rights.h"
#include "tests/support/cmocka_all.h"

static enum standing standing(enum room_kind kind, enum member_role role, enum person_role person)
{
    return rights_standing(kind, role, person, PERSON_ACTIVE);
}

static void who_is_not_in_a_closed_room_is_a_stranger_to_it(void **state)
{
    static const enum room_kind closed[] = {ROOM_PRIVATE, ROOM_DIRECT, ROOM_THREAD};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
        assert_int_equal(standing(closed[i], MEMBER_LEFT, PERSON_MEMBER), STANDING_STRANGER);
        assert_int_equal(standing(closed[i], MEMBER_LEFT, PERSON_ADMIN), STANDING_STRANGER);
    }
    assert_int_equal(standing(ROOM_OPEN, MEMBER_LEFT, PERSON_MEMBER), STANDING_OUTSIDE);
    assert_int_equal(standing(ROOM_OPEN, MEMBER_LEFT, PERSON_ADMIN), STANDING_OUTSIDE);
}

static void an_admin_moderates_the_rooms_that_they_are_in(void **state)
{
    (void)state;
    assert_int_equal(standing(ROOM_OPEN, MEMBER_PLAIN, PERSON_MEMBER), STANDING_MEMBER);
    assert_int_equal(standing(ROOM_OPEN, MEMBER_MODERATOR, PERSON_MEMBER), STANDING_MODERATOR);
    assert_int_equal(standing(ROOM_PRIVATE, MEMBER_PLAIN, PERSON_ADMIN), STANDING_MODERATOR);
}

/* Z05: a conversation of two is nobody's to rename, to enter or to leave. */
static void Z05_nobody_arranges_a_direct_conversation(void **state)
{
    static const enum right rights[] = {RIGHT_JOIN, RIGHT_LEAVE, RIGHT_RENAME, RIGHT_TOPIC};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
        assert_false(rights_may(standing(ROOM_DIRECT, MEMBER_MODERATOR, PERSON_ADMIN), rights[i]));
        assert_false(rights_may(standing(ROOM_THREAD, MEMBER_MODERATOR, PERSON_ADMIN), rights[i]));
    }
    assert_true(rights_may(standing(ROOM_DIRECT, MEMBER_PLAIN, PERSON_MEMBER), RIGHT_KNOW));
}

static void a_disabled_account_may_nothing(void **state)
{
    enum standing disabled =
        rights_standing(ROOM_OPEN, MEMBER_MODERATOR, PERSON_ADMIN, PERSON_DISABLED);
    (void)state;
    for (int right = 0; right < RIGHT_COUNT; right++) {
        assert_false(rights_may(disabled, (enum right)right));
    }
}

static void each_may_what_the_table_says(void **state)
{
    (void)state;
    assert_true(rights_may(STANDING_OUTSIDE, RIGHT_KNOW));
    assert_true(rights_may(STANDING_OUTSIDE, RIGHT_JOIN));
    assert_false(rights_may(STANDING_OUTSIDE, RIGHT_TOPIC));
    assert_true(rights_may(STANDING_MEMBER, RIGHT_LEAVE));
    assert_false(rights_may(STANDING_MEMBER, RIGHT_RENAME));
    assert_false(rights_may(STANDING_MEMBER, RIGHT_TOPIC));
    assert_true(rights_may(STANDING_MODERATOR, RIGHT_RENAME));
    assert_true(rights_may(STANDING_MODERATOR, RIGHT_TOPIC));
    assert_false(rights_may(STANDING_STRANGER, RIGHT_KNOW));
}

static void what_happened_to_a_room_is_nobodys_to_change(void **state)
{
    struct message joined = {.author = 1, .event = CHANGE_JOIN};
    struct message written = {.author = 1};
    (void)state;
    assert_true(message_may_change(&written, 1, PERSON_MEMBER));
    assert_false(message_may_change(&joined, 1, PERSON_MEMBER));
    assert_false(message_may_change(&joined, 2, PERSON_ADMIN));
}

/* U03, U08, U10 */
static void U03_U08_U10_a_topic_is_one_clean_line_or_none(void **state)
{
    struct arena arena = {0};
    struct err err = {0};
    Str topic = S("x");
    char longest[LIMIT_TOPIC + 2];
    static const char *const bad[] = {"\xE2\x80\x8B",
                                      "\xCC\x81",
                                      "a\nb",
                                      "a\x1B[0m",
                                      "\xE2\x80\xAE"
                                      "x",
                                      "a\xE2\x80\xA8"
                                      "b",
                                      "a\xC2\x85"
                                      "b"};
    (void)state;
    assert_true(room_topic_clean(&arena, S(" \t "), &topic, &err));
    assert_int_equal(topic.len, 0);
    assert_true(room_topic_clean(&arena, S(" Tools, and who has them "), &topic, &err));
    assert_true(str_eq(topic, S("Tools, and who has them")));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        err = (struct err){0};
        assert_false(room_topic_clean(&arena, str_from_z(bad[i]), &topic, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    memset(longest, 'x', sizeof(longest));
    assert_true(room_topic_clean(&arena, str_of(longest, LIMIT_TOPIC), &topic, &err));
    assert_false(room_topic_clean(&arena, str_of(longest, LIMIT_TOPIC + 1), &topic, &err));
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_not_in_a_closed_room_is_a_stranger_to_it),
        cmocka_unit_test(an_admin_moderates_the_rooms_that_they_are_in),
        cmocka_unit_test(Z05_nobody_arranges_a_direct_conversation),
        cmocka_unit_test(a_disabled_account_may_nothing),
        cmocka_unit_test(each_may_what_the_table_says),
        cmocka_unit_test(what_happened_to_a_room_is_nobodys_to_change),
        cmocka_unit_test(U03_U08_U10_a_topic_is_one_clean_line_or_none),
    };
    return cmocka_run_group_tests_name("chat/rights", tests, NULL, NULL);
}
