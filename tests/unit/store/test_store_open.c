/* test_store_open.c -- from nothing to a store and back, and files that are not touched.
 * SPDX-License-Identifier: MIT */
#include "base/buf.h"
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

static void epoch_lives_as_long_as_the_store(void **state)
{
    struct store_fixture *fixture = *state;
    struct store_fixture other;
    char first[32];
    store_fixture_open(fixture);
    Str epoch = store_epoch(fixture->store);
    assert_int_equal(epoch.len, 18);
    assert_true(str_ends(epoch, S("-0")));
    for (size_t i = 0; i < 16; i++) {
        assert_non_null(strchr("0123456789abcdef", epoch.data[i]));
    }
    (void)snprintf(first, sizeof(first), "%.*s", STR_ARG(epoch));
    store_fixture_close(fixture);
    store_fixture_open(fixture);
    assert_str_equal(store_epoch(fixture->store), first);

    store_fixture_make(&other);
    store_fixture_open(&other);
    assert_false(str_eq(store_epoch(other.store), str_from_z(first)));
    store_fixture_remove(&other);
}

static void healthy_when_open(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    assert_true(store_is_healthy(fixture->store));
}

static void stopped_it_answers_that_it_is_busy(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    store_stop(fixture->store);
    struct store_room_add write = {.op.verb = STORE_ROOM_ADD, .name = S("Late"), .now_ms = 1};
    struct store_room_list read = {.op.verb = STORE_ROOM_LIST, .person = 1};
    assert_int_equal(store_fixture_ask(fixture, &write.op), ERR_BUSY);
    assert_int_equal(store_fixture_ask(fixture, &read.op), ERR_BUSY);
}

static void a_first_start_that_was_killed_goes_on(void **state)
{
    struct store_fixture *fixture = *state;
    assert_int_equal(close(open(fixture->path, O_CREAT | O_WRONLY, 0600)), 0);
    store_fixture_open(fixture); /* an empty file */
    store_fixture_remove(fixture);

    store_fixture_make(fixture);
    store_fixture_exec(fixture, "PRAGMA journal_mode=WAL"); /* a file without tables */
    store_fixture_open(fixture);
    assert_int_equal(store_fixture_person(fixture, "ann"), 1);
}

static void the_file_says_whose_it_is(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    store_fixture_close(fixture);
    assert_int_equal(store_fixture_number(fixture, "PRAGMA application_id"), 0x5061726c);
    assert_true(store_fixture_number(fixture, "PRAGMA user_version") >= 1);
    assert_int_equal(store_fixture_number(fixture, "SELECT count(*) FROM pragma_table_list "
                                                   "WHERE schema = 'main' AND strict = 0 "
                                                   "AND name NOT LIKE 'sqlite%'"),
                     0);
}

/* --- files that are refused, and stay as they are --------------------------------------------- */

static void read_file(const char *path, struct buf *ret)
{
    char block[4096];
    ssize_t len;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    while ((len = read(fd, block, sizeof(block))) > 0) {
        buf_put(ret, block, (size_t)len);
    }
    assert_int_equal(len, 0);
    assert_int_equal(close(fd), 0);
}

static void assert_refused(struct store_fixture *fixture, const char *why)
{
    struct buf before = {0};
    struct buf after = {0};
    struct err err = {0};
    read_file(fixture->path, &before);
    assert_false(store_fixture_try_open(fixture, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.message, why));
    assert_non_null(strstr(err.message, "parlor.db"));
    read_file(fixture->path, &after);
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    buf_finish(&before);
    buf_finish(&after);
}

static void garbage_is_refused(void **state)
{
    struct store_fixture *fixture = *state;
    int fd = open(fixture->path, O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(write(fd, "garbage\n", 8), 8);
    }
    assert_int_equal(close(fd), 0);
    assert_refused(fixture, "no readable database");
}

static void a_foreign_database_is_refused(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_exec(fixture, "CREATE TABLE song (title); INSERT INTO song VALUES ('x')");
    assert_refused(fixture, "another program"); /* most programs set no application_id */
    store_fixture_exec(fixture, "PRAGMA journal_mode=WAL; PRAGMA application_id=7");
    assert_refused(fixture, "another program");
}

static void a_newer_store_is_refused(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "PRAGMA user_version=1000");
    assert_refused(fixture, "schema 1000");
}

static void a_store_that_was_cut_short_is_refused(void **state)
{
    struct store_fixture *fixture = *state;
    store_fixture_open(fixture);
    store_fixture_close(fixture);
    store_fixture_exec(fixture, "PRAGMA wal_checkpoint(TRUNCATE)");
    assert_int_equal(truncate(fixture->path, 3 * 4096), 0);
    assert_refused(fixture, "no readable database");
}

static void a_folder_that_is_missing_is_an_error(void **state)
{
    struct store *store = NULL;
    struct err err = {0};
    struct store_config config = {.folder = "/nonexistent/folder", .readers = 1};
    (void)state;
    assert_false(store_open(&config, &store, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_null(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(epoch_lives_as_long_as_the_store, make, unmake),
        cmocka_unit_test_setup_teardown(healthy_when_open, make, unmake),
        cmocka_unit_test_setup_teardown(stopped_it_answers_that_it_is_busy, make, unmake),
        cmocka_unit_test_setup_teardown(a_first_start_that_was_killed_goes_on, make, unmake),
        cmocka_unit_test_setup_teardown(the_file_says_whose_it_is, make, unmake),
        cmocka_unit_test_setup_teardown(garbage_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(a_foreign_database_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(a_newer_store_is_refused, make, unmake),
        cmocka_unit_test_setup_teardown(a_store_that_was_cut_short_is_refused, make, unmake),
        cmocka_unit_test(a_folder_that_is_missing_is_an_error),
    };
    return cmocka_run_group_tests_name("store/store_open", tests, NULL, NULL);
}
