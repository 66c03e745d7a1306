/* test_store_names.c -- whose handle is shown, and what becomes of a file from before it was.
 * SPDX-License-Identifier: MIT */
#include <sql_catalogue.h>

#include "tests/support/store_fixture.h"

static int make(void **state)
{
    static struct store_fixture fixture;
    store_fixture_make(&fixture);
    *state = &fixture;
    return 0;
}

static int unmake(void **state)
{
    store_fixture_remove(*state);
    return 0;
}

static PersonId add(struct store_fixture *fixture, const char *handle, const char *name)
{
    struct store_person_add add = {.op.verb = STORE_PERSON_ADD,
                                   .handle = str_from_z(handle),
                                   .name = str_from_z(name),
                                   .role = PERSON_MEMBER,
                                   .now_ms = 1};
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    arena_finish(&add.op.arena);
    return add.id;
}

static void rename_to(struct store_fixture *fixture, PersonId person, const char *name)
{
    struct store_profile_set set = {
        .op.verb = STORE_PROFILE_SET, .person = person, .name = str_from_z(name)};
    assert_int_equal(store_fixture_ask(fixture, &set.op), ERR_NONE);
    arena_finish(&set.op.arena);
}

/* What stands behind somebody's name, as a message of theirs says it. */
static void assert_shown(struct store_fixture *fixture, PersonId person, const char *handle)
{
    static int nonces;
    char nonce[16];
    (void)snprintf(nonce, sizeof(nonce), "n%d", ++nonces);
    struct store_post post = store_fixture_post_of(1, person, nonce, "Hello");
    assert_int_equal(store_fixture_ask(fixture, &post.op), ERR_NONE);
    assert_str_equal(post.message.author_handle, handle);
    arena_finish(&post.op.arena);
}

static void who_comes_second_shows_the_handle(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    PersonId first = add(fixture, "anna", "Anna Berg");
    PersonId second = add(fixture, "anna2", "\u0410nna Berg");
    PersonId third = add(fixture, "anna3", "ANNA BERG");
    PersonId other = add(fixture, "bob", "Bob");
    assert_shown(fixture, first, "");
    assert_shown(fixture, second, "anna2");
    assert_shown(fixture, third, "anna3");
    assert_shown(fixture, other, "");
}

static void a_name_is_judged_when_its_owner_saves_it(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    PersonId first = add(fixture, "anna", "Anna");
    PersonId second = add(fixture, "anna2", "Anna");
    rename_to(fixture, first, "anna"); /* the first one's own name, another way */
    assert_shown(fixture, first, "");
    rename_to(fixture, second, "Anna");
    assert_shown(fixture, second, "anna2");
    rename_to(fixture, second, "Berta");
    assert_shown(fixture, second, "");
    rename_to(fixture, second, "\u0391nna");
    assert_shown(fixture, second, "anna2");
    rename_to(fixture, first, "Clara"); /* nobody else's name changes by it */
    assert_shown(fixture, first, "");
    assert_shown(fixture, second, "anna2");
    rename_to(fixture, second, "Anna");
    assert_shown(fixture, second, "");
    rename_to(fixture, first, "Anna");
    assert_shown(fixture, first, "anna");
}

static void who_writes_a_handle_into_the_name_shows_their_own(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    PersonId sly = add(fixture, "sly", "Anna \uff20anna");
    assert_shown(fixture, sly, "sly");
    rename_to(fixture, sly, "Anna");
    assert_shown(fixture, sly, "");
}

static void a_disabled_account_keeps_its_name(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    (void)add(fixture, "anna", "Anna");
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "UPDATE person SET state = 2");
    store_fixture_open(fixture);
    PersonId second = add(fixture, "anna2", "Anna");
    assert_shown(fixture, second, "anna2");
}

/* --- everywhere that names are read ----------------------------------------------------------- */

static void each_read_says_what_stands_behind_a_name(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    RoomId yard = store_fixture_room(fixture, "Yard");
    (void)add(fixture, "anna", "Anna");
    PersonId second = add(fixture, "anna2", "Anna");
    Seq seq = store_fixture_post(fixture, yard, second, "n", "Hello");
    struct store_message_get get = {.op.verb = STORE_MESSAGE_GET, .room = yard, .seq = seq};
    assert_int_equal(store_fixture_ask(fixture, &get.op), ERR_NONE);
    assert_str_equal(get.message.author_handle, "anna2");
    struct store_message_page page = {
        .op.verb = STORE_MESSAGE_PAGE, .room = yard, .from = STORE_PAGE_NEWEST, .limit = 10};
    assert_int_equal(store_fixture_ask(fixture, &page.op), ERR_NONE);
    assert_str_equal(page.messages.items[0].author_handle, "anna2");
    struct store_message_page below = {.op.verb = STORE_MESSAGE_PAGE,
                                       .room = yard,
                                       .from = STORE_PAGE_AFTER,
                                       .seq = 0,
                                       .limit = 10};
    assert_int_equal(store_fixture_ask(fixture, &below.op), ERR_NONE);
    assert_str_equal(below.messages.items[0].author_handle, "anna2");
    struct store_replay replay = {.op.verb = STORE_REPLAY, .room = yard};
    assert_int_equal(store_fixture_ask(fixture, &replay.op), ERR_NONE);
    assert_str_equal(replay.messages.items[0].author_handle, "anna2");
    struct store_room_members members = {.op.verb = STORE_ROOM_MEMBERS, .room = yard};
    assert_int_equal(store_fixture_ask(fixture, &members.op), ERR_NONE);
    assert_str_equal(members.members[0].shown_handle, "");
    assert_str_equal(members.members[1].shown_handle, "anna2");
    arena_finish(&get.op.arena);
    arena_finish(&page.op.arena);
    arena_finish(&below.op.arena);
    arena_finish(&replay.op.arena);
    arena_finish(&members.op.arena);
}

