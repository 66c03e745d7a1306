/* test_command_line.c -- how words become arguments, options and settings.
 * SPDX-License-Identifier: MIT */
#include "command/command_line.h"

#include "tests/support/cmocka_all.h"

static const struct command_option options[] = {{"name", "NAME", ""}, {"admin", NULL, ""}, {0}};
static const struct command command = {"user add", "HANDLE", "", options, NULL};

struct fixture {
    struct arena arena;
    struct command_line line;
    struct err err;
};

static bool parse(struct fixture *fixture, char **words)
{
    return command_line_parse(&fixture->arena, &command, words, &fixture->line, &fixture->err);
}

#define PARSE(fixture, ...) parse((fixture), (char *[]){__VA_ARGS__, NULL})

static void options_stand_before_or_after_arguments(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    assert_true(PARSE(&fixture, "--log-level", "debug", "ada", "--name=A=B", "--data", "d", "--admin"));
    assert_string_equal(fixture.line.arguments[0], "ada");
    assert_string_equal(command_line_option(&fixture.line, "name"), "A=B");
    assert_non_null(command_line_option(&fixture.line, "admin"));
    assert_string_equal(fixture.line.settings[0], "log-level=debug");
    assert_string_equal(fixture.line.settings[1], "data=d");
    assert_null(fixture.line.settings[2]);
    assert_null(fixture.line.config);
    arena_finish(&fixture.arena);
}

static void two_hyphens_end_the_options(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    assert_true(PARSE(&fixture, "--config", "f", "--", "--admin"));
    assert_string_equal(fixture.line.arguments[0], "--admin");
    assert_string_equal(fixture.line.config, "f");
    assert_null(command_line_option(&fixture.line, "admin"));
    arena_finish(&fixture.arena);
}

static void what_does_not_fit_is_refused(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    assert_false(PARSE(&fixture, "ada", "bob"));
    assert_string_equal(fixture.err.message, "user add: \"bob\" is one word too many");
    assert_false(PARSE(&fixture, "--admin"));
    assert_string_equal(fixture.err.message, "user add: needs HANDLE");
    assert_false(PARSE(&fixture, "ada", "--nam", "x"));
    assert_string_equal(fixture.err.message, "--nam: there is no such option");
    assert_false(PARSE(&fixture, "ada", "-a"));
    assert_string_equal(fixture.err.message, "-a: there is no such option");
    assert_false(PARSE(&fixture, "ada", "--admin=yes"));
    assert_string_equal(fixture.err.message, "--admin: takes no value");
    assert_false(PARSE(&fixture, "ada", "--name"));
    assert_string_equal(fixture.err.message, "--name: has no value");
    assert_false(PARSE(&fixture, "ada", "--data"));
    assert_string_equal(fixture.err.message, "--data: has no value");
    arena_finish(&fixture.arena);
}

static void help_needs_no_arguments(void **state)
{
    struct fixture fixture = {0};
    (void)state;
    assert_true(PARSE(&fixture, "--help"));
    assert_true(fixture.line.wants_help);
    arena_finish(&fixture.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_or_after_arguments),
        cmocka_unit_test(two_hyphens_end_the_options),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(help_needs_no_arguments),
    };
    return cmocka_run_group_tests_name("command_line", tests, NULL, NULL);
}
