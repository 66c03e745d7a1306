/* message.c -- see message.h.
 * SPDX-License-Identifier: MIT */
#include "chat/message.h"

#include "base/arena.h"
#include "chat/words.h"
#include "base/limits.h"

bool message_nonce_is_valid(Str nonce)
{
    for (size_t i = 0; i < nonce.len; i++) {
        char c = nonce.data[i];
        bool is_good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
        if (!is_good) {
            return false;
        }
    }
    return nonce.len >= 1 && nonce.len <= LIMIT_NONCE;
}

/* CRLF and lone CR become LF: what a textarea sends differs by the way that it is sent. */
static Str unify_line_ends(struct arena *arena, Str input)
{
    char *out = arena_alloc(arena, input.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < input.len; i++) {
        bool is_cr = input.data[i] == '\r';
        if (is_cr && i + 1 < input.len && input.data[i + 1] == '\n') {
            continue;
        }
        out[len++] = is_cr ? '\n' : input.data[i];
    }
    return str_of(out, len);
}

static bool has_control(Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7F) {
            return true;
        }
    }
    return false;
}

bool message_body_clean(struct arena *arena, Str input, Str *ret_body, struct err *err)
{
    if (!str_is_utf8(input)) {
        return err_set(err, ERR_INPUT, "the message is not UTF-8");
    }
    if (input.len > (size_t)2 * LIMIT_MESSAGE) {
        return err_set(err, ERR_INPUT, "the message is longer than %d bytes", LIMIT_MESSAGE);
    }
    Str body = unify_line_ends(arena, input);
    if (has_control(body)) {
        return err_set(err, ERR_INPUT, "the message has control characters");
    }
    while (body.len > 0 && (body.data[body.len - 1] == '\n' || body.data[body.len - 1] == ' ' ||
                            body.data[body.len - 1] == '\t')) {
        body.len--;
    }
    if (body.len > LIMIT_MESSAGE) {
        return err_set(err, ERR_INPUT, "the message is longer than %d bytes", LIMIT_MESSAGE);
    }
    if (!words_are_visible(body)) {
        return err_set(err, ERR_INPUT, "the message is empty");
    }
    *ret_body = body;
    return true;
}

bool message_may_change(const struct message *message, PersonId actor, enum person_role role)
{
    bool is_own = message->author != 0 && message->author == actor;
    return !message->deleted && message->event == CHANGE_NONE && (is_own || role == PERSON_ADMIN);
}
