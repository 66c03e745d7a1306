/* test_sql_catalogue.c -- every statement prepares, and none walks a room, or all of a table.
 * SPDX-License-Identifier: MIT */
#include <sql_catalogue.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "tests/support/cmocka_all.h"

static int make(void **state)
{
    sqlite3 *handle;
    assert_int_equal(sqlite3_open(":memory:", &handle), SQLITE_OK);
    for (int i = 0; i < sql_migration_count; i++) {
        assert_int_equal(sqlite3_exec(handle, sql_migrations[i].text, NULL, NULL, NULL), SQLITE_OK);
    }
    *state = handle;
    return 0;
}

static int unmake(void **state)
{
    assert_int_equal(sqlite3_close(*state), SQLITE_OK);
    return 0;
}

static void statements_prepare(void **state)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        sqlite3_stmt *statement;
        const char *tail;
        if (sqlite3_prepare_v2(*state, sql_queries[i].text, -1, &statement, &tail) != SQLITE_OK) {
            fail_msg("%s: %s", sql_queries[i].name, sqlite3_errmsg(*state));
        }
        assert_string_equal(tail, ""); /* one statement each */
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    }
}

/* PostgreSQL wants $1 to $n without a hole. */
static void placeholders_are_dense(void **state)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        sqlite3_stmt *statement;
        assert_int_equal(sqlite3_prepare_v2(*state, sql_queries[i].text, -1, &statement, NULL),
                         SQLITE_OK);
        int count = sqlite3_bind_parameter_count(statement);
        for (int n = 1; n <= count; n++) {
            char name[16];
            (void)snprintf(name, sizeof(name), "$%d", n);
            assert_true(sqlite3_bind_parameter_index(statement, name) > 0);
        }
        assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
    }
}

/* Reads every open room, or every person, on purpose; or ends after one row, or has a table of one. */
static bool may_scan(enum sql_query_id query)
{
    return query == SQL_PERSON_JOIN_OPEN_ROOMS || query == SQL_ROOM_JOIN_EVERYBODY ||
           query == SQL_MESSAGE_LAST_ID || query == SQL_INVITATION_GET ||
           query == SQL_INVITATION_CLEAR || query == SQL_ROOM_BROWSE ||
           query == SQL_OPEN_ROOMS_COUNT || query == SQL_OPEN_ROOMS_GROW;
}

static void check_step(enum sql_query_id query, const char *step)
{
    bool is_scan = strncmp(step, "SCAN ", 5) == 0 &&
                   strstr(step, "USING INDEX person_admin") == NULL; /* admins are few */
    bool walks_room = strstr(step, "message") != NULL && strstr(step, "(room_id=?)") != NULL;
    if ((is_scan && !may_scan(query)) || walks_room) {
        fail_msg("%s: %s", sql_queries[query].name, step);
    }
    if (query == SQL_PAGE_BEFORE || query == SQL_PAGE_AFTER) {
        assert_null(strstr(step, "TEMP B-TREE")); /* it would read all before the first row */
        assert_true(strstr(step, "message") == NULL || strstr(step, "message_visible") != NULL);
    }
}

static void statements_use_indexes(void **state)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        char sql[4096];
        sqlite3_stmt *plan;
        (void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", sql_queries[i].text);
        assert_int_equal(sqlite3_prepare_v2(*state, sql, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            check_step((enum sql_query_id)i, (const char *)sqlite3_column_text(plan, 3));
        }
        assert_int_equal(sqlite3_finalize(plan), SQLITE_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(statements_prepare, make, unmake),
        cmocka_unit_test_setup_teardown(placeholders_are_dense, make, unmake),
        cmocka_unit_test_setup_teardown(statements_use_indexes, make, unmake),
    };
    return cmocka_run_group_tests_name("store/sql_catalogue", tests, NULL, NULL);
}
