/* test_store_post.c -- posts: numbers without a gap, each nonce once, and who may.
 * SPDX-License-Identifier: MIT */
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
    *state = &place;
    return 0;
}

static int unmake(void **state)
{
    struct place *place = *state;
    store_fixture_remove(&place->fixture);
    return 0;
}

static void reopen_after(struct place *place, const char *sql)
{
    store_fixture_close(&place->fixture);
    store_fixture_exec(&place->fixture, sql);
    store_fixture_open(&place->fixture);
}

static void a_post_gives_back_the_stored_message(void **state)
{
    struct place *place = *state;
    struct store_post post = store_fixture_post_of(place->room, place->bob, "n-1", "Hello");
    assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_NONE);
    assert_false(post.is_repeated);
    assert_int_equal(post.message.room, place->room);
    assert_int_equal(post.message.seq, 1);
    assert_int_equal(post.message.rev, 1);
    assert_int_equal(post.message.post, 1);
    assert_int_equal(post.message.author, place->bob);
    assert_int_equal(post.message.created_ms, 1000);
    assert_int_equal(post.message.edited_ms, 0);
    assert_false(post.message.deleted);
    assert_str_equal(post.message.author_name, "bob");
    assert_str_equal(post.message.nonce, "n-1");
    assert_str_equal(post.message.body, "Hello");
    arena_finish(&post.op.arena);
}

static void numbers_have_no_gap(void **state)
{
    struct place *place = *state;
    RoomId other = store_fixture_room(&place->fixture, "Yard");
    for (int i = 1; i <= 20; i++) {
        char nonce[16];
        (void)snprintf(nonce, sizeof(nonce), "n%d", i);
        assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, nonce, "x"),
                         i);
        assert_int_equal(store_fixture_post(&place->fixture, other, place->bob, nonce, "y"), i);
    }
}

static void time_does_not_run_backwards_in_a_room(void **state)
{
    struct place *place = *state;
    struct store_post late = store_fixture_post_of(place->room, place->ann, "late", "x");
    struct store_post early = store_fixture_post_of(place->room, place->ann, "early", "x");
    late.now_ms = 5000;
    early.now_ms = 4000;
    assert_int_equal(store_fixture_ask(&place->fixture, &late.op), ERR_NONE);
    assert_int_equal(store_fixture_ask(&place->fixture, &early.op), ERR_NONE);
    assert_int_equal(early.message.created_ms, 5000);
    arena_finish(&late.op.arena);
    arena_finish(&early.op.arena);
}

static void ids_increase_whatever_the_clock_does(void **state)
{
    struct place *place = *state;
    static const Millis times[] = {9000, 9000, 1, 70000, 70000, 20};
    RoomId rooms[] = {place->room, store_fixture_room(&place->fixture, "Yard")};
    for (size_t i = 0; i < ARRAY_LEN(times); i++) {
        char nonce[16];
        (void)snprintf(nonce, sizeof(nonce), "n%zu", i);
        struct store_post post = store_fixture_post_of(rooms[i % 2], place->ann, nonce, "x");
        post.now_ms = times[i];
        assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_NONE);
        arena_finish(&post.op.arena);
        if (i == 2) {
            reopen_after(place, "SELECT 1"); /* what was remembered is read again */
        }
    }
    store_fixture_close(&place->fixture);
    assert_int_equal(store_fixture_number(&place->fixture, "SELECT min(id) FROM message"),
                     9000LL << 20);
    assert_int_equal(store_fixture_number(&place->fixture,
                                          "SELECT group_concat(substr(nonce, 2), '') FROM "
                                          "(SELECT nonce FROM message ORDER BY id)"),
                     12345); /* 012345: in the order of posting */
}

/* --- the same nonce again --------------------------------------------------------------------- */

static void assert_repeats(struct place *place, const char *nonce, const char *body, Seq seq,
                           const char *stored)
{
    struct store_post post = store_fixture_post_of(place->room, place->ann, nonce, body);
    int64_t repeated = metrics_get(posts_repeated_total);
    assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_NONE);
    assert_true(post.is_repeated);
    assert_int_equal(post.message.seq, seq);
    assert_int_equal(post.message.post, seq);
    assert_int_equal(post.message.created_ms, 1000);
    assert_str_equal(post.message.body, stored);
    assert_str_equal(post.message.author_name, "ann");
    assert_int_equal(metrics_get(posts_repeated_total), repeated + 1);
    arena_finish(&post.op.arena);
}

