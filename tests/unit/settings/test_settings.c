/* test_settings.c -- where a setting comes from, what is refused and with which words, and that the
 * example file is the table.
 * SPDX-License-Identifier: MIT */
#include "settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/limits.h"
#include "tests/support/cmocka_all.h"

static char *const no_environment[] = {NULL};

struct fixture {
    struct arena arena;
    struct settings settings;
    struct err err;
    char path[64];
};

static int set_up(void **state)
{
    struct fixture *fixture = mem_new(struct fixture);
    (void)snprintf(fixture->path, sizeof(fixture->path), "/tmp/parlor-settings-XXXXXX");
    int fd = mkstemp(fixture->path);
    *state = fixture;
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    (void)unlink(fixture->path);
    arena_finish(&fixture->arena);
    mem_free(fixture);
    return 0;
}

static void write_file(const struct fixture *fixture, Str text)
{
    int fd = open(fixture->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.data, text.len), text.len);
    assert_int_equal(close(fd), 0);
}

static bool load(struct fixture *fixture, const char *file, char *const *environment,
                 const char *const *options)
{
    return settings_load(&fixture->arena, file, environment, options, &fixture->settings,
                         &fixture->err);
}

static bool load_text(struct fixture *fixture, Str text)
{
    write_file(fixture, text);
    return load(fixture, fixture->path, no_environment, NULL);
}

static void assert_refused(struct fixture *fixture, Str text, int line, const char *why)
{
    char expected[256];
    assert_false(load_text(fixture, text));
    assert_int_equal(fixture->err.kind, ERR_INPUT);
    (void)snprintf(expected, sizeof(expected), "%s:%d: %s", fixture->path, line, why);
    assert_string_equal(fixture->err.message, expected);
}

static void without_anything_the_defaults_hold(void **state)
{
    struct fixture *fixture = *state;
    assert_true(load(fixture, NULL, no_environment, NULL));
    assert_string_equal(fixture->settings.listen, "127.0.0.1:3000");
    assert_string_equal(fixture->settings.public_url, "");
    assert_int_equal(fixture->settings.loops, 0);
    assert_int_equal(fixture->settings.log_level, LOG_INFO);
    assert_int_equal(fixture->settings.log_format, LOG_LOGFMT);
    assert_int_equal(fixture->settings.password_least, 12);
    assert_string_equal(fixture->settings.origins[SETTING_listen], "default");
}

static void the_command_line_beats_environment_beats_file(void **state)
{
    struct fixture *fixture = *state;
    char *const environment[] = {"PATH=/bin", "PARLOR_LOOPS=2", "PARLOR_LOG_LEVEL=warn", NULL};
    const char *const options[] = {"log-level=debug", "log_level=error", NULL};
    write_file(fixture, S("loops = 1\nlog_level = debug\nposts_per_second=0\n"));
    assert_true(load(fixture, fixture->path, environment, options));
    assert_int_equal(fixture->settings.posts_per_second, 0);
    assert_int_equal(fixture->settings.loops, 2);
    assert_int_equal(fixture->settings.log_level, LOG_ERROR);
    assert_string_equal(fixture->settings.origins[SETTING_loops], "PARLOR_LOOPS");
    assert_string_equal(fixture->settings.origins[SETTING_log_level], "--log_level");
    assert_string_equal(fixture->settings.texts[SETTING_posts_per_second], "0");
}

static void the_environment_may_name_the_file(void **state)
{
    struct fixture *fixture = *state;
    char entry[96];
    (void)snprintf(entry, sizeof(entry), "PARLOR_CONFIG=%s", fixture->path);
    char *const environment[] = {entry, NULL};
    write_file(fixture, S("loops = 7\n"));
    assert_true(load(fixture, NULL, environment, NULL));
    assert_int_equal(fixture->settings.loops, 7);
}

