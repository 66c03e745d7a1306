/* test_log.c -- one event is one readable line, whatever is in it, and nothing ever waits for
 * stderr. SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/metrics.h"
#include "tests/support/cmocka_all.h"

enum { HANG_SECONDS = 60, ROUNDS = 2000, WRITERS = 2, VALUE_MAX_LEN = 1024 };

/* Where stderr went while a test looks at it. */
struct capture {
    int saved, reader;
};

static struct capture capture_begin(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct capture capture = {.saved = dup(STDERR_FILENO), .reader = ends[0]};
    assert_true(capture.saved >= 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    assert_int_equal(close(ends[1]), 0);
    return capture;
}

static void capture_end(struct capture *capture, struct buf *ret_text)
{
    char chunk[4096];
    ssize_t got;
    assert_true(dup2(capture->saved, STDERR_FILENO) >= 0); /* the pipe's last writer goes */
    assert_int_equal(close(capture->saved), 0);
    while ((got = read(capture->reader, chunk, sizeof(chunk))) > 0) {
        buf_put(ret_text, chunk, (size_t)got);
    }
    assert_int_equal(close(capture->reader), 0);
}

/* One line of the event "probe" with the value under "k", without its newline. */
static Str logged(enum log_format format, Str value, struct buf *buf)
{
    log_configure(LOG_INFO, format);
    buf_clear(buf);
    struct capture capture = capture_begin();
    log_info("probe", log_str("k", value), log_i64("n", -7));
    capture_end(&capture, buf);
    assert_true(str_ends(buf_str(buf), S("\n")));
    Str line = str_sub(buf_str(buf), 0, buf->len - 1);
    assert_int_equal(str_find(line, '\n'), -1);
    return line;
}

static void assert_logfmt(Str value, Str expected)
{
    struct buf buf = {0};
    Str line = logged(LOG_LOGFMT, value, &buf);
    assert_int_equal(line.data[10], 'T'); /* 2026-11-24T10:17:11.123Z */
    assert_int_equal(line.data[23], 'Z');
    assert_true(str_eq(str_skip(line, 24), expected));
    buf_finish(&buf);
}

static void logfmt_is_a_time_a_level_an_event_and_pairs(void **state)
{
    (void)state;
    assert_logfmt(S("plain"), S(" info probe k=plain n=-7"));
    assert_logfmt(S(""), S(" info probe k=\"\" n=-7"));
    assert_logfmt(S("two words"), S(" info probe k=\"two words\" n=-7"));
    assert_logfmt(S("a=b"), S(" info probe k=\"a=b\" n=-7"));
    assert_logfmt(S("a\"b\\c"), S(" info probe k=\"a\\\"b\\\\c\" n=-7"));
}

/* A line feed would forge a line, an escape sequence would speak to the operator's terminal. */
static void control_characters_do_not_get_out(void **state)
{
    struct buf buf = {0};
    char all[34];
    (void)state;
    for (size_t i = 0; i < 32; i++) {
        all[i] = (char)i;
    }
    all[32] = 0x7F;
    all[33] = 'x';
    for (int format = LOG_LOGFMT; format <= LOG_JSON; format++) {
        Str line = logged((enum log_format)format, str_of(all, sizeof(all)), &buf);
        assert_true(str_contains(line, S("\\u000a")));
        assert_true(str_contains(line, S("\\u001b")));
        assert_true(str_contains(line, S("\\u007fx\"")));
        for (size_t i = 0; i < line.len; i++) {
            assert_true((unsigned char)line.data[i] >= 0x20 && line.data[i] != 0x7F);
        }
        line = logged((enum log_format)format,
                      S("\xC2\x9B"
                        "31m"),
                      &buf); /* CSI in eight bits */
        assert_true(str_contains(line, S("\\u009b31m")));
        line = logged((enum log_format)format,
                      S("a\xE2\x80\xAE"
                        "b"),
                      &buf); /* right to left */
        assert_true(str_contains(line, S("a\\u202eb")));
    }
    buf_finish(&buf);
}

static void assert_json(Str value, const char *expected)
{
    struct buf buf = {0};
    json_error_t error;
    Str line = logged(LOG_JSON, value, &buf);
    json_t *json = json_loadb(line.data, line.len, 0, &error);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "level")), "info");
    assert_string_equal(json_string_value(json_object_get(json, "event")), "probe");
    assert_int_equal(json_integer_value(json_object_get(json, "n")), -7);
    if (expected != NULL) {
        assert_string_equal(json_string_value(json_object_get(json, "k")), expected);
    }
    json_decref(json);
    buf_finish(&buf);
}