static void a_repeated_nonce_finds_its_message(void **state)
{
    struct place *place = *state;
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, "same", "one"),
                     1);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, "next", "two"),
                     2);
    assert_repeats(place, "same", "one", 1, "one");
    assert_repeats(place, "same", "something else", 1, "one");
    reopen_after(place, "SELECT 1");
    assert_repeats(place, "same", "one", 1, "one");
    assert_repeats(place, "next", "two", 2, "two");
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, "new", "x"), 3);
}

static void a_nonce_belongs_to_its_author_and_room(void **state)
{
    struct place *place = *state;
    RoomId other = store_fixture_room(&place->fixture, "Yard");
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, "same", "a"), 1);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->bob, "same", "b"), 2);
    assert_int_equal(store_fixture_post(&place->fixture, other, place->ann, "same", "c"), 1);
}

static void a_deleted_message_keeps_its_nonce(void **state)
{
    struct place *place = *state;
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, "gone", "x"), 1);
    reopen_after(place, "UPDATE message SET body = '', deleted = 1, rev = 2;"
                        "UPDATE room SET last_seq = 2;"
                        "INSERT INTO change VALUES (1, 2, 2, 1, 1, 5)");
    struct store_post post = store_fixture_post_of(place->room, place->ann, "gone", "x");
    assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_NONE);
    assert_true(post.is_repeated && post.message.deleted);
    assert_int_equal(post.message.rev, 2);
    assert_str_equal(post.message.body, "");
    arena_finish(&post.op.arena);
}

/* --- who may not ------------------------------------------------------------------------------ */

static void assert_denied(struct place *place, RoomId room, PersonId author, char ret_message[200])
{
    struct store_post post = store_fixture_post_of(room, author, "denied", "x");
    assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_DENIED);
    assert_false(post.is_repeated);
    assert_int_equal(post.message.seq, 0);
    (void)snprintf(ret_message, 200, "%s", post.op.err.message);
    arena_finish(&post.op.arena);
}

static void a_denied_post_writes_nothing(void **state)
{
    struct place *place = *state;
    char message[200];
    reopen_after(place, "UPDATE member SET role = 0 WHERE person_id = 1;" /* ann left */
                        "UPDATE person SET state = 2 WHERE id = 2");      /* bob is disabled */
    PersonId eve = store_fixture_person(&place->fixture, "eve");
    int64_t posts = metrics_get(posts_total);
    assert_denied(place, place->room, place->ann, message);
    assert_denied(place, place->room, place->bob, message);
    assert_denied(place, place->room, 999, message);
    assert_denied(place, 999, eve, message);
    assert_denied(place, 0, 0, message);
    assert_int_equal(metrics_get(posts_total), posts);
    assert_int_equal(store_fixture_post(&place->fixture, place->room, eve, "n", "x"), 1);
}

static void a_missing_room_looks_like_a_closed_one(void **state)
{
    struct place *place = *state;
    char missing[200];
    char closed[200];
    RoomId other = store_fixture_room(&place->fixture, "Yard");
    reopen_after(place, "DELETE FROM member WHERE room_id = 2");
    assert_denied(place, other, place->ann, closed);
    assert_denied(place, 3, place->ann, missing);
    assert_int_equal(strlen(missing),
                     strlen(closed)); /* they differ in the number that was asked */
}

/* "Denied" would tell them that the message is not there. */
static void who_left_learns_that_a_post_was_stored(void **state)
{
    struct place *place = *state;
    char message[200];
    assert_int_equal(store_fixture_post(&place->fixture, place->room, place->ann, "kept", "x"), 1);
    reopen_after(place, "UPDATE member SET role = 0 WHERE person_id = 1");
    assert_repeats(place, "kept", "x", 1, "x");
    assert_denied(place, place->room, place->ann, message);
    reopen_after(place, "UPDATE person SET state = 2 WHERE id = 1");
    struct store_post post = store_fixture_post_of(place->room, place->ann, "kept", "x");
    assert_int_equal(store_fixture_ask(&place->fixture, &post.op), ERR_DENIED);
    arena_finish(&post.op.arena);
}

static PostNo read_post_of(const struct place *place, PersonId person)
{
    char sql[100];
    (void)snprintf(sql, sizeof(sql), "SELECT read_post FROM member WHERE person_id = %d",
                   (int)person);
    return store_fixture_number(&place->fixture, sql);
}

