/* test_store_house.c -- the first person, the invitation, who comes in by it; passwords and
 * profiles. SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "tests/support/store_fixture.h"

static int set_up(void **state)
{
    static struct store_fixture fixture;
    store_fixture_make(&fixture);
    store_fixture_open(&fixture);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    store_fixture_remove(*state);
    return 0;
}

static struct store_setup setup_of(const char *handle, int token)
{
    return (struct store_setup){
        .op.verb = STORE_SETUP,
        .room = {.name = S("Front room"), .now_ms = 5},
        .person = {.handle = str_from_z(handle),
                   .name = str_from_z(handle),
                   .role = PERSON_ADMIN,
                   .password_hash = S("hash"),
                   .now_ms = 5},
        .session = {.token_hash = {(uint8_t)token}, .now_ms = 5},
        .code = S("first-code"),
    };
}

static struct store_join join_of(const char *handle, const char *code, int token)
{
    return (struct store_join){
        .op.verb = STORE_JOIN,
        .needs_code = code != NULL,
        .code = str_from_z(code),
        .person = {.handle = str_from_z(handle),
                   .name = str_from_z(handle),
                   .role = PERSON_MEMBER,
                   .password_hash = S("hash"),
                   .now_ms = 6},
        .session = {.token_hash = {(uint8_t)token}, .now_ms = 6},
    };
}

static enum err_kind ask_join(struct store_fixture *fixture, struct store_join *join)
{
    enum err_kind kind = store_fixture_ask(fixture, &join->op);
    arena_finish(&join->session.op.arena);
    return kind;
}

static void settle(struct store_fixture *fixture)
{
    struct store_setup setup = setup_of("ada", 1);
    assert_int_equal(store_fixture_ask(fixture, &setup.op), ERR_NONE);
    assert_int_equal(setup.person.id, 1);
    assert_int_equal(setup.room.id, 1);
}

/* Whose session it is, or 0. */
static PersonId who_is(struct store_fixture *fixture, int token)
{
    struct store_session_find find = {
        .op.verb = STORE_SESSION_FIND, .token_hash = {(uint8_t)token}, .now_ms = 10};
    PersonId id = store_fixture_ask(fixture, &find.op) == ERR_NONE ? find.person.id : 0;
    arena_finish(&find.op.arena);
    return id;
}

static int count(struct store_fixture *fixture, const char *sql)
{
    store_fixture_close(fixture);
    int number = (int)store_fixture_number(fixture, sql);
    store_fixture_open(fixture);
    return number;
}

static void an_empty_house_is_not_settled(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_house house = {.op.verb = STORE_HOUSE};
    assert_int_equal(store_fixture_ask(fixture, &house.op), ERR_NONE);
    assert_false(house.is_settled);
    assert_str_equal(house.code, "");
    arena_finish(&house.op.arena);
}

static void the_first_person_gets_all_in_one_transaction(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_house house = {.op.verb = STORE_HOUSE};
    struct store_room_list rooms = {.op.verb = STORE_ROOM_LIST, .person = 1};
    struct store_person_get get = {.op.verb = STORE_PERSON_GET, .id = 1, .now_ms = 10};
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &house.op), ERR_NONE);
    assert_true(house.is_settled);
    assert_str_equal(house.code, "first-code");
    assert_str_equal(house.inviter, "ada");
    assert_str_equal(house.host, "ada");
    assert_int_equal(store_fixture_ask(fixture, &rooms.op), ERR_NONE);
    assert_int_equal(rooms.room_count, 1);
    assert_str_equal(rooms.rooms[0].name, "Front room");
    assert_int_equal(store_fixture_ask(fixture, &get.op), ERR_NONE);
    assert_int_equal(get.person.role, PERSON_ADMIN);
    assert_int_equal(get.sessions, 1);
    assert_int_equal(who_is(fixture, 1), 1);
    arena_finish(&house.op.arena);
    arena_finish(&rooms.op.arena);
    arena_finish(&get.op.arena);
}

static void a_second_first_person_is_refused_and_writes_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_setup again = setup_of("eve", 2);
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &again.op), ERR_CONFLICT);
    assert_int_equal(who_is(fixture, 2), 0);
    assert_int_equal(count(fixture, "SELECT count(*) FROM room"), 1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM person"), 1);
    assert_int_equal(count(fixture, "SELECT last FROM counter WHERE name = 'room'"), 1);
}

