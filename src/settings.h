/* settings.h -- every setting of the program, in one table.
 *
 * The table is parser, check, `--help` and parlor.conf.example at once. Command line before
 * environment (PARLOR_NAME) before file before default. Read once at start, constant afterwards.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

/* Name, type, default as text, least, most, help. Types: STRING (least and most count bytes), INT
 * (least and most are values), LISTEN (ADDRESS:PORT), ORIGIN (http(s)://HOST[:PORT]), ADDRESSES (IP
 * addresses separated by commas), LEVEL and FORMAT (of the log), REGISTRATION (enum registration). */
#define SETTINGS(X)                                                                                \
    X(listen, LISTEN, "127.0.0.1:3000", 0, 0, "address and port to listen on; port 0 picks one")   \
    X(data, STRING, "data", 1, 4000, "folder of the database; made with mode 0700 when missing")   \
    X(public_url, ORIGIN, "", 0, 0,                                                                \
      "what people type, as https://chat.example.org; empty: Origin is compared with Host")        \
    X(trusted_proxies, ADDRESSES, "", 0, 0,                                                        \
      "addresses of proxies whose X-Forwarded-For counts, separated by commas")                    \
    X(loops, INT, "0", 0, 64, "event loop threads; 0: one a processor that we may use")            \
    X(log_level, LEVEL, "info", 0, 0, "debug, info, warn or error")                                \
    X(log_format, FORMAT, "logfmt", 0, 0, "logfmt or json")                                        \
    X(assets, STRING, "", 0, 4000,                                                                 \
      "folder to serve assets from while developing; empty: built in")                             \
    X(sockets_per_user, INT, "20", 0, 1000000, "live sockets of one person; 0: no limit")          \
    X(sockets_per_address, INT, "200", 0, 1000000, "connections of one address; 0: no limit")      \
    X(new_sockets_per_minute, INT, "60", 0, 1000000,                                               \
      "live sockets that one person may open a minute; 0: no limit")                               \
    X(posts_per_second, INT, "5", 0, 1000000, "posts of one person, burst twice that; 0: no limit") \
    X(frames_per_second, INT, "20", 0, 1000000,                                                    \
      "WebSocket frames of one socket, burst twice that; 0: no limit")                             \
    X(password_least, INT, "12", 8, 128, "characters that a password has at least")                \
    X(metrics_from, ADDRESSES, "127.0.0.1, ::1", 0, 0,                                             \
      "who reads /metrics without signing in, besides admins: addresses, separated by commas")     \
    X(registration, REGISTRATION, "invite", 0, 0,                                                  \
      "who may make an account: invite (whoever has the link), open (anybody) or closed (nobody)")

enum registration { REGISTRATION_INVITE, REGISTRATION_OPEN, REGISTRATION_CLOSED };

enum setting {
#define X(name, type, fallback, least, most, help) SETTING_##name,
    SETTINGS(X)
#undef X
        SETTING_COUNT
};

struct settings {
    const char *listen, *data, *public_url, *trusted_proxies, *assets, *metrics_from;
    int64_t loops;
    enum log_level log_level;
    enum log_format log_format;
    int64_t sockets_per_user, sockets_per_address, new_sockets_per_minute, posts_per_second,
        frames_per_second, password_least;
    enum registration registration;
    const char *texts[SETTING_COUNT];   /* the values as they were written */
    const char *origins[SETTING_COUNT]; /* "default", "FILE:LINE", "PARLOR_NAME" or "--name" */
};

/* Reads defaults, then `file` (null: the one that PARLOR_CONFIG names, or none), then the
 * environment, then `options` ("name=value" pairs from the command line, null-ended; the last of a
 * name counts). A file is lines of `key = value` and comments, without sections; a key stands in it
 * once. ERR_INPUT: "FILE:LINE: key: why", "PARLOR_NAME: key: why", "--name: why"; a PARLOR_ name that
 * is no setting is refused too. Strings live in `arena`. */
MUST_USE bool settings_load(struct arena *arena, const char *file, char *const *environment,
                            const char *const *options, struct settings *ret_settings,
                            struct err *err);
/* Whether there is a setting of this name; hyphens count as underscores. */
bool settings_is_name(Str name);
/* The text of parlor.conf.example, and the table in `--help`. */
void settings_print_example(struct buf *out);
void settings_print_help(struct buf *out);
/* What holds and where it comes from, as a file that could be read again. */
void settings_print(const struct settings *settings, struct buf *out);