static void who_had_read_everything_has_read_their_own_post(void **state)
{
    struct place *place = *state;
    (void)store_fixture_post(&place->fixture, place->room, place->ann, "1", "x");
    (void)store_fixture_post(&place->fixture, place->room, place->ann, "2", "x");
    (void)store_fixture_post(&place->fixture, place->room, place->bob, "3", "x");
    store_fixture_close(&place->fixture);
    assert_int_equal(read_post_of(place, place->ann), 2);
    assert_int_equal(read_post_of(place, place->bob), 0); /* two of ann's are unread */
}

/* --- one batch -------------------------------------------------------------------------------- */

enum { BATCH = 12 };

/* The writer waits in the answer of a first post until the batch behind it is queued. */
struct batch {
    sem_t is_held, is_released, answered;
    struct store_post holder;
    struct store_post posts[BATCH];
    char nonces[BATCH][16];
    int after[BATCH]; /* when `after` was called: 1, 2, 3 … */
    int answer[BATCH];
    int calls;
};

static void hold_writer(struct store_op *op)
{
    struct batch *batch = op->asker;
    assert_int_equal(sem_post(&batch->is_held), 0);
    while (sem_wait(&batch->is_released) != 0) {
    }
}

static size_t index_of(const struct batch *batch, struct store_op *op)
{
    return (size_t)(CONTAINER_OF(op, struct store_post, op) - batch->posts);
}

static void note_after(struct store_op *op)
{
    struct batch *batch = op->asker;
    batch->after[index_of(batch, op)] = ++batch->calls;
}

static void note_answer(struct store_op *op)
{
    struct batch *batch = op->asker;
    batch->answer[index_of(batch, op)] = ++batch->calls;
    assert_int_equal(sem_post(&batch->answered), 0);
}

static void batch_make(struct batch *batch, struct place *place)
{
    *batch = (struct batch){0};
    assert_int_equal(sem_init(&batch->is_held, 0, 0), 0);
    assert_int_equal(sem_init(&batch->is_released, 0, 0), 0);
    assert_int_equal(sem_init(&batch->answered, 0, 0), 0);
    batch->holder = store_fixture_post_of(place->room, place->bob, "holder", "first");
    for (int i = 0; i < BATCH; i++) {
        (void)snprintf(batch->nonces[i], sizeof(batch->nonces[i]), "n%d", i);
        batch->posts[i] = store_fixture_post_of(place->room, place->ann, batch->nonces[i], "x");
    }
}

/* Runs the posts as one batch; how many transactions that took, the holder's not counted. */
static int64_t batch_run(struct batch *batch, struct place *place)
{
    batch->holder.op.asker = batch;
    batch->holder.op.answer = hold_writer;
    store_submit(place->fixture.store, &batch->holder.op);
    while (sem_wait(&batch->is_held) != 0) {
    }
    int64_t batches = metrics_get(store_batches_total);
    for (int i = 0; i < BATCH; i++) {
        batch->posts[i].op.asker = batch;
        batch->posts[i].op.after = note_after;
        batch->posts[i].op.answer = note_answer;
        store_submit(place->fixture.store, &batch->posts[i].op);
    }
    assert_int_equal(sem_post(&batch->is_released), 0);
    for (int i = 0; i < BATCH; i++) {
        while (sem_wait(&batch->answered) != 0) {
        }
    }
    return metrics_get(store_batches_total) - batches;
}

static void batch_finish(struct batch *batch)
{
    arena_finish(&batch->holder.op.arena);
    for (int i = 0; i < BATCH; i++) {
        arena_finish(&batch->posts[i].op.arena);
    }
    assert_int_equal(sem_destroy(&batch->is_held), 0);
    assert_int_equal(sem_destroy(&batch->is_released), 0);
    assert_int_equal(sem_destroy(&batch->answered), 0);
}

static void what_is_queued_is_one_transaction(void **state)
{
    struct place *place = *state;
    struct batch batch;
    batch_make(&batch, place);
    assert_int_equal(batch_run(&batch, place), 1);
    for (int i = 0; i < BATCH; i++) {
        assert_int_equal(batch.posts[i].op.err.kind, ERR_NONE);
        assert_int_equal(batch.posts[i].message.seq, i + 2); /* the holder's was 1 */
        assert_true(batch.after[i] > 0 && batch.after[i] < batch.answer[i]);
        assert_true(i == 0 || batch.answer[i - 1] < batch.answer[i]);
    }
    batch_finish(&batch);
}

