/* test_store_rooms.c -- rooms as a group uses them: made, named, joined, left; each judged and
 * numbered. SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "tests/support/store_fixture.h"

struct place {
    struct store_fixture fixture;
    PersonId ann, bob, eve; /* ann made the room; eve is an admin */
    RoomId room;
};

static PersonId add_admin(struct store_fixture *fixture)
{
    struct store_person_add add = {.op.verb = STORE_PERSON_ADD,
                                   .handle = S("eve"),
                                   .name = S("Eve"),
                                   .role = PERSON_ADMIN,
                                   .now_ms = 1};
    assert_int_equal(store_fixture_ask(fixture, &add.op), ERR_NONE);
    return add.id;
}

static enum err_kind add_room(struct place *place, PersonId maker, const char *name, RoomId *ret_id)
{
    struct store_room_add add = {
        .op.verb = STORE_ROOM_ADD, .name = str_from_z(name), .maker = maker, .now_ms = 1};
    enum err_kind kind = store_fixture_ask(&place->fixture, &add.op);
    arena_finish(&add.op.arena);
    *ret_id = add.id;
    return kind;
}

static int make(void **state)
{
    static struct place place;
    store_fixture_make(&place.fixture);
    store_fixture_open(&place.fixture);
    place.ann = store_fixture_person(&place.fixture, "ann");
    place.bob = store_fixture_person(&place.fixture, "bob");
    place.eve = add_admin(&place.fixture);
    assert_int_equal(add_room(&place, place.ann, "Hall", &place.room), ERR_NONE);
    *state = &place;
    return 0;
}

static int unmake(void **state)
{
    struct place *place = *state;
    store_fixture_remove(&place->fixture);
    return 0;
}

/* Asks, and checks how it ended and which number it got; 0: it changed nothing. */
static void change(struct place *place, PersonId actor, enum change_kind kind, const char *text,
                   enum err_kind expected, Seq expected_seq)
{
    struct store_room_change change = {.op.verb = STORE_ROOM_CHANGE,
                                       .room = place->room,
                                       .actor = actor,
                                       .kind = kind,
                                       .text = str_from_z(text),
                                       .now_ms = 2000};
    assert_int_equal(store_fixture_ask(&place->fixture, &change.op), expected);
    assert_int_equal(change.message.seq, expected_seq);
    arena_finish(&change.op.arena);
}

static struct store_room_find find(struct place *place, PersonId person, enum err_kind expected)
{
    struct store_room_find find = {
        .op.verb = STORE_ROOM_FIND, .room = place->room, .person = person};
    assert_int_equal(store_fixture_ask(&place->fixture, &find.op), expected);
    return find;
}

static void assert_people(struct place *place, int64_t expected)
{
    struct store_room_find found = find(place, place->ann, ERR_NONE);
    assert_int_equal(found.entry.people, expected);
    arena_finish(&found.op.arena);
}

/* Runs SQL on the closed store. */
static void prepare(struct place *place, const char *sql)
{
    store_fixture_close(&place->fixture);
    store_fixture_exec(&place->fixture, sql);
    store_fixture_open(&place->fixture);
}

/* --- making ----------------------------------------------------------------------------------- */

static void who_makes_a_room_moderates_it_and_everybody_is_in_it(void **state)
{
    struct place *place = *state;
    struct store_room_members members = {.op.verb = STORE_ROOM_MEMBERS, .room = place->room};
    assert_int_equal(store_fixture_ask(&place->fixture, &members.op), ERR_NONE);
    assert_int_equal(members.member_count, 3);
    assert_false(members.has_more);
    assert_str_equal(members.members[0].name, "Eve"); /* in the order of names */
    assert_true(members.members[0].is_admin);
    assert_int_equal(members.members[1].id, place->ann);
    assert_int_equal(members.members[1].role, MEMBER_MODERATOR);
    assert_int_equal(members.members[2].role, MEMBER_PLAIN);
    arena_finish(&members.op.arena);
    struct store_room_find found = find(place, place->ann, ERR_NONE);
    assert_int_equal(found.standing, STANDING_MODERATOR);
    assert_int_equal(found.entry.people, 3);
    arena_finish(&found.op.arena);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, "n", "x"), 1);
}

