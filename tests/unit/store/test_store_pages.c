/* test_store_pages.c -- pages of visible messages, single messages, and replays.
 *
 * The room: 30 posts; then 11 to 20 were deleted (changes 31 to 40), and 5 was edited (change 41).
 * SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "tests/support/store_fixture.h"

enum { POSTS = 30, HEAD = 41 };

struct place {
    struct store_fixture fixture;
    RoomId room, empty;
};

static int make(void **state)
{
    static struct place place;
    store_fixture_make(&place.fixture);
    store_fixture_open(&place.fixture);
    PersonId ann = store_fixture_person(&place.fixture, "ann");
    place.room = store_fixture_room(&place.fixture, "Hall");
    place.empty = store_fixture_room(&place.fixture, "Yard");
    store_fixture_fill(&place.fixture, place.room, ann, POSTS);
    store_fixture_close(&place.fixture);
    store_fixture_exec(
        &place.fixture,
        "INSERT INTO change SELECT room_id, seq + 20, 2, seq, 1, 2000 "
        "  FROM message WHERE seq BETWEEN 11 AND 20;"
        "UPDATE message SET body = '', deleted = 1, rev = seq + 20 "
        "  WHERE seq BETWEEN 11 AND 20;"
        "INSERT INTO change VALUES (1, 41, 1, 5, 1, 3000);"
        "UPDATE message SET body = 'edited', edited_ms = 3000, rev = 41 WHERE seq = 5;"
        "UPDATE room SET last_seq = 41 WHERE id = 1");
    store_fixture_open(&place.fixture);
    *state = &place;
    return 0;
}

static int unmake(void **state)
{
    struct place *place = *state;
    store_fixture_remove(&place->fixture);
    return 0;
}

/* --- pages ------------------------------------------------------------------------------------ */

/* Asks for a page; `expected` is "older" and "newer" as < and >, around first..last or nothing. */
static void assert_page(struct place *place, enum store_page_from from, Seq seq, int limit,
                        const char *expected)
{
    struct store_message_page page = {.op.verb = STORE_MESSAGE_PAGE,
                                      .room = place->room,
                                      .from = from,
                                      .seq = seq,
                                      .limit = limit};
    char got[80] = "";
    assert_int_equal(store_fixture_ask(&place->fixture, &page.op), ERR_NONE);
    size_t count = page.messages.count;
    if (count > 0) {
        (void)snprintf(got, sizeof(got), "%s %d..%d (%zu) %s", page.has_older ? "<" : "|",
                       (int)page.messages.items[0].seq, (int)page.messages.items[count - 1].seq,
                       count, page.has_newer ? ">" : "|");
    } else {
        (void)snprintf(got, sizeof(got), "%s %s", page.has_older ? "<" : "|",
                       page.has_newer ? ">" : "|");
    }
    assert_string_equal(got, expected);
    assert_int_equal(page.last_seq, HEAD);
    assert_int_equal(page.last_post, POSTS);
    for (size_t i = 0; i < count; i++) {
        assert_false(page.messages.items[i].deleted);
        assert_true(i == 0 || page.messages.items[i - 1].seq < page.messages.items[i].seq);
    }
    arena_finish(&page.op.arena);
}

static void newest(void **state)
{
    assert_page(*state, STORE_PAGE_NEWEST, 0, 5, "< 26..30 (5) |");
    assert_page(*state, STORE_PAGE_NEWEST, 0, 12, "< 9..30 (12) |"); /* past the deleted ones */
    assert_page(*state, STORE_PAGE_NEWEST, 0, 19, "< 2..30 (19) |");
    assert_page(*state, STORE_PAGE_NEWEST, 0, 20, "| 1..30 (20) |");
    assert_page(*state, STORE_PAGE_NEWEST, 0, 100, "| 1..30 (20) |");
}