static void refusals_do_not_disturb_a_batch(void **state)
{
    struct place *place = *state;
    struct batch batch;
    batch_make(&batch, place);
    batch.posts[3].nonce = batch.posts[1].nonce; /* the same post twice in one transaction */
    batch.posts[5].author = 999;
    batch.posts[7].room = 999;
    assert_int_equal(batch_run(&batch, place), 1);
    assert_true(batch.posts[3].is_repeated);
    assert_int_equal(batch.posts[3].message.seq, batch.posts[1].message.seq);
    assert_int_equal(batch.posts[5].op.err.kind, ERR_DENIED);
    assert_int_equal(batch.posts[7].op.err.kind, ERR_DENIED);
    for (int i = 0; i < BATCH; i++) {
        bool is_stored = i != 3 && i != 5 && i != 7;
        assert_int_equal(batch.after[i] > 0, is_stored);
        assert_true(batch.answer[i] > 0);
    }
    assert_int_equal(batch.posts[BATCH - 1].message.seq, 1 + BATCH - 3);
    batch_finish(&batch);
}

/* An error that nobody expected: `raise` says what it does to the transaction. */
static void check_retry(struct place *place, const char *raise)
{
    struct batch batch;
    char sql[256];
    int64_t retries = metrics_get(store_batch_retries_total);
    (void)snprintf(sql, sizeof(sql),
                   "CREATE TRIGGER poison BEFORE INSERT ON message WHEN NEW.body = 'poison' "
                   "BEGIN SELECT RAISE(%s, 'poisoned'); END",
                   raise);
    reopen_after(place, sql);
    batch_make(&batch, place);
    batch.posts[4].body = S("poison");
    assert_int_equal(batch_run(&batch, place),
                     BATCH - 1); /* each by itself, but for the guilty one */
    assert_int_equal(metrics_get(store_batch_retries_total), retries + 1);
    for (int i = 0; i < BATCH; i++) {
        bool is_guilty = i == 4;
        assert_int_equal(batch.posts[i].op.err.kind, is_guilty ? ERR_INTERNAL : ERR_NONE);
        assert_int_equal(batch.after[i] > 0, !is_guilty);
        if (!is_guilty) {
            assert_int_equal(batch.posts[i].message.seq, i < 4 ? i + 2 : i + 1);
        }
    }
    assert_non_null(strstr(batch.posts[4].op.err.message, "poisoned"));
    batch_finish(&batch);
}

static void only_the_guilty_pays_for_an_error(void **state)
{
    check_retry(*state, "ABORT");
}

static void an_error_that_ends_the_transaction_is_the_same(void **state)
{
    check_retry(*state, "ROLLBACK");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_post_gives_back_the_stored_message, make, unmake),
        cmocka_unit_test_setup_teardown(numbers_have_no_gap, make, unmake),
        cmocka_unit_test_setup_teardown(time_does_not_run_backwards_in_a_room, make, unmake),
        cmocka_unit_test_setup_teardown(ids_increase_whatever_the_clock_does, make, unmake),
        cmocka_unit_test_setup_teardown(a_repeated_nonce_finds_its_message, make, unmake),
        cmocka_unit_test_setup_teardown(a_nonce_belongs_to_its_author_and_room, make, unmake),
        cmocka_unit_test_setup_teardown(a_deleted_message_keeps_its_nonce, make, unmake),
        cmocka_unit_test_setup_teardown(a_denied_post_writes_nothing, make, unmake),
        cmocka_unit_test_setup_teardown(a_missing_room_looks_like_a_closed_one, make, unmake),
        cmocka_unit_test_setup_teardown(who_left_learns_that_a_post_was_stored, make, unmake),
        cmocka_unit_test_setup_teardown(who_had_read_everything_has_read_their_own_post, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(what_is_queued_is_one_transaction, make, unmake),
        cmocka_unit_test_setup_teardown(refusals_do_not_disturb_a_batch, make, unmake),
        cmocka_unit_test_setup_teardown(only_the_guilty_pays_for_an_error, make, unmake),
        cmocka_unit_test_setup_teardown(an_error_that_ends_the_transaction_is_the_same, make,
                                        unmake),
    };
    return cmocka_run_group_tests_name("store/store_post", tests, NULL, NULL);
}