static void a_file_has_comments_blanks_and_windows_line_ends(void **state)
{
    struct fixture *fixture = *state;
    assert_true(load_text(fixture, S("\xEF\xBB\xBF# first\r\n\r\n  loops = 3\r\n"
                                     "; second\n\tlisten=[::1]:0")));
    assert_int_equal(fixture->settings.loops, 3);
    assert_string_equal(fixture->settings.listen, "[::1]:0");
}

static void a_bad_file_is_refused_with_its_line(void **state)
{
    struct fixture *fixture = *state;
    assert_refused(fixture, S("\n# x\nlisen = 1.2.3.4:5\n"), 3, "lisen: there is no such setting");
    assert_refused(fixture, S("loops = 1\nloops = 1\n"), 2, "loops: is set a second time");
    assert_refused(fixture, S("[server]\nloops = 1\n"), 1,
                   "there are no sections here, only lines of key = value");
    assert_refused(fixture, S("loops\nlisen = 1\n"), 1, "this is not key = value");
    assert_refused(fixture, S("loops = 1\nlog_level"), 2, "this is not key = value");
    assert_refused(fixture, S(""), 1, "the file is empty");
    assert_refused(fixture, S("loops = 1\n\0"), 2, "there is a control character: is it a text?");
    assert_refused(fixture, S("loops = 1\n# \xFF\n"), 1, "the file is not UTF-8");
    assert_refused(fixture, S("listen =\n"), 1, "listen: is not ADDRESS:PORT or [ADDRESS]:PORT");
    assert_refused(fixture, S("loops = 1\ndata =\n"), 2, "data: may not be empty");
    assert_refused(fixture, S("loops = 1\n  2\n"), 2, "this is not key = value");
}

static void a_long_file_or_line_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buf text = {0};
    char why[80];
    buf_put_str(&text, S("assets = "));
    for (int i = 0; i < 300; i++) {
        buf_put_char(&text, 'x');
    }
    assert_refused(fixture, buf_str(&text), 1, "the line is longer than 199 bytes");
    while (text.len <= LIMIT_SETTINGS_FILE) {
        buf_put_str(&text, S("\n# and so on, and so on, and so on, and so on, and so on, and so on"));
    }
    (void)snprintf(why, sizeof(why), "the file is longer than %d bytes", LIMIT_SETTINGS_FILE);
    assert_refused(fixture, buf_str(&text), 1, why);
    buf_finish(&text);
}

static void a_file_that_cannot_be_read_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_false(load(fixture, "/tmp/parlor-no-such-file", no_environment, NULL));
    assert_int_equal(fixture->err.kind, ERR_INPUT);
    assert_string_equal(fixture->err.message,
                        "/tmp/parlor-no-such-file: cannot be read: No such file or directory");
    assert_false(load(fixture, "/tmp", no_environment, NULL));
    assert_int_equal(fixture->err.kind, ERR_INPUT);
}

static void the_environment_is_judged_like_the_file(void **state)
{
    struct fixture *fixture = *state;
    char *const unknown[] = {"PARLOR_LOOP=1", NULL};
    char *const lower[] = {"PARLOR_loops=1", NULL};
    char *const bad[] = {"PARLOR_LOOPS=many", NULL};
    assert_false(load(fixture, NULL, unknown, NULL));
    assert_string_equal(fixture->err.message, "PARLOR_LOOP: there is no such setting");
    assert_false(load(fixture, NULL, lower, NULL));
    assert_string_equal(fixture->err.message, "PARLOR_loops: there is no such setting");
    assert_false(load(fixture, NULL, bad, NULL));
    assert_string_equal(fixture->err.message, "PARLOR_LOOPS: loops: \"many\" is not a whole number");
}

static bool takes(struct fixture *fixture, const char *option)
{
    const char *const options[] = {option, NULL};
    return load(fixture, NULL, no_environment, options);
}