static void a_disabled_person_makes_no_room(void **state)
{
    struct place *place = *state;
    RoomId room;
    prepare(place, "UPDATE person SET state = 2 WHERE id = 2");
    assert_int_equal(add_room(place, place->bob, "Attic", &room), ERR_DENIED);
    assert_int_equal(add_room(place, 99, "Attic", &room), ERR_DENIED);
}

static void open_rooms_are_limited_for_people_and_not_for_commands(void **state)
{
    struct place *place = *state;
    RoomId room;
    prepare(place, "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 497)"
                   " INSERT INTO room (id, kind, name, created_ms) SELECT i, 1, 'r', 1 FROM n");
    assert_int_equal(add_room(place, place->bob, "The last", &room), ERR_NONE);
    assert_int_equal(add_room(place, place->bob, "Too many", &room), ERR_CONFLICT);
    assert_int_equal(add_room(place, 0, "By command", &room), ERR_NONE);
}

static void somebody_new_is_counted_in_every_open_room(void **state)
{
    struct place *place = *state;
    (void)store_fixture_person(&place->fixture, "newcomer");
    assert_people(place, 4);
}

/* --- coming and going ------------------------------------------------------------------------- */

static void leaving_and_joining_take_numbers_and_repeating_them_does_not(void **state)
{
    struct place *place = *state;
    change(place, place->bob, CHANGE_JOIN, "", ERR_NONE, 0);
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 1);
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 0);
    assert_people(place, 2);
    change(place, place->bob, CHANGE_JOIN, "", ERR_NONE, 2);
    change(place, place->bob, CHANGE_JOIN, "", ERR_NONE, 0);
    assert_people(place, 3);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, "n", "x"), 3);
}

static void the_last_may_leave_and_come_back(void **state)
{
    struct place *place = *state;
    change(place, place->ann, CHANGE_LEAVE, "", ERR_NONE, 1);
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 2);
    change(place, place->eve, CHANGE_LEAVE, "", ERR_NONE, 3);
    assert_people(place, 0);
    change(place, place->ann, CHANGE_JOIN, "", ERR_NONE, 4);
    change(place, place->ann, CHANGE_RENAME, "Mine no more", ERR_DENIED, 0); /* plain now */
}

static void an_event_is_a_visible_message_without_a_post_number(void **state)
{
    struct place *place = *state;
    (void)store_fixture_post(&place->fixture, place->room, place->ann, "n1", "first");
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 2);
    change(place, place->ann, CHANGE_TOPIC, "Tools", ERR_NONE, 3);
    struct store_message_page page = {
        .op.verb = STORE_MESSAGE_PAGE, .room = place->room, .from = STORE_PAGE_NEWEST, .limit = 10};
    assert_int_equal(store_fixture_ask(&place->fixture, &page.op), ERR_NONE);
    assert_int_equal(page.messages.count, 3);
    assert_int_equal(page.last_post, 1);
    assert_int_equal(page.messages.items[0].event, CHANGE_NONE);
    assert_int_equal(page.messages.items[1].event, CHANGE_LEAVE);
    assert_int_equal(page.messages.items[1].post, 0);
    assert_int_equal(page.messages.items[1].author, place->bob);
    assert_str_equal(page.messages.items[1].author_name, "bob");
    assert_int_equal(page.messages.items[2].event, CHANGE_TOPIC);
    assert_str_equal(page.messages.items[2].body, "Tools");
    arena_finish(&page.op.arena);
    struct store_replay replay = {.op.verb = STORE_REPLAY, .room = place->room, .after_seq = 1};
    assert_int_equal(store_fixture_ask(&place->fixture, &replay.op), ERR_NONE);
    assert_int_equal(replay.messages.count, 2);
    assert_int_equal(replay.messages.items[1].event, CHANGE_TOPIC);
    arena_finish(&replay.op.arena);
}

static void who_joins_has_nothing_unread_and_what_comes_then_counts(void **state)
{
    struct place *place = *state;
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 1);
    (void)store_fixture_post(&place->fixture, place->room, place->ann, "n1", "while bob was out");
    change(place, place->bob, CHANGE_JOIN, "", ERR_NONE, 3);
    struct store_room_find found = find(place, place->bob, ERR_NONE);
    assert_int_equal(found.entry.last_post - found.entry.read_post, 0);
    arena_finish(&found.op.arena);
    (void)store_fixture_post(&place->fixture, place->room, place->ann, "n2", "now");
    found = find(place, place->bob, ERR_NONE);
    assert_int_equal(found.entry.last_post - found.entry.read_post, 1);
    arena_finish(&found.op.arena);
}