static void a_code_lets_in_again_and_again(void **state)
{
    struct store_fixture *fixture = *state;
    settle(fixture);
    for (int i = 2; i <= 4; i++) {
        const char *handles[] = {"bob", "cy", "dan"};
        struct store_join join = join_of(handles[i - 2], "first-code", i);
        assert_int_equal(ask_join(fixture, &join), ERR_NONE);
        assert_int_equal(join.person.id, i);
        assert_int_equal(join.room, 1);
        assert_int_equal(who_is(fixture, i), i);
    }
}

static void a_wrong_code_or_a_taken_handle_writes_nothing(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_join wrong = join_of("bob", "other-code", 2);
    struct store_join empty = join_of("bob", "", 2);
    struct store_join taken = join_of("ada", "first-code", 2);
    settle(fixture);
    assert_int_equal(ask_join(fixture, &wrong), ERR_MISSING);
    assert_int_equal(ask_join(fixture, &empty), ERR_MISSING);
    assert_int_equal(ask_join(fixture, &taken), ERR_CONFLICT);
    assert_int_equal(who_is(fixture, 2), 0);
    assert_int_equal(count(fixture, "SELECT count(*) FROM person"), 1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM session"), 1);
}

static void an_open_house_needs_no_code(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_join join = join_of("bob", NULL, 2);
    settle(fixture);
    assert_int_equal(ask_join(fixture, &join), ERR_NONE);
    assert_int_equal(who_is(fixture, 2), join.person.id);
}

static void without_a_room_one_still_comes_in(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_join join = join_of("bob", NULL, 2);
    assert_int_equal(ask_join(fixture, &join), ERR_NONE);
    assert_int_equal(join.room, 0);
}

static void a_new_link_ends_the_old_at_once(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_invite invite = {
        .op.verb = STORE_INVITE, .person = 1, .code = S("second-code"), .now_ms = 7};
    struct store_join old = join_of("bob", "first-code", 2);
    struct store_join new = join_of("bob", "second-code", 2);
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &invite.op), ERR_NONE);
    assert_int_equal(ask_join(fixture, &old), ERR_MISSING);
    assert_int_equal(ask_join(fixture, &new), ERR_NONE);
    invite.person = new.person.id; /* no admin */
    invite.code = S("third-code");
    assert_int_equal(store_fixture_ask(fixture, &invite.op), ERR_DENIED);
    invite.person = 99;
    assert_int_equal(store_fixture_ask(fixture, &invite.op), ERR_DENIED);
    assert_int_equal(count(fixture, "SELECT count(*) FROM invitation WHERE code = 'second-code'"),
                     1);
    assert_int_equal(count(fixture, "SELECT count(*) FROM invitation"), 1);
}

/* --- passwords and profiles ------------------------------------------------------------------- */

static enum err_kind set_password(struct store_fixture *fixture, struct store_password_set *set,
                                  const char *old_hash, int token)
{
    *set = (struct store_password_set){.op.verb = STORE_PASSWORD_SET,
                                       .person = 1,
                                       .old_hash = str_from_z(old_hash),
                                       .new_hash = S("new hash"),
                                       .session = {.token_hash = {(uint8_t)token}},
                                       .now_ms = 8};
    return store_fixture_ask(fixture, &set->op);
}

static void a_new_password_ends_every_session_and_begins_one(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_password_set set;
    struct store_session_add other = {
        .op.verb = STORE_SESSION_ADD, .person = 1, .token_hash = {2}, .now_ms = 7};
    struct store_join bob = join_of("bob", NULL, 3);
    struct store_person_find find = {.op.verb = STORE_PERSON_FIND, .handle = S("ada")};
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &other.op), ERR_NONE);
    assert_int_equal(ask_join(fixture, &bob), ERR_NONE);
    assert_int_equal(set_password(fixture, &set, "hash", 4), ERR_NONE);
    assert_int_equal(set.session.ended_count, 2);
    assert_int_equal(set.session.ended[0].person, 1);
    assert_int_equal(set.session.ended[0].token_hash[0] + set.session.ended[1].token_hash[0], 3);
    assert_int_equal(who_is(fixture, 1), 0);
    assert_int_equal(who_is(fixture, 2), 0);
    assert_int_equal(who_is(fixture, 3), bob.person.id);
    assert_int_equal(who_is(fixture, 4), 1);
    assert_int_equal(store_fixture_ask(fixture, &find.op), ERR_NONE);
    assert_str_equal(find.password_hash, "new hash");
    arena_finish(&find.op.arena);
    arena_finish(&set.session.op.arena);
}