static void options_are_judged_like_the_file(void **state)
{
    struct fixture *fixture = *state;
    assert_false(takes(fixture, "nonsense=1"));
    assert_string_equal(fixture->err.message, "--nonsense: there is no such setting");
    assert_false(takes(fixture, "password-least=7"));
    assert_string_equal(fixture->err.message, "--password-least: 7 is not between 8 and 128");
    assert_false(takes(fixture, "assets=a\nb"));
    assert_string_equal(fixture->err.message, "--assets: holds a control character");
}

static void numbers_are_whole_and_in_range(void **state)
{
    static const char *const bad[] = {"loops=",    "loops=-1",   "loops=65",
                                      "loops=1.5", "loops= 1",   "loops=99999999999G",
                                      "loops=0x1", "loops=+1",   "loops=99999999999999999999",
                                      "loops=01",  "log_level=", "log_format=xml"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(takes(*state, bad[i]));
    }
    assert_true(takes(*state, "loops=64"));
    assert_true(takes(*state, "log_format=json"));
}

static void listen_is_an_address_and_a_port(void **state)
{
    static const char *const good[] = {"listen=127.0.0.1:0", "listen=0.0.0.0:65535",
                                       "listen=[::]:80", "listen=localhost:3000"};
    static const char *const bad[] = {"listen=127.0.0.1",       "listen=127.0.0.1:70000",
                                      "listen=127.0.0.1:-1",    "listen=:3000",
                                      "listen=example.org:80",  "listen=[::1:80",
                                      "listen=[::1]80",         "listen=[::1]x:80",
                                      "listen=127.0.0.1:3000 ", "listen=127.0.0.1:3000 # x",
                                      "listen=127.0.0.1:",      "listen=[127.0.0.1]:80"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(takes(*state, good[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(takes(*state, bad[i]));
    }
}

static void public_url_is_an_origin_as_browsers_send_it(void **state)
{
    static const char *const good[] = {
        "public_url=", "public_url=https://chat.example.org", "public_url=http://localhost:3000",
        "public_url=http://[::1]:8080", "public_url=https://xn--bcher-kva.example:8443"};
    static const char *const bad[] = {
        "public_url=chat.example.org",          "public_url=https://",
        "public_url=https://chat.example.org/", "public_url=https://chat.example.org/chat",
        "public_url=HTTPS://chat.example.org",  "public_url=https://Chat.example.org",
        "public_url=https://a.example:443",     "public_url=http://a.example:80",
        "public_url=https://a.example:0",       "public_url=https://a.example:70000",
        "public_url=https://u@a.example",       "public_url=ftp://a.example",
        "public_url=https://a.example?x",       "public_url=https://a b",
        "public_url=https://a.example:",        "public_url=https://[::1"};
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        assert_true(takes(*state, good[i]));
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(takes(*state, bad[i]));
    }
}

static void trusted_proxies_are_addresses(void **state)
{
    assert_true(takes(*state, "trusted_proxies=127.0.0.1, ::1"));
    assert_true(takes(*state, "trusted_proxies=10.0.0.1"));
    assert_false(takes(*state, "trusted_proxies=127.0.0.1,"));
    assert_false(takes(*state, "trusted_proxies=,127.0.0.1"));
    assert_false(takes(*state, "trusted_proxies=127.0.0.1 ::1"));
    assert_false(takes(*state, "trusted_proxies=proxy.example"));
}

static void registration_is_one_of_three(void **state)
{
    struct fixture *fixture = *state;
    assert_true(takes(fixture, "registration=open"));
    assert_int_equal(fixture->settings.registration, REGISTRATION_OPEN);
    assert_true(takes(fixture, "registration=closed"));
    assert_int_equal(fixture->settings.registration, REGISTRATION_CLOSED);
    assert_true(takes(fixture, "registration=invite"));
    assert_int_equal(fixture->settings.registration, REGISTRATION_INVITE);
    assert_false(takes(fixture, "registration=Open"));
    assert_false(takes(fixture, "registration="));
}

static void a_refusal_leaves_the_settings_alone(void **state)
{
    struct fixture *fixture = *state;
    assert_true(takes(fixture, "loops=5"));
    assert_false(takes(fixture, "loops=nine"));
    assert_int_equal(fixture->settings.loops, 5);
}

/* Read from the root of the tree, where the tests run. */
static void the_example_file_is_the_table(void **state)
{
    struct buf example = {0};
    struct buf found = {0};
    (void)state;
    settings_print_example(&example);
    FILE *file = fopen("parlor.conf.example", "re");
    assert_non_null(file);
    buf_reserve(&found, LIMIT_SETTINGS_FILE);
    found.len = fread(found.data, 1, LIMIT_SETTINGS_FILE, file);
    assert_int_equal(fclose(file), 0);
    buf_put_char(&found, '\0');
    buf_put_char(&example, '\0');
    assert_string_equal(found.data, example.data);
    buf_finish(&example);
    buf_finish(&found);
}

/* Every line that looks like "#key = value" without its "#" must be read back as the default. */
static void the_example_states_the_defaults(void **state)
{
    struct fixture *fixture = *state;
    struct buf example = {0};
    struct buf text = {0};
    Str line, rest;
    settings_print_example(&example);
    for (rest = buf_str(&example); rest.len > 0;) {
        (void)str_cut(rest, '\n', &line, &rest);
        bool is_pair = line.len > 1 && line.data[1] >= 'a' && line.data[1] <= 'z';
        buf_put_str(&text, is_pair ? str_skip(line, 1) : line);
        buf_put_char(&text, '\n');
    }
    assert_true(load_text(fixture, buf_str(&text)));
    struct settings written = fixture->settings;
    assert_true(load(fixture, NULL, no_environment, NULL));
    for (int i = 0; i < SETTING_COUNT; i++) {
        assert_string_equal(written.texts[i], fixture->settings.texts[i]);
        assert_string_not_equal(written.origins[i], "default");
    }
    buf_finish(&example);
    buf_finish(&text);
}

static void what_is_printed_can_be_read_again(void **state)
{
    struct fixture *fixture = *state;
    struct buf out = {0};
    assert_true(takes(fixture, "frames-per-second=77"));
    settings_print(&fixture->settings, &out);
    assert_true(str_contains(buf_str(&out), S("# --frames-per-second\nframes_per_second = 77\n")));
    assert_true(load_text(fixture, buf_str(&out)));
    assert_int_equal(fixture->settings.frames_per_second, 77);
    buf_finish(&out);
}

static void names_of_options_are_known(void **state)
{
    (void)state;
    assert_true(settings_is_name(S("public_url")));
    assert_true(settings_is_name(S("public-url")));
    assert_false(settings_is_name(S("public-ur")));
    assert_false(settings_is_name(S("public-urls")));
    assert_false(settings_is_name(S("")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_anything_the_defaults_hold),
        TEST(the_command_line_beats_environment_beats_file),
        TEST(the_environment_may_name_the_file),
        TEST(a_file_has_comments_blanks_and_windows_line_ends),
        TEST(a_bad_file_is_refused_with_its_line),
        TEST(a_long_file_or_line_is_refused),
        TEST(a_file_that_cannot_be_read_is_refused),
        TEST(the_environment_is_judged_like_the_file),
        TEST(options_are_judged_like_the_file),
        TEST(numbers_are_whole_and_in_range),
        TEST(listen_is_an_address_and_a_port),
        TEST(public_url_is_an_origin_as_browsers_send_it),
        TEST(trusted_proxies_are_addresses),
        TEST(registration_is_one_of_three),
        TEST(a_refusal_leaves_the_settings_alone),
        TEST(the_example_file_is_the_table),
        TEST(the_example_states_the_defaults),
        TEST(what_is_printed_can_be_read_again),
        TEST(names_of_options_are_known),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
