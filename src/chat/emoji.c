/* emoji.c -- see emoji.h.
 *
 * An emoji is one grapheme: joined people, a flag of two letters, a skin tone, a key. Many
 * characters of the property Extended_Pictographic are text until U+FE0F asks for the picture;
 * those that are pictures by themselves are just the wide ones.
 * SPDX-License-Identifier: MIT */
#include "chat/emoji.h"

#include <utf8proc.h>

enum { AS_EMOJI = 0xFE0F, AS_TEXT = 0xFE0E, KEYCAP = 0x20E3 };

struct grapheme {
    utf8proc_int32_t first, second; /* second: 0 when there is none */
    bool has_keycap, is_text;
};

static bool is_pair_of_flag(const struct grapheme *grapheme)
{
    const utf8proc_property_t *first = utf8proc_get_property(grapheme->first);
    const utf8proc_property_t *second = utf8proc_get_property(grapheme->second);
    return first->boundclass == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR &&
           second->boundclass == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR;
}

static bool is_emoji(const struct grapheme *grapheme)
{
    utf8proc_int32_t first = grapheme->first;
    if (grapheme->is_text) {
        return false;
    }
    if ((first >= '0' && first <= '9') || first == '#' || first == '*') {
        return grapheme->second == AS_EMOJI && grapheme->has_keycap;
    }
    if (is_pair_of_flag(grapheme)) {
        return true;
    }
    return utf8proc_get_property(first)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC &&
           (utf8proc_charwidth(first) == 2 || grapheme->second == AS_EMOJI);
}

/* Takes the first grapheme off `*text`. */
static struct grapheme next_grapheme(Str *text)
{
    struct grapheme grapheme = {0};
    utf8proc_int32_t state = 0;
    utf8proc_int32_t last = 0;
    while (text->len > 0) {
        utf8proc_int32_t code;
        utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text->data,
                                                 (utf8proc_ssize_t)text->len, &code);
        CHECK(used > 0); /* validated before */
        if (last != 0 && utf8proc_grapheme_break_stateful(last, code, &state)) {
            break;
        }
        if (grapheme.first == 0) {
            grapheme.first = code;
        } else if (grapheme.second == 0) {
            grapheme.second = code;
        }
        grapheme.has_keycap |= code == KEYCAP;
        grapheme.is_text |= code == AS_TEXT;
        last = code;
        *text = str_skip(*text, (size_t)used);
    }
    return grapheme;
}

bool emoji_is_only(Str text, int max)
{
    int count = 0;
    while (text.len > 0) {
        struct grapheme grapheme = next_grapheme(&text);
        if (grapheme.first == ' ' && grapheme.second == 0) {
            continue;
        }
        if (++count > max || !is_emoji(&grapheme)) {
            return false;
        }
    }
    return count > 0;
}
