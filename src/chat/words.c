/* words.c -- see words.h.
 * SPDX-License-Identifier: MIT */
#include "chat/words.h"

#include <stdlib.h>
#include <utf8proc.h>

/* Calls for each code point of valid UTF-8; stops and returns false when `visit` does. */
static bool each_code_point(Str text, bool (*visit)(utf8proc_int32_t code, void *context),
                            void *context)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text.data;
    utf8proc_ssize_t left = (utf8proc_ssize_t)text.len;
    while (left > 0) {
        utf8proc_int32_t code;
        utf8proc_ssize_t used = utf8proc_iterate(at, left, &code);
        CHECK(used > 0); /* validated before */
        if (!visit(code, context)) {
            return false;
        }
        at += used;
        left -= used;
    }
    return true;
}

/* Where emoji are added: some may be newer than the tables of the library, which call them
 * unassigned. */
static bool is_newer_emoji(utf8proc_int32_t code)
{
    return code >= 0x1F000 && code <= 0x1FFFD && utf8proc_category(code) == UTF8PROC_CATEGORY_CN;
}

static bool is_invisible(utf8proc_int32_t code, void *context)
{
    (void)context;
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
        /* Letters that are drawn as nothing: Hangul fillers, the braille blank. */
        return code == 0x115F || code == 0x1160 || code == 0x3164 || code == 0xFFA0 ||
               code == 0x2800;
    default:
        return !is_newer_emoji(code);
    }
}

bool words_are_visible(Str text)
{
    return !each_code_point(text, is_invisible, NULL);
}

/* The joiner inside emoji is the one format character that names need. */
static bool is_allowed(utf8proc_int32_t code, void *context)
{
    (void)context;
    utf8proc_category_t category = utf8proc_category(code);
    bool is_joiner = code == 0x200D;
    return is_joiner || is_newer_emoji(code) ||
           (category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CF &&
            category != UTF8PROC_CATEGORY_CS && category != UTF8PROC_CATEGORY_CO &&
            category != UTF8PROC_CATEGORY_CN && category != UTF8PROC_CATEGORY_ZL &&
            category != UTF8PROC_CATEGORY_ZP);
}

static Str compose(struct arena *arena, Str text)
{
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t len =
        utf8proc_map((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.len, &composed,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    CHECK(len >= 0); /* fails only without memory, or on invalid UTF-8 */
    Str copy = str_dup(arena, str_of(composed, (size_t)len));
    free(composed); /* raw free: the library allocated it */
    return copy;
}

bool words_clean(struct arena *arena, Str input, size_t max, const char *what, Str *ret_words,
                 struct err *err)
{
    Str trimmed = str_trim(input, " \t\r\n");
    if (trimmed.len > 4 * max) { /* composing makes it shorter, but not that much */
        return err_set(err, ERR_INPUT, "%s is too long", what);
    }
    if (!str_is_utf8(trimmed) || !each_code_point(trimmed, is_allowed, NULL)) {
        return err_set(err, ERR_INPUT, "%s has characters that cannot be shown", what);
    }
    Str words = compose(arena, trimmed);
    if (words.len > max) {
        return err_set(err, ERR_INPUT, "%s is too long", what);
    }
    if (!words_are_visible(words)) {
        return err_set(err, ERR_INPUT, "%s is empty", what);
    }
    *ret_words = words;
    return true;
}