/* Z02, Z20: what they may is judged in the transaction that writes. */
static void Z02_Z20_who_left_neither_posts_nor_edits_until_they_join_again(void **state)
{
    struct place *place = *state;
    Seq seq = store_fixture_post(&place->fixture, place->room, place->bob, "n1", "mine");
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 2);
    struct store_post post = store_fixture_post_of(place->room, place->bob, "n2", "from outside");
    assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_DENIED);
    arena_finish(&post.op.arena);
    struct store_message_change edit = {.op.verb = STORE_MESSAGE_CHANGE,
                                        .room = place->room,
                                        .seq = seq,
                                        .actor = place->bob,
                                        .kind = CHANGE_EDIT,
                                        .body = S("changed"),
                                        .now_ms = 2000};
    assert_int_equal(store_fixture_ask(&place->fixture, &edit.op), ERR_DENIED);
    arena_finish(&edit.op.arena);
    change(place, place->bob, CHANGE_JOIN, "", ERR_NONE, 3);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, "n2", "in"), 4);
}

/* Z04: nobody changes what happened, neither who did it nor an admin. */
static void Z04_events_are_neither_edited_nor_deleted(void **state)
{
    struct place *place = *state;
    const PersonId people[] = {place->ann, place->eve};
    change(place, place->ann, CHANGE_TOPIC, "Tools", ERR_NONE, 1);
    for (size_t i = 0; i < ARRAY_LEN(people); i++) {
        struct store_message_change change = {.op.verb = STORE_MESSAGE_CHANGE,
                                              .room = place->room,
                                              .seq = 1,
                                              .actor = people[i],
                                              .kind = CHANGE_DELETE,
                                              .now_ms = 2000};
        assert_int_equal(store_fixture_ask(&place->fixture, &change.op), ERR_DENIED);
        arena_finish(&change.op.arena);
    }
}

/* --- names, topics, rights -------------------------------------------------------------------- */

static void moderators_and_admins_rename_and_the_same_again_is_nothing(void **state)
{
    struct place *place = *state;
    change(place, place->ann, CHANGE_RENAME, "Workshop", ERR_NONE, 1);
    change(place, place->ann, CHANGE_RENAME, "Workshop", ERR_NONE, 0);
    change(place, place->eve, CHANGE_TOPIC, "Tools", ERR_NONE, 2);
    change(place, place->eve, CHANGE_TOPIC, "", ERR_NONE, 3);
    change(place, place->eve, CHANGE_TOPIC, "", ERR_NONE, 0);
    change(place, place->bob, CHANGE_RENAME, "Bob's", ERR_DENIED, 0);
    change(place, place->bob, CHANGE_TOPIC, "Bob's", ERR_DENIED, 0);
    struct store_room_find found = find(place, place->bob, ERR_NONE);
    assert_str_equal(found.entry.name, "Workshop");
    assert_int_equal(found.entry.topic.len, 0);
    arena_finish(&found.op.arena);
}

/* Z04: to moderate one room is nothing in another. */
static void Z04_a_moderator_of_one_room_is_nobody_special_in_another(void **state)
{
    struct place *place = *state;
    RoomId other;
    assert_int_equal(add_room(place, place->bob, "Attic", &other), ERR_NONE);
    change(place, place->bob, CHANGE_RENAME, "Bob's too", ERR_DENIED, 0);
}

static void from_outside_an_open_room_is_known_and_a_private_one_is_not(void **state)
{
    struct place *place = *state;
    change(place, place->eve, CHANGE_LEAVE, "", ERR_NONE, 1);
    struct store_room_find found = find(place, place->eve, ERR_NONE);
    assert_int_equal(found.standing, STANDING_OUTSIDE);
    assert_int_equal(found.entry.role, MEMBER_LEFT);
    arena_finish(&found.op.arena);
    change(place, place->eve, CHANGE_RENAME, "From outside", ERR_DENIED, 0);
    prepare(place, "UPDATE room SET kind = 2");
    found = find(place, place->eve, ERR_MISSING);
    arena_finish(&found.op.arena);
    change(place, place->eve, CHANGE_JOIN, "", ERR_DENIED, 0);
    change(place, place->eve, CHANGE_RENAME, "From outside", ERR_DENIED, 0);
    change(place, place->ann, CHANGE_RENAME, "From inside", ERR_NONE, 2);
}

