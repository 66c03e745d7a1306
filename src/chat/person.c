/* person.c -- see person.h.
 * SPDX-License-Identifier: MIT */
#include "chat/person.h"

#include <utf8proc.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "chat/message.h"
#include "chat/words.h"

enum { HUES = 12 };

static bool is_reserved(Str handle)
{
    static const Str reserved[] = {S_INIT("admin"),   S_INIT("here"),   S_INIT("all"),
                                   S_INIT("channel"), S_INIT("room"),   S_INIT("system"),
                                   S_INIT("bot"),     S_INIT("deleted")};
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (str_eq(handle, reserved[i])) {
            return true;
        }
    }
    return false;
}

bool person_handle_fold(struct arena *arena, Str input, Str *ret_handle, struct err *err)
{
    Str trimmed = str_trim(input, " \t\r\n");
    if (trimmed.len == 0 || trimmed.len > LIMIT_HANDLE) {
        return err_set(err, ERR_INPUT, "a handle has 1 to %d characters", LIMIT_HANDLE);
    }
    char *folded = arena_alloc(arena, trimmed.len);
    for (size_t i = 0; i < trimmed.len; i++) {
        char c = trimmed.data[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
        bool is_good =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!is_good) {
            return err_set(err, ERR_INPUT, "a handle has only a-z, 0-9, \".\", \"_\" and \"-\"");
        }
        folded[i] = c;
    }
    Str handle = str_of(folded, trimmed.len);
    if (is_reserved(handle)) {
        return err_set(err, ERR_INPUT, "the handle \"%.*s\" is reserved", STR_ARG(handle));
    }
    *ret_handle = handle;
    return true;
}

bool person_name_clean(struct arena *arena, Str input, Str *ret_name, struct err *err)
{
    return words_clean(arena, input, LIMIT_PERSON_NAME, "the name", ret_name, err);
}

static int64_t code_points(Str text)
{
    int64_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return count;
}

bool person_bio_clean(struct arena *arena, Str input, Str *ret_bio, struct err *err)
{
    Str bio = str_trim(input, " \t\r\n");
    if (bio.len > 0 && !message_body_clean(arena, bio, &bio, err)) {
        return err_set(err, ERR_INPUT, "this has characters that cannot be shown");
    }
    if (code_points(bio) > LIMIT_BIO) {
        return err_set(err, ERR_INPUT, "this is longer than %d characters", LIMIT_BIO);
    }
    *ret_bio = bio;
    return true;
}

/* Appends the upper-case form of the first code point of `word`. */
static void put_initial(struct buf *buf, Str word)
{
    utf8proc_int32_t code;
    utf8proc_uint8_t bytes[4];
    if (utf8proc_iterate((const utf8proc_uint8_t *)word.data, (utf8proc_ssize_t)word.len, &code) <=
        0) {
        return;
    }
    utf8proc_ssize_t len = utf8proc_encode_char(utf8proc_toupper(code), bytes);
    buf_put(buf, bytes, (size_t)len);
}

Str person_initials(struct arena *arena, Str name)
{
    struct buf initials = {0};
    Str rest = str_trim(name, " ");
    Str first;
    Str last = {0};
    (void)str_cut(rest, ' ', &first, &rest);
    while (rest.len > 0) {
        Str word;
        (void)str_cut(rest, ' ', &word, &rest);
        last = word.len > 0 ? word : last;
    }
    put_initial(&initials, first);
    put_initial(&initials, last);
    Str copy = str_dup(arena, buf_str(&initials));
    buf_finish(&initials);
    return copy;
}

int person_hue(PersonId id)
{
    return (int)(id % HUES);
}
