/* test_store_people.c -- people, rooms, who is in which, sessions, and read marks.
 * SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "tests/support/store_fixture.h"

#define DAY_MS ((Millis)24 * 60 * 60 * 1000)

static int make(void **state)
{
    static struct store_fixture fixture;
    store_fixture_make(&fixture);
    store_fixture_open(&fixture);
    *state = &fixture;
    return 0;
}

static int unmake(void **state)
{
    store_fixture_remove(*state);
    return 0;
}

/* --- people and rooms ------------------------------------------------------------------------- */

/* The rooms of a person as "id:role:last-read," in the order of the list. */
static void list_rooms(struct store_fixture *fixture, PersonId person, char ret[200])
{
    struct store_room_list list = {.op.verb = STORE_ROOM_LIST, .person = person};
    size_t len = 0;
    ret[0] = '\0';
    assert_int_equal(store_fixture_ask(fixture, &list.op), ERR_NONE);
    for (size_t i = 0; i < list.room_count; i++) {
        const struct room_entry *room = &list.rooms[i];
        assert_int_equal(room->kind, ROOM_OPEN);
        len += (size_t)snprintf(ret + len, 200 - len, "%.*s:%d:%d-%d,", STR_ARG(room->name),
                                (int)room->role, (int)room->last_post, (int)room->read_post);
    }
    arena_finish(&list.op.arena);
}

static void everybody_is_in_every_open_room(void **state)
{
    struct store_fixture *fixture = *state;
    char rooms[200];
    PersonId ann = store_fixture_person(fixture, "ann");
    RoomId yard = store_fixture_room(fixture, "Yard");
    (void)store_fixture_room(fixture, "Attic");
    store_fixture_fill(fixture, yard, ann, 3);
    PersonId bob = store_fixture_person(fixture, "bob");
    (void)store_fixture_room(fixture, "Mill");
    list_rooms(fixture, ann, rooms);
    assert_string_equal(rooms, "Attic:1:0-0,Mill:1:0-0,Yard:1:3-3,");
    list_rooms(fixture, bob, rooms);
    assert_string_equal(rooms,
                        "Attic:1:0-0,Mill:1:0-0,Yard:1:3-3,"); /* starts with nothing unread */
    list_rooms(fixture, 999, rooms);
    assert_string_equal(rooms, "");
}

/* The directory keeps it for a minute, for everybody who is online. */
static void a_room_list_is_no_larger_than_its_rooms(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_room_list list = {.op.verb = STORE_ROOM_LIST};
    list.person = store_fixture_person(fixture, "ann");
    (void)store_fixture_room(fixture, "Yard");
    (void)store_fixture_room(fixture, "Attic");
    assert_int_equal(store_fixture_ask(fixture, &list.op), ERR_NONE);
    assert_int_equal(list.room_count, 2);
    assert_true(list.op.arena.total <= 4 * sizeof(struct room_entry));
    arena_finish(&list.op.arena);
}

static void a_left_room_is_not_listed_and_not_joined_again(void **state)
{
    struct store_fixture *fixture = *state;
    char rooms[200];
    PersonId ann = store_fixture_person(fixture, "ann");
    (void)store_fixture_room(fixture, "Yard");
    store_fixture_close(fixture);
    store_fixture_exec(fixture,
                       "UPDATE member SET role = 0;"
                       "INSERT INTO room (id, kind, name, created_ms) VALUES (77, 2, 'x', 1)");
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Attic");
    list_rooms(fixture, ann, rooms);
    assert_string_equal(rooms, "Attic:1:0-0,");
    list_rooms(fixture, store_fixture_person(fixture, "bob"), rooms);
    assert_string_equal(rooms, "Attic:1:0-0,Yard:1:0-0,"); /* not the private one */
}

static void a_disabled_person_does_not_join_a_new_room(void **state)
{
    struct store_fixture *fixture = *state;
    char rooms[200];
    PersonId ann = store_fixture_person(fixture, "ann");
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "UPDATE person SET state = 2");
    store_fixture_open(fixture);
    (void)store_fixture_room(fixture, "Yard");
    list_rooms(fixture, ann, rooms);
    assert_string_equal(rooms, "");
}