static void before(void **state)
{
    assert_page(*state, STORE_PAGE_BEFORE, 30, 5, "< 25..29 (5) >");
    assert_page(*state, STORE_PAGE_BEFORE, 21, 5, "< 6..10 (5) >");
    assert_page(*state, STORE_PAGE_BEFORE, 15, 5,
                "< 6..10 (5) >"); /* a deleted one as the anchor */
    assert_page(*state, STORE_PAGE_BEFORE, 6, 5, "| 1..5 (5) >");
    assert_page(*state, STORE_PAGE_BEFORE, 1, 5, "| >");
    assert_page(*state, STORE_PAGE_BEFORE, 0, 5, "| >");
    assert_page(*state, STORE_PAGE_BEFORE, 31, 5, "< 26..30 (5) |");
    assert_page(*state, STORE_PAGE_BEFORE, INT64_MAX, 5, "< 26..30 (5) |");
}

static void after(void **state)
{
    assert_page(*state, STORE_PAGE_AFTER, 0, 5, "| 1..5 (5) >");
    assert_page(*state, STORE_PAGE_AFTER, 10, 5, "< 21..25 (5) >");
    assert_page(*state, STORE_PAGE_AFTER, 25, 5, "< 26..30 (5) |");
    assert_page(*state, STORE_PAGE_AFTER, 30, 5, "< |");
    assert_page(*state, STORE_PAGE_AFTER, INT64_MAX, 5, "< |");
}

static void around(void **state)
{
    assert_page(*state, STORE_PAGE_AROUND, 25, 5, "< 23..27 (5) >");
    assert_page(*state, STORE_PAGE_AROUND, 25, 1, "< 25..25 (1) >");
    assert_page(*state, STORE_PAGE_AROUND, 15, 6, "< 8..23 (6) >");
    assert_page(*state, STORE_PAGE_AROUND, 2, 6, "| 1..6 (6) >");
    assert_page(*state, STORE_PAGE_AROUND, 30, 6, "< 28..30 (3) |");
    assert_page(*state, STORE_PAGE_AROUND, INT64_MAX, 6, "< 28..30 (3) |");
    assert_page(*state, STORE_PAGE_AROUND, 0, 6, "| 1..6 (6) >");
}

static void an_empty_room_has_an_empty_page(void **state)
{
    struct place *place = *state;
    struct store_message_page page = {
        .op.verb = STORE_MESSAGE_PAGE, .room = place->empty, .from = STORE_PAGE_NEWEST, .limit = 5};
    assert_int_equal(store_fixture_ask(&place->fixture, &page.op), ERR_NONE);
    assert_int_equal(page.messages.count, 0);
    assert_int_equal(page.last_seq, 0);
    assert_false(page.has_older || page.has_newer);
    arena_finish(&page.op.arena);
    page.room = 999;
    assert_int_equal(store_fixture_ask(&place->fixture, &page.op), ERR_MISSING);
    arena_finish(&page.op.arena);
}

static void one_message(void **state)
{
    struct place *place = *state;
    struct store_message_get get = {.op.verb = STORE_MESSAGE_GET, .room = place->room, .seq = 5};
    assert_int_equal(store_fixture_ask(&place->fixture, &get.op), ERR_NONE);
    assert_str_equal(get.message.body, "edited");
    assert_str_equal(get.message.author_name, "ann");
    assert_str_equal(get.message.nonce, "n5");
    assert_int_equal(get.message.post, 5);
    assert_int_equal(get.message.rev, 41);
    assert_int_equal(get.message.edited_ms, 3000);
    assert_int_equal(get.message.created_ms, 1000);
    get.seq = 12;
    assert_int_equal(store_fixture_ask(&place->fixture, &get.op), ERR_NONE);
    assert_true(get.message.deleted);
    get.seq = 31; /* a change, not a message */
    assert_int_equal(store_fixture_ask(&place->fixture, &get.op), ERR_MISSING);
    get.room = place->empty;
    get.seq = 5;
    assert_int_equal(store_fixture_ask(&place->fixture, &get.op), ERR_MISSING);
    arena_finish(&get.op.arena);
}

/* --- replays ---------------------------------------------------------------------------------- */

/* The messages of a replay as "seq@rev", a deleted one with "!". */
static void assert_replay(struct place *place, Seq after, const char *expected)
{
    struct store_replay replay = {.op.verb = STORE_REPLAY, .room = place->room, .after_seq = after};
    char got[400] = "";
    size_t len = 0;
    assert_int_equal(store_fixture_ask(&place->fixture, &replay.op), ERR_NONE);
    assert_false(replay.needs_reset);
    assert_int_equal(replay.last_seq, HEAD);
    assert_int_equal(replay.last_post, POSTS);
    for (size_t i = 0; i < replay.messages.count; i++) {
        const struct message *message = &replay.messages.items[i];
        len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%d@%d%s", i > 0 ? " " : "",
                                (int)message->seq, (int)message->rev, message->deleted ? "!" : "");
    }
    assert_string_equal(got, expected);
    arena_finish(&replay.op.arena);
}

