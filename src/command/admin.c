/* admin.c -- see admin.h.
 * SPDX-License-Identifier: MIT */
#include "command/admin.h"

#include <string.h>

#include "auth/password.h"
#include "auth/token.h"
#include "command/store_call.h"

const char *admin_verb_name(enum admin_verb verb)
{
    switch (verb) {
    case ADMIN_USER_ADD:
        return "user add";
    case ADMIN_ROOM_ADD:
        return "room add";
    case ADMIN_SESSION_ADD:
        return "session add";
    }
    return "unknown";
}

static void tell(const struct admin *admin, enum admin_change change, int64_t id)
{
    if (admin->changed != NULL) {
        admin->changed(admin->context, change, id);
    }
}

static bool add_user(const struct admin *admin, const struct admin_request *request,
                     struct arena *arena, struct buf *output, struct err *err)
{
    struct store_person_add add = {
        .op = {.verb = STORE_PERSON_ADD},
        .role = request->is_admin ? PERSON_ADMIN : PERSON_MEMBER,
        .now_ms = clock_wall_ms(),
    };
    if (!person_handle_fold(arena, request->handle, &add.handle, err) ||
        !person_name_clean(arena, request->name.len > 0 ? request->name : add.handle, &add.name, err)) {
        return false;
    }
    if (request->has_password &&
        (!password_check_rules(request->password, add.handle, admin->settings->password_least, err) ||
         !password_hash(arena, request->password, &add.password_hash, err))) {
        return false;
    }
    bool is_done = store_call(admin->store, &add.op, err);
    if (is_done) {
        buf_put_i64(output, add.id);
        tell(admin, ADMIN_CHANGED_PERSON, add.id);
    }
    arena_finish(&add.op.arena);
    return is_done;
}

static bool add_room(const struct admin *admin, const struct admin_request *request,
                     struct arena *arena, struct buf *output, struct err *err)
{
    struct store_room_add add = {.op = {.verb = STORE_ROOM_ADD}, .now_ms = clock_wall_ms()};
    if (!room_name_clean(arena, request->name, &add.name, err)) {
        return false;
    }
    bool is_done = store_call(admin->store, &add.op, err);
    if (is_done) {
        buf_put_i64(output, add.id);
        tell(admin, ADMIN_CHANGED_ROOM, add.id);
    }
    arena_finish(&add.op.arena);
    return is_done;
}

static bool find_person(const struct admin *admin, Str input, struct arena *arena, PersonId *ret_id,
                        struct err *err)
{
    struct store_person_find find = {.op = {.verb = STORE_PERSON_FIND}};
    if (!person_handle_fold(arena, input, &find.handle, err)) {
        return false;
    }
    bool is_found = store_call(admin->store, &find.op, err);
    if (is_found) {
        *ret_id = find.person.id;
    } else if (err->kind == ERR_MISSING) {
        (void)err_set(err, ERR_MISSING, "there is no account %.*s", STR_ARG(find.handle));
    }
    arena_finish(&find.op.arena);
    return is_found;
}

static bool add_session(const struct admin *admin, const struct admin_request *request,
                        struct arena *arena, struct buf *output, struct err *err)
{
    char token[TOKEN_TEXT_LEN];
    struct store_session_add add = {
        .op = {.verb = STORE_SESSION_ADD},
        .user_agent = S("parlor session add"),
        .now_ms = clock_wall_ms(),
    };
    _Static_assert(sizeof(add.token_hash) == TOKEN_HASH_LEN, "both are SHA-256");
    if (!find_person(admin, request->handle, arena, &add.person, err)) {
        return false;
    }
    token_create(token, add.token_hash);
    bool is_done = store_call(admin->store, &add.op, err);
    if (is_done) {
        buf_put_str(output, token_cookie_name(str_from_z(admin->settings->public_url)));
        buf_put_char(output, '=');
        buf_put(output, token, sizeof(token));
        tell(admin, ADMIN_CHANGED_SESSION, add.person);
    }
    arena_finish(&add.op.arena);
    return is_done;
}

static bool run_verb(const struct admin *admin, const struct admin_request *request,
                     struct arena *arena, struct buf *output, struct err *err)
{
    switch (request->verb) {
    case ADMIN_USER_ADD:
        return add_user(admin, request, arena, output, err);
    case ADMIN_ROOM_ADD:
        return add_room(admin, request, arena, output, err);
    case ADMIN_SESSION_ADD:
        return add_session(admin, request, arena, output, err);
    }
    return err_set(err, ERR_INTERNAL, "no such verb");
}

bool admin_run(const struct admin *admin, const struct admin_request *request, struct buf *output,
               struct err *err)
{
    struct arena arena = {0};
    bool is_done = run_verb(admin, request, &arena, output, err);
    arena_finish(&arena);
    return is_done;
}