static void a_person_is_found_by_handle(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_person_add add = {.op.verb = STORE_PERSON_ADD,
                                   .handle = S("ann"),
                                   .name = S("Ann Ångström"),
                                   .role = PERSON_ADMIN,
                                   .password_hash = S("$argon2id$x"),
                                   .now_ms = 7};
    struct store_person_find find = {.op.verb = STORE_PERSON_FIND, .handle = S("ann")};
    struct store_person_find none = {.op.verb = STORE_PERSON_FIND, .handle = S("an")};
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    assert_int_equal(store_fixture_ask(fixture, &find.op), ERR_NONE);
    assert_int_equal(find.person.id, add.id);
    assert_int_equal(find.person.role, PERSON_ADMIN);
    assert_int_equal(find.person.state, PERSON_ACTIVE);
    assert_str_equal(find.person.handle, "ann");
    assert_str_equal(find.person.name, "Ann Ångström");
    assert_str_equal(find.password_hash, "$argon2id$x");
    assert_int_equal(store_fixture_ask(fixture, &none.op), ERR_MISSING);
    arena_finish(&find.op.arena);
    arena_finish(&none.op.arena);
}

static void a_handle_is_taken_once(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_person_add again = {
        .op.verb = STORE_PERSON_ADD, .handle = S("ann"), .name = S("Other"), .role = PERSON_MEMBER};
    assert_int_equal(store_fixture_person(fixture, "ann"), 1);
    assert_int_equal(store_fixture_ask(fixture, &again.op), ERR_CONFLICT);
    assert_int_equal(store_fixture_person(fixture, "bob"), 2); /* the refusal used no number */
}

static void ids_are_not_reused(void **state)
{
    struct store_fixture *fixture = *state;
    assert_int_equal(store_fixture_person(fixture, "ann"), 1);
    assert_int_equal(store_fixture_person(fixture, "bob"), 2);
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "DELETE FROM person WHERE id = 2");
    store_fixture_open(fixture);
    assert_int_equal(store_fixture_person(fixture, "cy"), 3);
}

/* --- sessions --------------------------------------------------------------------------------- */

static enum err_kind add_session(struct store_fixture *fixture, int token, PersonId person,
                                 Millis now)
{
    struct store_session_add add = {.op.verb = STORE_SESSION_ADD,
                                    .token_hash = {(uint8_t)token, (uint8_t)(token >> 8)},
                                    .person = person,
                                    .user_agent = S("test"),
                                    .address = S("127.0.0.1"),
                                    .now_ms = now};
    enum err_kind kind = store_fixture_ask(fixture, &add.op);
    arena_finish(&add.op.arena);
    return kind;
}

/* Whose session it is at `now`, or 0. */
static PersonId find_session(struct store_fixture *fixture, int token, Millis now,
                             Millis *ret_expires)
{
    struct store_session_find find = {.op.verb = STORE_SESSION_FIND,
                                      .token_hash = {(uint8_t)token, (uint8_t)(token >> 8)},
                                      .now_ms = now};
    enum err_kind kind = store_fixture_ask(fixture, &find.op);
    PersonId person = kind == ERR_NONE ? find.person.id : 0;
    assert_true(kind == ERR_NONE || kind == ERR_MISSING);
    if (ret_expires != NULL) {
        *ret_expires = find.expires_ms;
    }
    arena_finish(&find.op.arena);
    return person;
}

static void touch_session(struct store_fixture *fixture, int token, Millis now)
{
    struct store_session_touch touch = {
        .op.verb = STORE_SESSION_TOUCH, .token_hash = {(uint8_t)token}, .now_ms = now};
    assert_int_equal(store_fixture_ask(fixture, &touch.op), ERR_NONE);
}