static void a_password_that_changed_meanwhile_is_not_replaced(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_password_set set;
    settle(fixture);
    assert_int_equal(set_password(fixture, &set, "another hash", 4), ERR_CONFLICT);
    assert_int_equal(who_is(fixture, 1), 1);
    assert_int_equal(who_is(fixture, 4), 0);
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "UPDATE person SET state = 2");
    store_fixture_open(fixture);
    assert_int_equal(set_password(fixture, &set, "hash", 4), ERR_CONFLICT);
}

static void a_new_session_ends_the_one_that_the_browser_came_with(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_session_add add = {.op.verb = STORE_SESSION_ADD,
                                    .person = 1,
                                    .token_hash = {2},
                                    .has_old = true,
                                    .old_hash = {1},
                                    .now_ms = 7};
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    assert_int_equal(add.ended_count, 1);
    assert_int_equal(add.ended[0].person, 1);
    assert_int_equal(add.ended[0].token_hash[0], 1);
    assert_int_equal(who_is(fixture, 1), 0);
    assert_int_equal(who_is(fixture, 2), 1);
    arena_finish(&add.op.arena);
}

static void a_session_above_the_limit_is_named(void **state)
{
    struct store_fixture *fixture = *state;
    settle(fixture);
    for (int i = 2; i <= LIMIT_SESSIONS_PER_PERSON + 1; i++) {
        struct store_session_add add = {.op.verb = STORE_SESSION_ADD,
                                        .person = 1,
                                        .token_hash = {(uint8_t)i},
                                        .now_ms = i + 10};
        assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
        assert_int_equal(add.ended_count, i > LIMIT_SESSIONS_PER_PERSON);
        assert_int_equal(i > LIMIT_SESSIONS_PER_PERSON ? add.ended[0].token_hash[0] : 1, 1);
        arena_finish(&add.op.arena);
    }
}

static void a_profile_is_shown_as_it_was_set(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_profile_set set = {.op.verb = STORE_PROFILE_SET,
                                    .person = 1,
                                    .name = S("Ada Lovelace"),
                                    .bio = S("Counts.\nWrites.")};
    struct store_person_get get = {.op.verb = STORE_PERSON_GET, .id = 1, .now_ms = 10};
    struct store_person_get none = {.op.verb = STORE_PERSON_GET, .id = 2, .now_ms = 10};
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &set.op), ERR_NONE);
    assert_int_equal(store_fixture_ask(fixture, &get.op), ERR_NONE);
    assert_str_equal(get.person.name, "Ada Lovelace");
    assert_str_equal(get.person.handle, "ada");
    assert_str_equal(get.bio, "Counts.\nWrites.");
    assert_int_equal(store_fixture_ask(fixture, &none.op), ERR_MISSING);
    set.person = 2;
    assert_int_equal(store_fixture_ask(fixture, &set.op), ERR_MISSING);
    arena_finish(&get.op.arena);
}

static void only_live_sessions_are_counted(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_person_get get = {.op.verb = STORE_PERSON_GET,
                                   .id = 1,
                                   .now_ms =
                                       (Millis)LIMIT_SESSION_IDLE_DAYS * 24 * 3600 * 1000 + 5};
    settle(fixture);
    assert_int_equal(store_fixture_ask(fixture, &get.op), ERR_NONE);
    assert_int_equal(get.sessions, 0);
    arena_finish(&get.op.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_house_is_not_settled),
        TEST(the_first_person_gets_all_in_one_transaction),
        TEST(a_second_first_person_is_refused_and_writes_nothing),
        TEST(a_code_lets_in_again_and_again),
        TEST(a_wrong_code_or_a_taken_handle_writes_nothing),
        TEST(an_open_house_needs_no_code),
        TEST(without_a_room_one_still_comes_in),
        TEST(a_new_link_ends_the_old_at_once),
        TEST(a_new_password_ends_every_session_and_begins_one),
        TEST(a_password_that_changed_meanwhile_is_not_replaced),
        TEST(a_new_session_ends_the_one_that_the_browser_came_with),
        TEST(a_session_above_the_limit_is_named),
        TEST(a_profile_is_shown_as_it_was_set),
        TEST(only_live_sessions_are_counted),
    };
    return cmocka_run_group_tests_name("store_house", tests, NULL, NULL);
}
