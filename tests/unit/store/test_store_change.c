/* test_store_change.c -- edits and deletions: numbered, judged, harmless when repeated, and
 * replayed. SPDX-License-Identifier: MIT */
#include "tests/support/store_fixture.h"

struct place {
    struct store_fixture fixture;
    PersonId ann, bob;
    RoomId room;
};

static int make(void **state)
{
    static struct place place;
    store_fixture_make(&place.fixture);
    store_fixture_open(&place.fixture);
    place.ann = store_fixture_person(&place.fixture, "ann");
    place.bob = store_fixture_person(&place.fixture, "bob");
    place.room = store_fixture_room(&place.fixture, "Hall");
    for (int i = 1; i <= 3; i++) {
        char nonce[16];
        (void)snprintf(nonce, sizeof(nonce), "n%d", i);
        assert_int_equal(store_fixture_post(&place.fixture, place.room, place.ann, nonce, "First"),
                         i);
    }
    *state = &place;
    return 0;
}

static int unmake(void **state)
{
    struct place *place = *state;
    store_fixture_remove(&place->fixture);
    return 0;
}

static struct store_message_change change_of(const struct place *place, PersonId actor, Seq seq,
                                             const char *body)
{
    return (struct store_message_change){
        .op.verb = STORE_MESSAGE_CHANGE,
        .room = place->room,
        .seq = seq,
        .actor = actor,
        .kind = body == NULL ? CHANGE_DELETE : CHANGE_EDIT,
        .body = str_from_z(body),
        .now_ms = 2000,
    };
}

/* Asks, and checks how it ended and which number it got. */
static void change(struct place *place, PersonId actor, Seq seq, const char *body,
                   enum err_kind expected, Seq expected_rev)
{
    struct store_message_change change = change_of(place, actor, seq, body);
    assert_int_equal(store_fixture_ask(&place->fixture, &change.op), expected);
    if (expected == ERR_NONE) {
        assert_int_equal(change.message.rev, expected_rev);
    }
    arena_finish(&change.op.arena);
}

static void an_edit_takes_the_next_number_and_keeps_the_place(void **state)
{
    struct place *place = *state;
    struct store_message_change edit = change_of(place, place->ann, 2, "Second");
    assert_int_equal(store_fixture_ask(&place->fixture, &edit.op), ERR_NONE);
    assert_int_equal(edit.message.seq, 2);
    assert_int_equal(edit.message.rev, 4);
    assert_int_equal(edit.message.post, 2);
    assert_int_equal(edit.message.created_ms, 1000);
    assert_int_equal(edit.message.edited_ms, 2000);
    assert_int_equal(edit.last_post, 3);
    assert_str_equal(edit.message.body, "Second");
    assert_str_equal(edit.message.nonce, "n2");
    assert_str_equal(edit.message.author_name, "ann");
    arena_finish(&edit.op.arena);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, "b", "x"), 5);
}

static void what_changes_nothing_takes_no_number(void **state)
{
    struct place *place = *state;
    change(place, place->ann, 1, "First", ERR_NONE, 1);
    change(place, place->ann, 1, NULL, ERR_NONE, 4);
    change(place, place->ann, 1, NULL, ERR_NONE, 4);
    change(place, place->bob, 1, NULL, ERR_DENIED, 0);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, "b", "x"), 5);
}

static void a_deletion_keeps_numbers_and_nonce_and_drops_the_text(void **state)
{
    struct place *place = *state;
    change(place, place->ann, 2, NULL, ERR_NONE, 4);
    struct store_message_get get = {.op.verb = STORE_MESSAGE_GET, .room = place->room, .seq = 2};
    assert_int_equal(store_fixture_ask(&place->fixture, &get.op), ERR_NONE);
    assert_true(get.message.deleted);
    assert_int_equal(get.message.body.len, 0);
    assert_int_equal(get.message.post, 2);
    arena_finish(&get.op.arena);
    struct store_post again = store_fixture_post_of(place->room, place->ann, "n2", "First");
    assert_int_equal(store_fixture_ask(&place->fixture, &again.op), ERR_NONE);
    assert_true(again.is_repeated);
    assert_true(again.message.deleted);
    assert_int_equal(again.message.seq, 2);
    arena_finish(&again.op.arena);
}

static void a_deleted_message_cannot_be_edited(void **state)
{
    struct place *place = *state;
    change(place, place->ann, 2, NULL, ERR_NONE, 4);
    change(place, place->ann, 2, "Back again", ERR_MISSING, 0);
}

