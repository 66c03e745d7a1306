/* person_name.c -- see person_name.h.
 * SPDX-License-Identifier: MIT */
#include "chat/person_name.h"

#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/buf.h"

struct lookalike {
    utf8proc_int32_t code;
    const char *latin;
};

/* Looked for as it is written, then as a small letter: a capital has a row of its own only where it
 * looks like another letter than the small one does. What stands at the right goes through
 * put_letter(). */
/* clang-format off */
static const struct lookalike lookalikes[] = {
    {'|', "l"},
    /* Latin with strokes, without dots, joined, and small capitals */
    {0xDF, "ss"}, {0xE6, "ae"}, {0xF8, "o"}, {0x111, "d"}, {0x127, "h"}, {0x131, "i"},
    {0x142, "l"}, {0x153, "oe"}, {0x167, "t"}, {0x180, "b"}, {0x192, "f"}, {0x1C0, "l"},
    {0x237, "j"}, {0x251, "a"}, {0x261, "g"}, {0x262, "g"}, {0x269, "i"}, {0x26A, "i"},
    {0x274, "n"}, {0x280, "r"}, {0x28F, "y"}, {0x299, "b"}, {0x29C, "h"}, {0x29F, "l"},
    {0x1D00, "a"}, {0x1D04, "c"}, {0x1D05, "d"}, {0x1D07, "e"}, {0x1D0A, "j"}, {0x1D0B, "k"},
    {0x1D0D, "m"}, {0x1D0F, "o"}, {0x1D18, "p"}, {0x1D1B, "t"}, {0x1D1C, "u"}, {0x1D20, "v"},
    {0x1D21, "w"}, {0x1D22, "z"}, {0xA731, "s"},
    /* Greek: capitals that differ from their small letters, then small letters */
    {0x397, "h"}, {0x39C, "m"}, {0x39D, "n"}, {0x3A5, "y"}, {0x3B1, "a"}, {0x3B2, "b"},
    {0x3B3, "y"}, {0x3B5, "e"}, {0x3B6, "z"}, {0x3B7, "n"}, {0x3B9, "i"}, {0x3BA, "k"},
    {0x3BC, "u"}, {0x3BD, "v"}, {0x3BF, "o"}, {0x3C1, "p"}, {0x3C2, "\xCF\x83"}, {0x3C4, "t"},
    {0x3C5, "u"}, {0x3C7, "x"}, {0x3C9, "w"}, {0x3F2, "c"}, {0x3F3, "j"},
    /* Cyrillic, by the look of the capital where the small one is a small capital */
    {0x430, "a"}, {0x432, "b"}, {0x433, "r"}, {0x435, "e"}, {0x437, "3"}, {0x43A, "k"},
    {0x43C, "m"}, {0x43D, "h"}, {0x43E, "o"}, {0x43F, "n"}, {0x440, "p"}, {0x441, "c"},
    {0x442, "t"}, {0x443, "y"}, {0x445, "x"}, {0x44C, "b"}, {0x455, "s"}, {0x456, "i"},
    {0x458, "j"}, {0x475, "v"}, {0x4AF, "y"}, {0x4BB, "h"}, {0x4C0, "l"}, {0x4CF, "l"},
    {0x501, "d"}, {0x51B, "q"}, {0x51D, "w"},
};
/* clang-format on */

static const char *latin_of(utf8proc_int32_t code)
{
    for (size_t i = 0; i < ARRAY_LEN(lookalikes); i++) {
        if (lookalikes[i].code == code) {
            return lookalikes[i].latin;
        }
    }
    return NULL;
}

/* Marks that change how a letter looks but little, by their combining class: strokes through it,
 * points of Hebrew and Arabic, and what stands above, below or at its side. The classes in between
 * are signs that are letters to those who read them. */
static bool is_accent(const utf8proc_property_t *property)
{
    int class = property->combining_class;
    return class == 1 || (class >= 10 && class <= 36) || class >= 200 ||
           property->category == UTF8PROC_CATEGORY_ME;
}

/* Letters, digits, and the marks that are no accents. */
static bool counts(utf8proc_int32_t code)
{
    const utf8proc_property_t *property = utf8proc_get_property(code);
    return property->category >= UTF8PROC_CATEGORY_LU &&
           property->category <= UTF8PROC_CATEGORY_NO && !is_accent(property);
}

/* Plain Latin, in which a few look like each other too. */
static void put_letter(struct buf *skeleton, char letter)
{
    switch (letter) {
    case 'i':
    case '1':
        buf_put(skeleton, "l", 1);
        break;
    case '0':
        buf_put(skeleton, "o", 1);
        break;
    case 'm':
        buf_put(skeleton, "rn", 2);
        break;
    case 'w':
        buf_put(skeleton, "vv", 2);
        break;
    default:
        buf_put(skeleton, &letter, 1);
    }
}

static void put_code(struct buf *skeleton, utf8proc_int32_t code)
{
    utf8proc_int32_t small = utf8proc_tolower(code);
    const char *latin = latin_of(code);
    latin = latin != NULL ? latin : latin_of(small);
    if (latin != NULL) {
        for (; *latin != '\0'; latin++) {
            put_letter(skeleton, *latin);
        }
    } else if (counts(small) && small < 0x80) {
        put_letter(skeleton, (char)small);
    } else if (counts(small)) {
        utf8proc_uint8_t bytes[4];
        buf_put(skeleton, bytes, (size_t)utf8proc_encode_char(small, bytes));
    }
}

/* The code points of a name, taken apart, without those that are never drawn; -1: it is no UTF-8.
 */
static utf8proc_ssize_t take_apart(struct arena *arena, Str name, utf8proc_int32_t **ret_codes)
{
    utf8proc_option_t options =
        (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE);
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)name.data;
    utf8proc_ssize_t len = (utf8proc_ssize_t)name.len;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, len, NULL, 0, options);
    if (count <= 0) {
        return count == 0 ? 0 : -1;
    }
    *ret_codes = arena_new(arena, utf8proc_int32_t, (size_t)count);
    return utf8proc_decompose(bytes, len, *ret_codes, count, options);
}

Str person_name_skeleton(struct arena *arena, Str name)
{
    struct buf skeleton = {0};
    utf8proc_int32_t *codes;
    utf8proc_ssize_t count = take_apart(arena, name, &codes);
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        put_code(&skeleton, codes[i]);
    }
    Str made = str_dup(arena, buf_str(&skeleton));
    buf_finish(&skeleton);
    return made.len > 0 ? made : name;
}

bool person_name_has_at(struct arena *arena, Str name)
{
    utf8proc_int32_t *codes;
    utf8proc_ssize_t count = take_apart(arena, name, &codes);
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        if (codes[i] == '@') {
            return true;
        }
    }
    return false;
}
