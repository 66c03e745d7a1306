/* admin.h -- what an operator may ask of the program from the shell.
 *
 * The same function serves a command that holds the data folder itself and one that asks the running
 * server through the control socket. Blocks on the store and on argon2id: never on a loop or lane.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/buf.h"
#include "settings.h"
#include "store/store.h"

enum admin_verb { ADMIN_USER_ADD, ADMIN_ROOM_ADD, ADMIN_SESSION_ADD };
enum { ADMIN_VERB_COUNT = ADMIN_SESSION_ADD + 1 };

/* As it was typed: admin_run cleans and judges. */
struct admin_request {
    enum admin_verb verb;
    Str handle;   /* user add, session add */
    Str name;     /* room add; user add: empty means the handle */
    Str password; /* user add */
    bool has_password;
    bool is_admin; /* user add */
};

/* What was changed, so that caches can forget it; `id` is a person's (also for a session) or a room's. */
enum admin_change { ADMIN_CHANGED_PERSON, ADMIN_CHANGED_ROOM, ADMIN_CHANGED_SESSION };

struct admin {
    struct store *store;
    const struct settings *settings;
    void (*changed)(void *context, enum admin_change change, int64_t id); /* may be null */
    void *context;
};

/* The words that name a verb: "user add". */
const char *admin_verb_name(enum admin_verb verb);
/* Does it, and appends what the command prints, without a newline: an id, or the session's cookie as
 * name=value. Nothing was changed on failure. */
MUST_USE bool admin_run(const struct admin *admin, const struct admin_request *request,
                        struct buf *output, struct err *err);