static void a_session_lives_until_it_is_ended(void **state)
{
    struct store_fixture *fixture = *state;
    PersonId ann = store_fixture_person(fixture, "ann");
    struct store_session_end end = {.op.verb = STORE_SESSION_END, .token_hash = {1}};
    assert_int_equal(add_session(fixture, 1, ann, 100), ERR_NONE);
    assert_int_equal(find_session(fixture, 1, 200, NULL), ann);
    assert_int_equal(find_session(fixture, 2, 200, NULL), 0);
    assert_int_equal(store_fixture_ask(fixture, &end.op), ERR_NONE);
    assert_int_equal(end.person, ann);
    assert_int_equal(find_session(fixture, 1, 200, NULL), 0);
    assert_int_equal(store_fixture_ask(fixture, &end.op), ERR_NONE);
    assert_int_equal(end.person, 0);
}

static void a_session_expires_when_idle_or_old(void **state)
{
    struct store_fixture *fixture = *state;
    PersonId ann = store_fixture_person(fixture, "ann");
    Millis expires;
    Millis idle = LIMIT_SESSION_IDLE_DAYS * DAY_MS;
    Millis old = LIMIT_SESSION_DAYS * DAY_MS;
    assert_int_equal(add_session(fixture, 1, ann, 0), ERR_NONE);
    assert_int_equal(find_session(fixture, 1, idle - 1, &expires), ann);
    assert_int_equal(expires, idle);
    assert_int_equal(find_session(fixture, 1, idle, NULL), 0);
    touch_session(fixture, 1, old - 10);
    touch_session(fixture, 1, 5); /* older than what is known */
    assert_int_equal(find_session(fixture, 1, old - 1, &expires), ann);
    assert_int_equal(expires, old);
    assert_int_equal(find_session(fixture, 1, old, NULL), 0);
}

static void only_active_people_have_sessions(void **state)
{
    struct store_fixture *fixture = *state;
    PersonId ann = store_fixture_person(fixture, "ann");
    assert_int_equal(add_session(fixture, 1, ann, 1), ERR_NONE);
    assert_int_equal(add_session(fixture, 2, 999, 1), ERR_MISSING);
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "UPDATE person SET state = 2");
    store_fixture_open(fixture);
    assert_int_equal(find_session(fixture, 1, 2, NULL), 0);
    assert_int_equal(add_session(fixture, 3, ann, 1), ERR_MISSING);
}

static void the_oldest_session_gives_way(void **state)
{
    struct store_fixture *fixture = *state;
    PersonId ann = store_fixture_person(fixture, "ann");
    PersonId bob = store_fixture_person(fixture, "bob");
    assert_int_equal(add_session(fixture, 1000, bob, 1), ERR_NONE);
    for (int i = 1; i <= LIMIT_SESSIONS_PER_PERSON; i++) {
        assert_int_equal(add_session(fixture, i, ann, 100 + i), ERR_NONE);
    }
    assert_int_equal(find_session(fixture, 1, 200, NULL), ann);
    assert_int_equal(add_session(fixture, 500, ann, 300), ERR_NONE);
    assert_int_equal(find_session(fixture, 1, 300, NULL), 0);
    assert_int_equal(find_session(fixture, 2, 300, NULL), ann);
    assert_int_equal(find_session(fixture, 500, 300, NULL), ann);
    assert_int_equal(find_session(fixture, 1000, 300, NULL), bob);
    /* After the clock was set back the new one is the oldest, and stays all the same. */
    assert_int_equal(add_session(fixture, 600, ann, 50), ERR_NONE);
    assert_int_equal(find_session(fixture, 600, 300, NULL), ann);
    assert_int_equal(find_session(fixture, 2, 300, NULL), 0);
    assert_int_equal(find_session(fixture, 3, 300, NULL), ann);
}

/* --- read marks ------------------------------------------------------------------------------- */

static void mark(struct store_fixture *fixture, RoomId room, PersonId person, PostNo post)
{
    struct store_read_mark mark = {
        .op.verb = STORE_READ_MARK, .room = room, .person = person, .post = post};
    assert_int_equal(store_fixture_ask(fixture, &mark.op), ERR_NONE);
}

