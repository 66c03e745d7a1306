/* log.c -- see log.h. A line is put together on the stack, at most LINE_MAX_LEN bytes of it.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/text.h"

enum { LINE_MAX_LEN = 4096, VALUE_MAX_LEN = 1024 };

struct line {
    char text[LINE_MAX_LEN];
    size_t len;
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

/* Keeps room for what ends a line. */
static void put(struct line *line, const char *text, size_t len)
{
    size_t room = LINE_MAX_LEN - 8 - line->len;
    len = MIN(len, room);
    memcpy(line->text + line->len, text, len);
    line->len += len;
}

static void put_z(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

/* Between quotes: what could end the line, the value or the terminal's patience is escaped. */
static void put_quoted(struct line *line, Str value)
{
    put_z(line, "\"");
    for (size_t i = 0; i < MIN(value.len, (size_t)VALUE_MAX_LEN); i++) {
        unsigned char c = (unsigned char)value.data[i];
        char escaped[8];
        if (c == '"' || c == '\\') {
            put(line, (char[]){'\\', (char)c}, 2);
        } else if (c < 0x20 || c == 0x7F || c >= 0x80) {
            (void)snprintf(escaped, sizeof(escaped), "\\u%04x", c);
            put_z(line, escaped);
        } else {
            put(line, (const char *)&c, 1);
        }
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

static void put_logfmt(struct line *line, const char *time, enum log_level level,
                       const char *event, const struct log_field *fields, size_t count)
{
    put_z(line, time);
    put_z(line, " ");
    put_z(line, level_name(level));
    put_z(line, " ");
    put_z(line, event);
    for (size_t i = 0; i < count; i++) {
        put_z(line, " ");
        put_z(line, fields[i].key);
        put_z(line, "=");
        put_value(line, &fields[i], false);
    }
}

static void put_json(struct line *line, const char *time, enum log_level level, const char *event,
                     const struct log_field *fields, size_t count)
{
    put_z(line, "{\"time\":\"");
    put_z(line, time);
    put_z(line, "\",\"level\":\"");
    put_z(line, level_name(level));
    put_z(line, "\",\"event\":\"");
    put_z(line, event);
    put_z(line, "\"");
    for (size_t i = 0; i < count; i++) {
        put_z(line, ",\"");
        put_z(line, fields[i].key);
        put_z(line, "\":");
        put_value(line, &fields[i], true);
    }
    put_z(line, "}");
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t count)
{
    struct line line = {.len = 0};
    char time[25];
    text_iso8601(clock_wall_ms(), time);
    if (atomic_load(&line_format) == LOG_JSON) {
        put_json(&line, time, level, event, fields, count);
    } else {
        put_logfmt(&line, time, level, event, fields, count);
    }
    line.text[line.len++] = '\n';
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0 ||
        write(STDERR_FILENO, line.text, line.len) != (ssize_t)line.len) {
        (void)atomic_fetch_add(&dropped, 1);
        metrics_add(log_lines_dropped_total, 1);
    }
}