static void json_says_what_was_said(void **state)
{
    (void)state;
    assert_json(S("plain"), "plain");
    assert_json(S(""), "");
    assert_json(S("a \"quoted\" \\ \t\r\n"), "a \"quoted\" \\ \t\r\n");
    assert_json(S("caf\xC3\xA9 \xF0\x9F\x98\x80"), "caf\xC3\xA9 \xF0\x9F\x98\x80");
    assert_json(S("bad \xC3( \xFF"),
                "bad \xEF\xBF\xBD( \xEF\xBF\xBD");                   /* U+FFFD for each bad byte */
    assert_json(str_sub(S("caf\xC3\xA9"), 0, 4), "caf\xEF\xBF\xBD"); /* looks at no byte behind */
}

/* Whoever can choose a value must not be able to make the line unreadable, and so unread. */
static void json_stays_json_however_long_the_values(void **state)
{
    static const Str fillers[] = {
        S_INIT("x"),   S_INIT("\x01"), S_INIT("\""), S_INIT("\xC3\xA9"), S_INIT("\xF0\x9F\x98\x80"),
        S_INIT("\xFF")};
    struct buf value = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
        for (size_t extra = 0; extra < 5; extra++) {
            buf_clear(&value);
            for (size_t n = 0; n < extra; n++) {
                buf_put_char(&value, 'x'); /* so that a cut falls on each byte of a filler */
            }
            while (value.len < 8000) {
                buf_put_str(&value, fillers[i]);
            }
            assert_json(buf_str(&value), NULL);
        }
    }
    buf_finish(&value);
}

static void a_long_value_is_cut_and_not_lost(void **state)
{
    struct buf buf = {0};
    char value[3000];
    (void)state;
    memset(value, 'x', sizeof(value));
    for (int format = LOG_LOGFMT; format <= LOG_JSON; format++) {
        Str line = logged((enum log_format)format, str_of(value, sizeof(value)), &buf);
        assert_true(str_contains(line, str_of(value, VALUE_MAX_LEN - 1)));
        assert_false(str_contains(line, str_of(value, VALUE_MAX_LEN + 1)));
    }
    buf_finish(&buf);
}

/* Fields that do not fit are left out whole, and a short one behind them still comes. The lengths
 * of the last long one make the line end at every place around its bound. */
static void json_stays_json_however_many_the_values(void **state)
{
    struct log_field fields[5];
    struct buf out = {0};
    char value[VALUE_MAX_LEN];
    size_t complete = 0;
    (void)state;
    memset(value, 'x', sizeof(value));
    log_configure(LOG_INFO, LOG_JSON);
    for (size_t len = 800; len < 1020; len++) {
        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
            fields[i] = log_str("k", str_of(value, i < 3 ? 1000 : len));
        }
        fields[4] = log_str("z", S("end"));
        buf_clear(&out);
        struct capture capture = capture_begin();
        log_write(LOG_ERROR, "probe", fields, ARRAY_LEN(fields));
        capture_end(&capture, &out);
        json_error_t error;
        json_t *json = json_loadb(out.data, out.len, 0, &error);
        assert_non_null(json);
        complete += out.len > 3000 + len;
        if (len == 800 || len == 1019) {
            assert_string_equal(json_string_value(json_object_get(json, "z")), "end");
        }
        json_decref(json);
    }
    assert_in_range(complete, 1, 219); /* the bound was among the lengths tried */
    buf_finish(&out);
}

static void what_is_below_the_level_is_not_even_evaluated(void **state)
{
    struct buf out = {0};
    int evaluated = 0;
    (void)state;
    log_configure(LOG_WARN, LOG_LOGFMT);
    struct capture capture = capture_begin();
    log_info("quiet", log_i64("n", ++evaluated));
    log_warn("loud");
    capture_end(&capture, &out);
    assert_int_equal(evaluated, 0);
    assert_false(str_contains(buf_str(&out), S("quiet")));
    assert_true(str_ends(buf_str(&out), S(" warn loud\n")));
    assert_false(log_enabled(LOG_DEBUG));
    assert_true(log_enabled(LOG_ERROR));
    buf_finish(&out);
}

static void a_full_stderr_drops_and_counts(void **state)
{
    struct buf out = {0};
    char junk[4096] = {0};
    (void)state;
    log_configure(LOG_INFO, LOG_LOGFMT);
    uint64_t dropped = log_dropped();
    int64_t counted = metrics_get(log_lines_dropped_total);
    struct capture capture = capture_begin();
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK), 0);
    while (write(STDERR_FILENO, junk, sizeof(junk)) > 0) {
    }
    assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, flags), 0); /* a write would wait now */
    (void)alarm(HANG_SECONDS);
    log_info("lost");
    (void)alarm(0);
    capture_end(&capture, &out);
    assert_int_equal(log_dropped() - dropped, 1);
    assert_int_equal(metrics_get(log_lines_dropped_total) - counted, 1);
    assert_false(str_contains(buf_str(&out), S("lost")));
    buf_finish(&out);
}