static void a_read_mark_only_moves_forward(void **state)
{
    struct store_fixture *fixture = *state;
    char rooms[200];
    PersonId ann = store_fixture_person(fixture, "ann");
    PersonId bob = store_fixture_person(fixture, "bob");
    RoomId room = store_fixture_room(fixture, "Hall");
    store_fixture_fill(fixture, room, ann, 5);
    mark(fixture, room, bob, 3);
    list_rooms(fixture, bob, rooms);
    assert_string_equal(rooms, "Hall:1:5-3,");
    mark(fixture, room, bob, 2);
    mark(fixture, room, bob, 6); /* there is no sixth post */
    mark(fixture, room, bob, INT64_MAX);
    mark(fixture, room, 999, 1);
    mark(fixture, 999, bob, 1);
    list_rooms(fixture, bob, rooms);
    assert_string_equal(rooms, "Hall:1:5-3,");
    mark(fixture, room, bob, 5);
    list_rooms(fixture, bob, rooms);
    assert_string_equal(rooms, "Hall:1:5-5,");
}

static void count_call(struct store_op *op)
{
    (void)op;
    metrics_add(publishes_total, 1); /* any counter that the store does not use */
}

static void nothing_is_published_when_nothing_changed(void **state)
{
    struct store_fixture *fixture = *state;
    PersonId ann = store_fixture_person(fixture, "ann");
    RoomId room = store_fixture_room(fixture, "Hall");
    int64_t calls = metrics_get(publishes_total);
    struct store_read_mark mark = {.op = {.verb = STORE_READ_MARK, .after = count_call},
                                   .room = room,
                                   .person = ann,
                                   .post = 4};
    struct store_session_end end = {.op = {.verb = STORE_SESSION_END, .after = count_call},
                                    .token_hash = {9}};
    struct store_session_touch touch = {
        .op = {.verb = STORE_SESSION_TOUCH, .after = count_call}, .token_hash = {9}, .now_ms = 5};
    struct store_person_add add = {.op = {.verb = STORE_PERSON_ADD, .after = count_call},
                                   .handle = S("ann"),
                                   .name = S("x"),
                                   .role = PERSON_MEMBER};
    assert_int_equal(store_fixture_ask(fixture, &mark.op), ERR_NONE);
    assert_int_equal(store_fixture_ask(fixture, &end.op), ERR_NONE);
    assert_int_equal(store_fixture_ask(fixture, &touch.op), ERR_NONE);
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_CONFLICT);
    assert_int_equal(metrics_get(publishes_total), calls);
    add.handle = S("bob");
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    assert_int_equal(metrics_get(publishes_total), calls + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(everybody_is_in_every_open_room, make, unmake),
        cmocka_unit_test_setup_teardown(a_room_list_is_no_larger_than_its_rooms, make, unmake),
        cmocka_unit_test_setup_teardown(a_left_room_is_not_listed_and_not_joined_again, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_disabled_person_does_not_join_a_new_room, make, unmake),
        cmocka_unit_test_setup_teardown(a_person_is_found_by_handle, make, unmake),
        cmocka_unit_test_setup_teardown(a_handle_is_taken_once, make, unmake),
        cmocka_unit_test_setup_teardown(ids_are_not_reused, make, unmake),
        cmocka_unit_test_setup_teardown(a_session_lives_until_it_is_ended, make, unmake),
        cmocka_unit_test_setup_teardown(a_session_expires_when_idle_or_old, make, unmake),
        cmocka_unit_test_setup_teardown(only_active_people_have_sessions, make, unmake),
        cmocka_unit_test_setup_teardown(the_oldest_session_gives_way, make, unmake),
        cmocka_unit_test_setup_teardown(a_read_mark_only_moves_forward, make, unmake),
        cmocka_unit_test_setup_teardown(nothing_is_published_when_nothing_changed, make, unmake),
    };
    return cmocka_run_group_tests_name("store/store_people", tests, NULL, NULL);
}
