/* log.c -- see log.h. A line is put together on the stack, at most LINE_MAX_LEN bytes of it; a
 * field that no longer fits is left out whole, so that a line can be read whatever its values are.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"

enum { LINE_MAX_LEN = 4096, VALUE_MAX_LEN = 1024, END_MAX_LEN = 2 };

_Static_assert(LINE_MAX_LEN <= PIPE_BUF, "a pipe that polls writable takes a whole line");

struct line {
    char text[LINE_MAX_LEN];
    size_t len;
    bool is_full; /* something did not fit */
};

static atomic_int least_level = LOG_INFO;
static atomic_int line_format = LOG_LOGFMT;
static atomic_uint_fast64_t dropped;

void log_configure(enum log_level least, enum log_format format)
{
    atomic_store(&least_level, (int)least);
    atomic_store(&line_format, (int)format);
}

bool log_enabled(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

uint64_t log_dropped(void)
{
    return atomic_load(&dropped);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARN:
        return "warn";
    case LOG_ERROR:
        return "error";
    }
    return "unknown";
}

/* All or nothing; keeps room for what ends a line. */
static void put(struct line *line, const char *text, size_t len)
{
    if (len > LINE_MAX_LEN - END_MAX_LEN - line->len) {
        line->is_full = true;
        return;
    }
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void put_z(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static void put_end(struct line *line, const char *text)
{
    size_t len = strlen(text);
    CHECK(len <= LINE_MAX_LEN - line->len);
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

/* Control characters, marks of direction and the like: what is not seen, or changes what is seen.
 */
static bool is_invisible(utf8proc_int32_t code)
{
    utf8proc_category_t category = utf8proc_category(code);
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

/* One character of a quoted value, of which `text` holds the bytes. */
static void put_character(struct line *line, utf8proc_int32_t code, Str text)
{
    char escaped[8];
    if (code == '"' || code == '\\') {
        put(line, (char[]){'\\', (char)code}, 2);
    } else if (!is_invisible(code)) {
        put(line, text.data, text.len);
    } else if (code <= 0xFFFF) {
        (void)snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned)code & 0xFFFFu);
        put_z(line, escaped);
    } else {
        put_z(line, "\xEF\xBF\xBD"); /* U+FFFD, as for bytes that are not UTF-8 */
    }
}

/* Between quotes: what could end the line, the value or the terminal's patience is escaped. */
static void put_quoted(struct line *line, Str value)
{
    size_t stop = line->len + VALUE_MAX_LEN;
    put_z(line, "\"");
    while (value.len > 0 && line->len < stop && !line->is_full) {
        utf8proc_int32_t code;
        utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)value.data,
                                                (utf8proc_ssize_t)MIN(value.len, 4u), &code);
        if (len > 0) {
            put_character(line, code, str_sub(value, 0, (size_t)len));
        } else {
            put_z(line, "\xEF\xBF\xBD");
        }
        value = str_skip(value, len > 0 ? (size_t)len : 1);
    }
    put_z(line, "\"");
}

static bool is_plain(Str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F) {
            return false; /* bytes above 0x7F are negative, so they are quoted too */
        }
    }
    return value.len > 0 && value.len <= VALUE_MAX_LEN;
}

static void put_value(struct line *line, const struct log_field *field, bool is_json)
{
    if (field->type == LOG_FIELD_I64) {
        char digits[24];
        (void)snprintf(digits, sizeof(digits), "%lld", (long long)field->i64);
        put_z(line, digits);
    } else if (!is_json && is_plain(field->str)) {
        put(line, field->str.data, field->str.len);
    } else {
        put_quoted(line, field->str);
    }
}

static void put_field(struct line *line, const struct log_field *field, bool is_json)
{
    size_t before = line->len;
    put_z(line, is_json ? ",\"" : " ");
    put_z(line, field->key);
    put_z(line, is_json ? "\":" : "=");
    put_value(line, field, is_json);
    if (line->is_full) {
        line->len = before;
        line->is_full = false;
    }
}

static void put_head(struct line *line, enum log_level level, const char *event, bool is_json)
{
    char time[25];
    text_iso8601(clock_wall_ms(), time);
    put_z(line, is_json ? "{\"time\":\"" : "");
    put_z(line, time);
    put_z(line, is_json ? "\",\"level\":\"" : " ");
    put_z(line, level_name(level));
    put_z(line, is_json ? "\",\"event\":\"" : " ");
    put_z(line, event);
    put_z(line, is_json ? "\"" : "");
}

/* One line at a time: another thread must not fill stderr between this one's poll and its write. */
static bool write_line(const struct line *line)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    (void)pthread_mutex_lock(&mutex);
    bool is_written = poll(&ready, 1, 0) == 1 && ready.revents == POLLOUT &&
                      write(STDERR_FILENO, line->text, line->len) == (ssize_t)line->len;
    (void)pthread_mutex_unlock(&mutex);
    return is_written;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t count)
{
    int saved = errno; /* the caller may not have read it yet */
    bool is_json = atomic_load(&line_format) == LOG_JSON;
    struct line line;
    line.len = 0;
    line.is_full = false;
    put_head(&line, level, event, is_json);
    for (size_t i = 0; i < count; i++) {
        put_field(&line, &fields[i], is_json);
    }
    put_end(&line, is_json ? "}\n" : "\n");
    if (!write_line(&line)) {
        (void)atomic_fetch_add(&dropped, 1);
        metrics_add(log_lines_dropped_total, 1);
    }
    errno = saved;
}
