/* fuzz_markdown.c -- any text that the house takes, as markup.
 *
 * What comes out is read by a checker that knows less than a browser and forgives nothing: only the
 * tags and attributes of chat/markdown.h, spelled just so, each where a browser leaves it, closed
 * in order, within depth and length; UTF-8 without controls; links with an allowed scheme.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "chat/markdown.h"
#include "chat/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What may stand in an element. */
enum content { INLINE, BLOCKS, ITEMS, TABLE, ROWS, CELLS, PARTS, CODE };

static const struct {
    Str open; /* up to the first value that varies */
    Str name;
    enum content inside;
} tags[] = {
    {S_INIT("<p>"), S_INIT("p"), INLINE},
    {S_INIT("<strong>"), S_INIT("strong"), INLINE},
    {S_INIT("<em>"), S_INIT("em"), INLINE},
    {S_INIT("<del>"), S_INIT("del"), INLINE},
    {S_INIT("<code>"), S_INIT("code"), INLINE},
    {S_INIT("<small dir=\"ltr\">"), S_INIT("small"), INLINE},
    {S_INIT("<a href=\""), S_INIT("a"), INLINE},
    {S_INIT("<blockquote>"), S_INIT("blockquote"), BLOCKS},
    {S_INIT("<ul>"), S_INIT("ul"), ITEMS},
    {S_INIT("<ol>"), S_INIT("ol"), ITEMS},
    {S_INIT("<ol start=\""), S_INIT("ol"), ITEMS},
    {S_INIT("<li>"), S_INIT("li"), BLOCKS},
    {S_INIT("<pre tabindex=\"0\">"), S_INIT("pre"), CODE},
    {S_INIT("<pre tabindex=\"0\" data-lang=\""), S_INIT("pre"), CODE},
    {S_INIT("<div class=\"table\" tabindex=\"0\">"), S_INIT("div"), TABLE},
    {S_INIT("<table>"), S_INIT("table"), PARTS},
    {S_INIT("<thead>"), S_INIT("thead"), ROWS},
    {S_INIT("<tbody>"), S_INIT("tbody"), ROWS},
    {S_INIT("<tr>"), S_INIT("tr"), CELLS},
    {S_INIT("<th>"), S_INIT("th"), INLINE},
    {S_INIT("<td>"), S_INIT("td"), INLINE},
    {S_INIT("<th data-align=\""), S_INIT("th"), INLINE},
    {S_INIT("<td data-align=\""), S_INIT("td"), INLINE},
};

struct checker {
    Str rest;
    size_t stack[LIMIT_MARKUP_DEPTH]; /* indices of `tags` */
    size_t depth;
    bool is_in_link;
};

static bool take(Str *s, Str prefix)
{
    bool is_there = str_starts(*s, prefix);
    if (is_there) {
        *s = str_skip(*s, prefix.len);
    }
    return is_there;
}

static bool is_any_of(Str s, const Str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(s, list[i])) {
            return true;
        }
    }
    return false;
}

/* Escaped text up to `<`, or up to the quote of an attribute's value. */
static Str take_text(Str *s)
{
    static const Str escapes[] = {S_INIT("&lt;"), S_INIT("&gt;"), S_INIT("&amp;"), S_INIT("&quot;"),
                                  S_INIT("&#39;")};
    Str text = *s;
    while (s->len > 0 && s->data[0] != '<' && s->data[0] != '"') {
        size_t len = 1;
        CHECK(s->data[0] != '>' && s->data[0] != '\'');
        if (s->data[0] == '&') {
            ptrdiff_t end = str_find(str_sub(*s, 0, 6), ';');
            CHECK(end > 0 &&
                  is_any_of(str_sub(*s, 0, (size_t)end + 1), escapes, ARRAY_LEN(escapes)));
            len = (size_t)end + 1;
        }
        *s = str_skip(*s, len);
    }
    return str_sub(text, 0, text.len - s->len);
}

static void check_href(Str href)
{
    static const Str schemes[] = {S_INIT("http://"), S_INIT("https://"), S_INIT("mailto:")};
    bool is_allowed = false;
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        is_allowed |= str_eq_nocase(str_sub(href, 0, schemes[i].len), schemes[i]);
    }
    CHECK(is_allowed);
    for (size_t i = 0; i < href.len; i++) {
        CHECK((unsigned char)href.data[i] > ' ' && href.data[i] != 0x7F);
    }
}

static int64_t check_start(Str start)
{
    int64_t number;
    CHECK(str_to_i64(start, &number) && number >= 0 && number <= 9999 && number != 1);
    return number;
}

static void check_lang(Str lang)
{
    CHECK(lang.len >= 1 && lang.len <= 20);
    for (size_t i = 0; i < lang.len; i++) {
        CHECK(str_find(S("abcdefghijklmnopqrstuvwxyz0123456789+#-"), lang.data[i]) >= 0);
    }
}