static void a_replay_has_what_changed_in_the_order_of_rev(void **state)
{
    assert_replay(*state, 41, "");
    assert_replay(*state, 40, "5@41");
    assert_replay(*state, 38, "19@39! 20@40! 5@41");
    /* 29 and 30 are new; the deleted and the edited ones come once, as they are now. */
    assert_replay(*state, 28,
                  "29@29 30@30 11@31! 12@32! 13@33! 14@34! 15@35! 16@36! 17@37! 18@38! "
                  "19@39! 20@40! 5@41");
    assert_replay(*state, 18,
                  "21@21 22@22 23@23 24@24 25@25 26@26 27@27 28@28 29@29 30@30 11@31! "
                  "12@32! 13@33! 14@34! 15@35! 16@36! 17@37! 18@38! 19@39! 20@40! 5@41");
}

static void a_replay_from_the_beginning_has_every_message_once(void **state)
{
    struct place *place = *state;
    struct store_replay replay = {.op.verb = STORE_REPLAY, .room = place->room};
    assert_int_equal(store_fixture_ask(&place->fixture, &replay.op), ERR_NONE);
    assert_int_equal(replay.messages.count, POSTS);
    bool seen[POSTS + 1] = {false};
    for (size_t i = 0; i < POSTS; i++) {
        const struct message *message = &replay.messages.items[i];
        assert_false(seen[message->seq]);
        seen[message->seq] = true;
        assert_true(i == 0 || replay.messages.items[i - 1].rev < message->rev);
    }
    arena_finish(&replay.op.arena);
}

static bool needs_reset(struct place *place, Seq after)
{
    struct store_replay replay = {.op.verb = STORE_REPLAY, .room = place->room, .after_seq = after};
    assert_int_equal(store_fixture_ask(&place->fixture, &replay.op), ERR_NONE);
    assert_true(!replay.needs_reset || replay.messages.count == 0);
    assert_true(replay.last_seq >= HEAD);
    arena_finish(&replay.op.arena);
    return replay.needs_reset;
}

static void a_replay_that_makes_no_sense_is_a_reset(void **state)
{
    struct place *place = *state;
    assert_false(needs_reset(place, HEAD));
    assert_true(needs_reset(place, HEAD + 1)); /* a cursor of a life that was rewound */
    assert_true(needs_reset(place, INT64_MAX));
    store_fixture_close(&place->fixture);
    store_fixture_exec(
        &place->fixture,
        "WITH RECURSIVE n(i) AS (SELECT 42 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
        "INSERT INTO change SELECT 1, i, 3, 5, 1, 4000 FROM n;"
        "UPDATE message SET rev = 600 WHERE seq = 5;"
        "UPDATE room SET last_seq = 600 WHERE id = 1");
    store_fixture_open(&place->fixture);
    assert_false(needs_reset(place, 600 - LIMIT_REPLAY_CHANGES));
    assert_true(needs_reset(place, 600 - LIMIT_REPLAY_CHANGES - 1));
    struct store_replay missing = {.op.verb = STORE_REPLAY, .room = 999};
    assert_int_equal(store_fixture_ask(&place->fixture, &missing.op), ERR_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(newest, make, unmake),
        cmocka_unit_test_setup_teardown(before, make, unmake),
        cmocka_unit_test_setup_teardown(after, make, unmake),
        cmocka_unit_test_setup_teardown(around, make, unmake),
        cmocka_unit_test_setup_teardown(an_empty_room_has_an_empty_page, make, unmake),
        cmocka_unit_test_setup_teardown(one_message, make, unmake),
        cmocka_unit_test_setup_teardown(a_replay_has_what_changed_in_the_order_of_rev, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_replay_from_the_beginning_has_every_message_once, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(a_replay_that_makes_no_sense_is_a_reset, make, unmake),
    };
    return cmocka_run_group_tests_name("store/store_pages", tests, NULL, NULL);
}
