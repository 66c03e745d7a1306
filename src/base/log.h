/* log.h -- structured, levelled logs: one event, one line, key=value.
 *
 *   log_info("post", log_i64("room", 7), log_str("nonce", nonce));
 *   → 2026-11-24T10:17:11.123Z info post room=7 nonce=k3J9…
 *
 * logfmt or JSON, to stderr, written with one write(2); a full or closed stderr drops the line and
 * counts it, it never blocks (stderr is polled first). Values are escaped: no control characters
 * leave here. Never log secrets: no bodies, passwords, tokens, cookies. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_format { LOG_LOGFMT, LOG_JSON };

struct log_field {
    const char *key;
    enum { LOG_FIELD_I64, LOG_FIELD_STR } type;
    int64_t i64;
    Str str;
};

void log_configure(enum log_level least, enum log_format format);
bool log_enabled(enum log_level level);
uint64_t log_dropped(void); /* lines that could not be written */

static inline struct log_field log_i64(const char *key, int64_t value)
{
    return (struct log_field){.key = key, .type = LOG_FIELD_I64, .i64 = value};
}
static inline struct log_field log_str(const char *key, Str value)
{
    return (struct log_field){.key = key, .type = LOG_FIELD_STR, .str = value};
}
static inline struct log_field log_err(const struct err *err)
{
    return log_str("error", str_from_z(err->message));
}

void log_write(enum log_level level, const char *event, const struct log_field *fields,
               size_t count);

#define LOG_AT(level, event, ...)                                                                  \
    do {                                                                                           \
        if (log_enabled(level)) {                                                                  \
            const struct log_field log_fields_[] = {{0}, ##__VA_ARGS__};                           \
            log_write(level, event, log_fields_ + 1, ARRAY_LEN(log_fields_) - 1);                  \
        }                                                                                          \
    } while (0)
#define log_debug(event, ...) LOG_AT(LOG_DEBUG, event, ##__VA_ARGS__)
#define log_info(event, ...) LOG_AT(LOG_INFO, event, ##__VA_ARGS__)
#define log_warn(event, ...) LOG_AT(LOG_WARN, event, ##__VA_ARGS__)
#define log_error(event, ...) LOG_AT(LOG_ERROR, event, ##__VA_ARGS__)