static void only_the_author_and_an_admin_may(void **state)
{
    struct place *place = *state;
    change(place, place->bob, 1, "Bob was here", ERR_DENIED, 0);
    change(place, place->bob, 1, NULL, ERR_DENIED, 0);
    struct store_person_add add = {.op.verb = STORE_PERSON_ADD,
                                   .handle = S("eve"),
                                   .name = S("Eve"),
                                   .role = PERSON_ADMIN,
                                   .now_ms = 1};
    assert_int_equal(store_fixture_ask(&place->fixture, &add.op), ERR_NONE);
    change(place, add.id, 1, "Tidied", ERR_NONE, 4);
    change(place, add.id, 1, NULL, ERR_NONE, 5);
}

static void who_left_or_is_disabled_may_not_even_change_their_own(void **state)
{
    struct place *place = *state;
    store_fixture_close(&place->fixture);
    store_fixture_exec(&place->fixture, "UPDATE member SET role = 0 WHERE person_id = 1");
    store_fixture_open(&place->fixture);
    change(place, place->ann, 1, "From outside", ERR_DENIED, 0);
    store_fixture_close(&place->fixture);
    store_fixture_exec(&place->fixture,
                       "UPDATE member SET role = 1; UPDATE person SET state = 2 WHERE id = 1");
    store_fixture_open(&place->fixture);
    change(place, place->ann, 1, "From nowhere", ERR_DENIED, 0);
}

static void what_is_not_there_looks_like_what_one_may_not(void **state)
{
    struct place *place = *state;
    change(place, place->ann, 99, "x", ERR_DENIED, 0);
    struct store_message_change other = change_of(place, place->ann, 1, "x");
    other.room = place->room + 1;
    assert_int_equal(store_fixture_ask(&place->fixture, &other.op), ERR_DENIED);
    arena_finish(&other.op.arena);
}

/* D10: what was changed while one was away is in the replay, once, as it stands now. */
static void D10_a_replay_names_what_changed_in_the_order_of_its_last_change(void **state)
{
    struct place *place = *state;
    change(place, place->ann, 1, "One", ERR_NONE, 4);
    change(place, place->ann, 3, NULL, ERR_NONE, 5);
    change(place, place->ann, 1, "Uno", ERR_NONE, 6);
    struct store_replay replay = {.op.verb = STORE_REPLAY, .room = place->room, .after_seq = 3};
    assert_int_equal(store_fixture_ask(&place->fixture, &replay.op), ERR_NONE);
    assert_int_equal(replay.last_seq, 6);
    assert_int_equal(replay.messages.count, 2);
    assert_int_equal(replay.messages.items[0].seq, 3);
    assert_true(replay.messages.items[0].deleted);
    assert_int_equal(replay.messages.items[1].seq, 1);
    assert_int_equal(replay.messages.items[1].rev, 6);
    assert_str_equal(replay.messages.items[1].body, "Uno");
    arena_finish(&replay.op.arena);
}

static void messages_and_changes_together_have_no_gap(void **state)
{
    struct place *place = *state;
    for (int i = 0; i < 20; i++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "v%d", i);
        change(place, place->ann, 1 + i % 3, text, ERR_NONE, 4 + 2 * i);
        (void)snprintf(text, sizeof(text), "m%d", i);
        assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, text, "x"),
                         5 + 2 * i);
    }
    store_fixture_close(&place->fixture);
    assert_int_equal(
        store_fixture_number(&place->fixture,
                             "SELECT count(*) = max(seq) AND min(seq) = 1 AND max(seq) = "
                             "(SELECT last_seq FROM room) FROM (SELECT seq FROM message "
                             "UNION ALL SELECT seq FROM change)"),
        1);
    store_fixture_open(&place->fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_edit_takes_the_next_number_and_keeps_the_place, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(what_changes_nothing_takes_no_number, make, unmake),
        cmocka_unit_test_setup_teardown(a_deletion_keeps_numbers_and_nonce_and_drops_the_text, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_deleted_message_cannot_be_edited, make, unmake),
        cmocka_unit_test_setup_teardown(only_the_author_and_an_admin_may, make, unmake),
        cmocka_unit_test_setup_teardown(who_left_or_is_disabled_may_not_even_change_their_own, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(what_is_not_there_looks_like_what_one_may_not, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(
            D10_a_replay_names_what_changed_in_the_order_of_its_last_change, make, unmake),
        cmocka_unit_test_setup_teardown(messages_and_changes_together_have_no_gap, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