/* The value of a tag whose text so far ends in `="`, and what follows that. */
static void check_value(struct checker *checker, Str open)
{
    static const Str aligns[] = {S_INIT("left"), S_INIT("center"), S_INIT("right")};
    Str value = take_text(&checker->rest);
    if (str_ends(open, S("href=\""))) {
        CHECK(!checker->is_in_link);
        checker->is_in_link = true;
        check_href(value);
        CHECK(
            take(&checker->rest, S("\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank")));
    } else if (str_ends(open, S("start=\""))) {
        if (check_start(value) > 99) {
            CHECK(take(&checker->rest, S("\" data-wide>")));
            return;
        }
    } else if (str_ends(open, S("lang=\""))) {
        check_lang(value);
    } else {
        CHECK(is_any_of(value, aligns, ARRAY_LEN(aligns)));
    }
    CHECK(take(&checker->rest, S("\">")));
}

static bool is_block(Str name)
{
    static const Str blocks[] = {S_INIT("p"),  S_INIT("blockquote"), S_INIT("ul"),
                                 S_INIT("ol"), S_INIT("pre"),        S_INIT("div")};
    return is_any_of(name, blocks, ARRAY_LEN(blocks));
}

static bool may_stand(Str name, enum content inside)
{
    static const Str phrases[] = {S_INIT("strong"), S_INIT("em"),    S_INIT("del"),
                                  S_INIT("code"),   S_INIT("small"), S_INIT("a")};
    bool is_phrase = is_any_of(name, phrases, ARRAY_LEN(phrases));
    switch (inside) {
    case INLINE:
        return is_phrase;
    case BLOCKS: /* a tight list's item holds phrases, the whole message too */
        return is_phrase || is_block(name);
    case ITEMS:
        return str_eq(name, S("li"));
    case TABLE:
        return str_eq(name, S("table"));
    case PARTS:
        return str_eq(name, S("thead")) || str_eq(name, S("tbody"));
    case ROWS:
        return str_eq(name, S("tr"));
    case CELLS:
        return str_eq(name, S("th")) || str_eq(name, S("td"));
    case CODE:
        return str_eq(name, S("code"));
    }
    return false;
}

static enum content inside(const struct checker *checker)
{
    return checker->depth > 0 ? tags[checker->stack[checker->depth - 1]].inside : BLOCKS;
}

static void check_close(struct checker *checker)
{
    CHECK(checker->depth > 0);
    Str name = tags[checker->stack[--checker->depth]].name;
    CHECK(take(&checker->rest, name) && take(&checker->rest, S(">")));
    checker->is_in_link = checker->is_in_link && !str_eq(name, S("a"));
}

static void check_open(struct checker *checker)
{
    if (take(&checker->rest, S("<br>"))) {
        CHECK(inside(checker) == INLINE || inside(checker) == BLOCKS);
        return;
    }
    if (take(&checker->rest, S("<hr>"))) {
        CHECK(inside(checker) == BLOCKS);
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (take(&checker->rest, tags[i].open)) {
            CHECK(may_stand(tags[i].name, inside(checker)));
            CHECK(checker->depth < ARRAY_LEN(checker->stack));
            checker->stack[checker->depth++] = i;
            if (str_ends(tags[i].open, S("\""))) {
                check_value(checker, tags[i].open);
            }
            return;
        }
    }
    CHECK(!"a tag that is not on the list");
}

static void check_markup(Str markup)
{
    struct checker checker = {.rest = markup};
    CHECK(str_is_utf8(markup));
    for (size_t i = 0; i < markup.len; i++) {
        unsigned char c = (unsigned char)markup.data[i];
        CHECK((c >= ' ' && c != 0x7F) || c == '\n' || c == '\t');
    }
    while (checker.rest.len > 0) {
        Str text = take_text(&checker.rest);
        enum content where = inside(&checker);
        CHECK(text.len == 0 || where == INLINE || where == BLOCKS);
        if (take(&checker.rest, S("</"))) {
            check_close(&checker);
        } else if (checker.rest.len > 0) {
            CHECK(checker.rest.data[0] == '<'); /* no quote outside of a tag */
            check_open(&checker);
        }
    }
    CHECK(checker.depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t len_maxes[] = {256, LIMIT_FRAGMENT_PLAIN, LIMIT_MARKUP};
    struct arena arena = {0};
    struct err err = {0};
    Str body;
    if (message_body_clean(&arena, str_of(data, size), &body, &err)) {
        check_markup(markdown_plain(&arena, body).markup);
        for (size_t i = 0; i < ARRAY_LEN(len_maxes); i++) {
            Html html;
            if (markdown_render(&arena, body, len_maxes[i], &html)) {
                CHECK(html.markup.len > 0 && html.markup.len <= len_maxes[i]);
                check_markup(html.markup);
            }
        }
    }
    arena_finish(&arena);
    return 0;
}