static void what_is_not_there_looks_like_what_one_may_not(void **state)
{
    struct place *place = *state;
    place->room = 99;
    change(place, place->ann, CHANGE_JOIN, "", ERR_DENIED, 0);
    struct store_room_find found = find(place, place->ann, ERR_MISSING);
    arena_finish(&found.op.arena);
}

static void one_browses_the_open_rooms_that_one_is_not_in(void **state)
{
    struct place *place = *state;
    RoomId attic;
    assert_int_equal(add_room(place, place->ann, "Attic", &attic), ERR_NONE);
    change(place, place->bob, CHANGE_LEAVE, "", ERR_NONE, 1);
    struct store_room_browse browse = {.op.verb = STORE_ROOM_BROWSE, .person = place->bob};
    assert_int_equal(store_fixture_ask(&place->fixture, &browse.op), ERR_NONE);
    assert_int_equal(browse.room_count, 1);
    assert_int_equal(browse.rooms[0].id, place->room);
    assert_int_equal(browse.rooms[0].people, 2);
    arena_finish(&browse.op.arena);
    struct store_room_list list = {.op.verb = STORE_ROOM_LIST, .person = place->bob};
    assert_int_equal(store_fixture_ask(&place->fixture, &list.op), ERR_NONE);
    assert_int_equal(list.room_count, 1);
    assert_int_equal(list.rooms[0].id, attic);
    assert_int_equal(list.rooms[0].people, 3);
    arena_finish(&list.op.arena);
}

/* --- numbers ---------------------------------------------------------------------------------- */

static void posts_edits_and_events_together_have_no_gap(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 30; i++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "v%d", i);
        (void)store_fixture_post(&place->fixture, place->room, place->ann, text, text);
        struct store_room_change event = {.op.verb = STORE_ROOM_CHANGE,
                                          .room = place->room,
                                          .actor = i % 4 < 2 ? place->bob : place->ann,
                                          .kind = i % 4 == 0   ? CHANGE_LEAVE
                                                  : i % 4 == 1 ? CHANGE_JOIN
                                                  : i % 4 == 2 ? CHANGE_RENAME
                                                               : CHANGE_TOPIC,
                                          .text = str_from_z(text),
                                          .now_ms = 1000 + i};
        assert_int_equal(store_fixture_ask(&place->fixture, &event.op), ERR_NONE);
        assert_int_equal(event.message.seq, 2 * i + 2);
        assert_int_equal(event.last_post, i + 1);
        arena_finish(&event.op.arena);
    }
    store_fixture_close(&place->fixture);
    assert_int_equal(store_fixture_number(&place->fixture,
                                          "SELECT count(*) = max(seq) AND min(seq) = 1 AND "
                                          "max(seq) = (SELECT last_seq FROM room) FROM (SELECT seq "
                                          "FROM message UNION ALL SELECT seq FROM change)"),
                     1);
    assert_int_equal(store_fixture_number(&place->fixture,
                                          "SELECT count(*) FROM room WHERE people <> (SELECT "
                                          "count(*) FROM member WHERE room_id = room.id AND role)"),
                     0);
    store_fixture_open(&place->fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make, unmake)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_makes_a_room_moderates_it_and_everybody_is_in_it),
        TEST(a_disabled_person_makes_no_room),
        TEST(open_rooms_are_limited_for_people_and_not_for_commands),
        TEST(somebody_new_is_counted_in_every_open_room),
        TEST(leaving_and_joining_take_numbers_and_repeating_them_does_not),
        TEST(the_last_may_leave_and_come_back),
        TEST(an_event_is_a_visible_message_without_a_post_number),
        TEST(who_joins_has_nothing_unread_and_what_comes_then_counts),
        TEST(Z02_Z20_who_left_neither_posts_nor_edits_until_they_join_again),
        TEST(Z04_events_are_neither_edited_nor_deleted),
        TEST(moderators_and_admins_rename_and_the_same_again_is_nothing),
        TEST(Z04_a_moderator_of_one_room_is_nobody_special_in_another),
        TEST(from_outside_an_open_room_is_known_and_a_private_one_is_not),
        TEST(what_is_not_there_looks_like_what_one_may_not),
        TEST(one_browses_the_open_rooms_that_one_is_not_in),
        TEST(posts_edits_and_events_together_have_no_gap),
    };
    return cmocka_run_group_tests_name("store/rooms", tests, NULL, NULL);
}
