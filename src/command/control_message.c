/* control_message.c -- see control_message.h.
 * SPDX-License-Identifier: MIT */
#include "command/control_message.h"

#include <jansson.h>

/* --- writing ---------------------------------------------------------------------------------------- */

static void put_json(json_t *json, struct buf *out)
{
    CHECK(json != NULL); /* strings were checked; memory does not run out, see main.c */
    size_t len = json_dumpb(json, NULL, 0, JSON_COMPACT);
    buf_reserve(out, len);
    CHECK_EQ(json_dumpb(json, out->data + out->len, len, JSON_COMPACT), len);
    out->len += len;
    buf_put_char(out, '\n');
    json_decref(json);
}

static bool check_text(const char *what, Str text, struct err *err)
{
    if (!str_is_utf8(text) || str_find(text, '\0') >= 0) {
        return err_set(err, ERR_INPUT, "the %s is not text in UTF-8", what);
    }
    return true;
}

static json_t *string(Str text)
{
    return json_stringn(text.len == 0 ? "" : text.data, text.len);
}

bool control_message_put_request(const struct admin_request *request, struct buf *out,
                                 struct err *err)
{
    if (!check_text("handle", request->handle, err) || !check_text("name", request->name, err) ||
        !check_text("password", request->password, err)) {
        return false;
    }
    json_t *json = json_pack("{s:s, s:o, s:o, s:b}", "command", admin_verb_name(request->verb), "handle",
                             string(request->handle), "name", string(request->name), "admin",
                             request->is_admin);
    if (request->has_password) {
        CHECK_EQ(json_object_set_new(json, "password", string(request->password)), 0);
    }
    put_json(json, out);
    return true;
}

void control_message_put_reply(Str output, const struct err *err, struct buf *out)
{
    if (err->kind == ERR_NONE) {
        put_json(json_pack("{s:b, s:o}", "ok", 1, "output", string(output)), out);
        return;
    }
    /* A message that was cut to its bounds may end inside a character. */
    Str message = str_from_z(err->message);
    while (!str_is_utf8(message)) {
        message.len--;
    }
    put_json(json_pack("{s:b, s:s, s:o}", "ok", 0, "kind", err_kind_name(err->kind), "message",
                       string(message)),
             out);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static json_t *parse(Str line, struct err *err)
{
    json_error_t error;
    json_t *json = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        (void)err_set(err, ERR_INPUT, "control socket: not JSON: %s", error.text);
    }
    return json;
}

static bool find_verb(Str name, enum admin_verb *ret_verb, struct err *err)
{
    for (int verb = 0; verb < ADMIN_VERB_COUNT; verb++) {
        if (str_eq(name, str_from_z(admin_verb_name((enum admin_verb)verb)))) {
            *ret_verb = (enum admin_verb)verb;
            return true;
        }
    }
    return err_set(err, ERR_INPUT, "control socket: no command \"%.*s\"", (int)MIN(name.len, 64u),
                   name.data);
}

bool control_message_read_request(Str line, struct arena *arena, struct admin_request *ret_request,
                                  struct err *err)
{
    struct admin_request request = {0};
    json_error_t error;
    Str command = {0};
    Str password = {0};
    int is_admin = 0;
    json_t *json = parse(line, err);
    if (json == NULL) {
        return false;
    }
    bool is_good = json_unpack_ex(json, &error, JSON_STRICT, "{s:s%, s:s%, s:s%, s:b, s?s%}", "command",
                                  &command.data, &command.len, "handle", &request.handle.data,
                                  &request.handle.len, "name", &request.name.data,
                                  &request.name.len, "admin", &is_admin, "password", &password.data,
                                  &password.len) == 0;
    if (!is_good) {
        (void)err_set(err, ERR_INPUT, "control socket: %s", error.text);
    } else if (find_verb(command, &request.verb, err)) {
        request.handle = str_dup(arena, request.handle);
        request.name = str_dup(arena, request.name);
        request.password = str_dup(arena, password);
        request.has_password = password.data != NULL;
        request.is_admin = is_admin != 0;
        *ret_request = request;
    } else {
        is_good = false;
    }
    json_decref(json);
    return is_good;
}

static enum err_kind find_kind(const char *name)
{
    for (enum err_kind kind = ERR_INPUT; kind < ERR_INTERNAL; kind++) {
        if (str_eq(str_from_z(name), str_from_z(err_kind_name(kind)))) {
            return kind;
        }
    }
    return ERR_INTERNAL;
}

bool control_message_read_reply(Str line, struct buf *output, struct err *err)
{
    int is_ok = 0;
    Str text = {0};
    const char *kind = "";
    const char *message = "";
    json_t *json = parse(line, err);
    if (json == NULL) {
        return false;
    }
    if (json_unpack(json, "{s:b}", "ok", &is_ok) == 0 && is_ok &&
        json_unpack_ex(json, NULL, JSON_STRICT, "{s:b, s:s%}", "ok", &is_ok, "output", &text.data,
                       &text.len) == 0) {
        buf_put_str(output, text);
    } else if (!is_ok && json_unpack(json, "{s:s, s:s}", "kind", &kind, "message", &message) == 0) {
        (void)err_set(err, find_kind(kind), "%s", message);
    } else {
        is_ok = 0;
        (void)err_set(err, ERR_INTERNAL, "control socket: the answer makes no sense");
    }
    json_decref(json);
    return is_ok != 0;
}