static void a_closed_stderr_drops_and_counts(void **state)
{
    (void)state;
    uint64_t dropped = log_dropped();
    struct capture capture = capture_begin();
    assert_int_equal(close(capture.reader), 0);
    log_info("lost");
    assert_int_equal(close(STDERR_FILENO), 0);
    log_info("lost");
    assert_true(dup2(capture.saved, STDERR_FILENO) >= 0);
    assert_int_equal(close(capture.saved), 0);
    assert_int_equal(log_dropped() - dropped, 2);
}

/* Logging on the way to err_sys must not change what that is about to say. */
static void a_failed_write_counts_and_leaves_errno_alone(void **state)
{
    (void)state;
    uint64_t dropped = log_dropped();
    int saved = dup(STDERR_FILENO), full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(saved >= 0 && full >= 0);
    assert_true(dup2(full, STDERR_FILENO) >= 0);
    errno = EXDEV;
    log_info("lost");
    int errno_after = errno;
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_int_equal(close(saved), 0);
    assert_int_equal(close(full), 0);
    assert_int_equal(errno_after, EXDEV);
    assert_int_equal(log_dropped() - dropped, 1);
}

static atomic_int arrived;
static int reader;

/* Lets the writers go on within a moment of each other, closer than a barrier that sleeps. */
static void meet(int *meetings)
{
    int everybody = ++*meetings * WRITERS;
    (void)atomic_fetch_add(&arrived, 1);
    while (atomic_load(&arrived) < everybody) {
        (void)sched_yield();
    }
}

/* Fills the pipe but for one page; two lines do not fit into that. */
static void leave_one_page(void)
{
    char page[4096] = {0};
    int flags = fcntl(STDERR_FILENO, F_GETFL);
    while (read(reader, page, sizeof(page)) > 0) {
    }
    (void)fcntl(STDERR_FILENO, F_SETFL, flags | O_NONBLOCK);
    while (write(STDERR_FILENO, page, sizeof(page)) > 0) {
    }
    (void)fcntl(STDERR_FILENO, F_SETFL, flags);
    (void)!read(reader, page, sizeof(page));
}

static void *write_in_turns(void *argument)
{
    char value[1000];
    memset(value, 'x', sizeof(value));
    Str pad = str_of(value, sizeof(value));
    int meetings = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (argument != NULL) {
            leave_one_page();
        }
        meet(&meetings);
        log_info("line", log_str("a", pad), log_str("b", pad), log_str("c", pad));
        meet(&meetings);
    }
    return NULL;
}

/* Between one thread's look at stderr and its write another must not take the room: the write would
 * wait for a reader that sleeps. Were that so, the alarm would end this test. */
static void writers_do_not_take_each_others_room(void **state)
{
    struct buf out = {0};
    pthread_t threads[WRITERS];
    (void)state;
    log_configure(LOG_INFO, LOG_LOGFMT);
    uint64_t dropped = log_dropped();
    struct capture capture = capture_begin();
    reader = capture.reader;
    assert_int_equal(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
    (void)alarm(HANG_SECONDS);
    for (int i = 0; i < WRITERS; i++) {
        void *is_first = i == 0 ? &reader : NULL;
        assert_int_equal(pthread_create(&threads[i], NULL, write_in_turns, is_first), 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    (void)alarm(0);
    capture_end(&capture, &out);
    assert_int_equal(log_dropped() - dropped, (WRITERS - 1) * ROUNDS);
    buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logfmt_is_a_time_a_level_an_event_and_pairs),
        cmocka_unit_test(control_characters_do_not_get_out),
        cmocka_unit_test(json_says_what_was_said),
        cmocka_unit_test(json_stays_json_however_long_the_values),
        cmocka_unit_test(a_long_value_is_cut_and_not_lost),
        cmocka_unit_test(json_stays_json_however_many_the_values),
        cmocka_unit_test(what_is_below_the_level_is_not_even_evaluated),
        cmocka_unit_test(a_full_stderr_drops_and_counts),
        cmocka_unit_test(a_closed_stderr_drops_and_counts),
        cmocka_unit_test(a_failed_write_counts_and_leaves_errno_alone),
        cmocka_unit_test(writers_do_not_take_each_others_room),
    };
    (void)signal(SIGPIPE, SIG_IGN); /* as the program does */
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