static void so_does_each_change(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    RoomId yard = store_fixture_room(fixture, "Yard");
    (void)add(fixture, "anna", "Anna");
    PersonId second = add(fixture, "anna2", "Anna");
    Seq seq = store_fixture_post(fixture, yard, second, "n", "Hello");
    struct store_message_change edit = {.op.verb = STORE_MESSAGE_CHANGE,
                                        .room = yard,
                                        .seq = seq,
                                        .actor = second,
                                        .kind = CHANGE_EDIT,
                                        .body = S("Hello all"),
                                        .now_ms = 2};
    assert_int_equal(store_fixture_ask(fixture, &edit.op), ERR_NONE);
    assert_str_equal(edit.message.author_handle, "anna2");
    struct store_room_change leave = {.op.verb = STORE_ROOM_CHANGE,
                                      .room = yard,
                                      .actor = second,
                                      .kind = CHANGE_LEAVE,
                                      .now_ms = 3};
    assert_int_equal(store_fixture_ask(fixture, &leave.op), ERR_NONE);
    assert_str_equal(leave.message.author_handle, "anna2");
    arena_finish(&edit.op.arena);
    arena_finish(&leave.op.arena);
}

/* --- a file from before ----------------------------------------------------------------------- */

enum { BEFORE_NAMES = 3, CROWD = 1201 };

/* A file as the schema before names had keys left it. */
static void make_old(struct store_fixture *fixture)
{
    for (int i = 0; i < BEFORE_NAMES; i++) {
        store_fixture_exec(fixture, sql_migrations[i].text);
    }
    store_fixture_exec(fixture, "PRAGMA journal_mode=WAL; PRAGMA application_id=1348563564;"
                                "PRAGMA user_version=3");
}

static void those_of_an_older_file_are_judged_in_their_order(void **state)
{
    struct store_fixture *fixture = *state;
    make_old(fixture);
    store_fixture_exec(
        fixture, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201) "
                 "INSERT INTO person (id, handle, name, role, password_hash, state, created_ms) "
                 "SELECT i, 'h' || i, CASE i % 2 WHEN 0 THEN 'Anna' ELSE 'Name ' || (i * 2 + 7000) "
                 "END, 1, '', 1, 1 FROM n; UPDATE counter SET last = 1201 WHERE name = 'person'");
    store_fixture_open(fixture);
    store_fixture_close(fixture);
    assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM person"), CROWD);
    assert_int_equal(
        store_fixture_number(fixture, "SELECT count(*) FROM person WHERE name_key IS NULL"), 0);
    assert_int_equal(store_fixture_number(fixture, "SELECT id FROM person WHERE name = 'Anna' AND "
                                                   "shown_handle = ''"),
                     2);
    assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM person WHERE "
                                                   "shown_handle = handle"),
                     CROWD / 2 - 1);
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    assert_shown(fixture, add(fixture, "late", "\u0410nna"), "late");
}

/* The migration was done, and the program killed before all were judged. */
static void what_was_left_undone_is_done_at_the_next_opening(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    (void)add(fixture, "anna", "Anna");
    PersonId second = add(fixture, "anna2", "Anna");
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "UPDATE person SET name_key = NULL, shows_handle = 0 WHERE id = 2");
    store_fixture_open(fixture);
    assert_shown(fixture, second, "anna2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_comes_second_shows_the_handle, make, unmake),
        cmocka_unit_test_setup_teardown(a_name_is_judged_when_its_owner_saves_it, make, unmake),
        cmocka_unit_test_setup_teardown(who_writes_a_handle_into_the_name_shows_their_own, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_disabled_account_keeps_its_name, make, unmake),
        cmocka_unit_test_setup_teardown(each_read_says_what_stands_behind_a_name, make, unmake),
        cmocka_unit_test_setup_teardown(so_does_each_change, make, unmake),
        cmocka_unit_test_setup_teardown(those_of_an_older_file_are_judged_in_their_order, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(what_was_left_undone_is_done_at_the_next_opening, make,
                                        unmake),
    };
    return cmocka_run_group_tests_name("store_names", tests, NULL, NULL);
}
