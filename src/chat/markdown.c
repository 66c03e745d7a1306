/* markdown.c -- see markdown.h.
 * SPDX-License-Identifier: MIT */
#include "chat/markdown.h"

#include <md4c.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/limits.h"
#include "chat/link.h"
#include "chat/markdown_source.h"
#include "chat/words.h"

enum { LIST_START = 9999 }; /* a list counts from at most this: a longer number leaves its margin */

/* A paragraph of spaces at its front is a paragraph: people paste, and mean no code by it. */
static const unsigned flags_always =
    MD_FLAG_NOHTML | MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH;
static const unsigned flags_autolinks =
    MD_FLAG_PERMISSIVEURLAUTOLINKS | MD_FLAG_PERMISSIVEWWWAUTOLINKS;

struct render {
    struct buf out;
    size_t len_max;
    struct buf piece;             /* of text, as it was typed */
    int depth;                    /* elements that are open */
    Str open[LIMIT_MARKUP_DEPTH]; /* their names; literals of this file */
    bool is_over;                 /* a limit was passed, or md4c erred: the result is of no use */
    int block_depth;              /* blocks that are open */
    int top_count;                /* blocks at the top */
    bool is_paragraph;            /* the last of these */
    bool has_text;                /* something is visible */
    bool has_newline;             /* of a line of code, written once another follows */
    int link_depth;               /* links and images that are open, one in the other */
    bool is_linked;               /* the outermost of these has an address that is allowed */
    size_t link_at;               /* where it begins in `out` */
    struct buf url;               /* its address: decoded, or as typed if it is none */
    Str host;                     /* part of `url` */
    struct buf link_text;         /* what it shows */
};

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context);
static int leave_block(MD_BLOCKTYPE type, void *detail, void *context);
static int enter_span(MD_SPANTYPE type, void *detail, void *context);
static int leave_span(MD_SPANTYPE type, void *detail, void *context);
static int text(MD_TEXTTYPE type, const MD_CHAR *data, MD_SIZE len, void *context);

static Str markup_of(const struct render *render)
{
    Str markup = buf_str(&render->out);
    if (render->top_count == 1 && render->is_paragraph) {
        return str_sub(markup, 3, markup.len - 7); /* <p> and </p> */
    }
    return markup;
}

bool markdown_render(struct arena *arena, Str source, size_t len_max, Html *ret_html)
{
    MD_PARSER parser = {
        .flags = flags_always,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = text,
    };
    struct render render = {.len_max = len_max};
    struct buf copy = {0};
    /* md4c looks at each address as far as the paragraph goes: their number bounds that. */
    if (markdown_source_addresses(source) <= LIMIT_MARKUP_AUTOLINKS) {
        parser.flags |= flags_autolinks;
    }
    bool is_good = markdown_source_prepare(source, &copy) &&
                   md_parse(copy.data, (MD_SIZE)copy.len, &parser, &render) == 0 &&
                   !render.is_over && render.has_text;
    if (is_good) {
        *ret_html = (Html){.markup = str_dup(arena, markup_of(&render))};
    }
    buf_finish(&copy);
    buf_finish(&render.out);
    buf_finish(&render.piece);
    buf_finish(&render.url);
    buf_finish(&render.link_text);
    return is_good;
}

Html markdown_plain(struct arena *arena, Str source)
{
    struct buf out = {0};
    Str line;
    for (bool has_more = true; has_more;) {
        has_more = str_cut(source, '\n', &line, &source);
        html_escape(&out, line);
        buf_put_str(&out, has_more ? S("<br>") : S(""));
    }
    Html html = {.markup = str_dup(arena, buf_str(&out))};
    buf_finish(&out);
    return html;
}

/* --- what is written ------------------------------------------------------------------------ */

/* For md4c's callbacks: only a negative answer stops it at once. */
static int go_on(struct render *render)
{
    render->is_over |= render->depth > LIMIT_MARKUP_DEPTH || render->out.len > render->len_max;
    return render->is_over ? -1 : 0;
}

static void push(struct render *render, Str name)
{
    if (render->depth < LIMIT_MARKUP_DEPTH) {
        render->open[render->depth] = name;
    }
    render->depth++;
}

/* `attributes` begin with a space, or are empty. */
static void open_tag(struct render *render, Str name, Str attributes)
{
    push(render, name);
    buf_put_char(&render->out, '<');
    buf_put_str(&render->out, name);
    buf_put_str(&render->out, attributes);
    buf_put_char(&render->out, '>');
}

static bool is_innermost(const struct render *render, Str name)
{
    return render->depth > 0 && render->depth <= LIMIT_MARKUP_DEPTH &&
           str_eq(render->open[render->depth - 1], name);
}

/* md4c does not always leave what it entered, and not always in order: an address may swallow the
 * end of an emphasis or of a link. */
static void pop(struct render *render, Str name)
{
    render->is_over |= !is_innermost(render, name);
    render->depth -= render->depth > 0;
}

static void close_tag(struct render *render, Str name)
{
    pop(render, name);
    buf_put_str(&render->out, S("</"));
    buf_put_str(&render->out, name);
    buf_put_char(&render->out, '>');
}

static void put_text(struct render *render, Str piece)
{
    if (render->link_depth > 0) {
        markdown_source_restore(&render->link_text, piece);
    }
    /* md4c cuts between characters; if it ever did not, this must not be what falls over. */
    render->has_text = render->has_text || (str_is_utf8(piece) && words_are_visible(piece));
    buf_clear(&render->piece);
    markdown_source_restore(&render->piece, piece);
    html_escape(&render->out, buf_str(&render->piece));
}

static int text(MD_TEXTTYPE type, const MD_CHAR *data, MD_SIZE len, void *context)
{
    struct render *render = context;
    Str piece = str_of(data, len);
    if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
        buf_put_str(&render->out, S("<br>"));
        if (render->link_depth > 0) {
            buf_put_char(&render->link_text, ' ');
        }
        return go_on(render);
    }
    if (render->has_newline) {
        buf_put_char(&render->out, '\n');
    }
    /* A line's end in a block of code comes by itself; the last one would only be in the way. */
    render->has_newline = type == MD_TEXT_CODE && str_eq(piece, S("\n"));
    if (!render->has_newline) {
        put_text(render, piece);
    }
    return go_on(render);
}

/* --- blocks --------------------------------------------------------------------------------- */

/* Those that are one element without attributes. */
static const Str block_tags[] = {
    [MD_BLOCK_QUOTE] = S_INIT("blockquote"),
    [MD_BLOCK_UL] = S_INIT("ul"),
    [MD_BLOCK_LI] = S_INIT("li"),
    [MD_BLOCK_P] = S_INIT("p"),
    [MD_BLOCK_THEAD] = S_INIT("thead"),
    [MD_BLOCK_TBODY] = S_INIT("tbody"),
    [MD_BLOCK_TR] = S_INIT("tr"),
};

static void open_list(struct render *render, const MD_BLOCK_OL_DETAIL *list)
{
    char attributes[40] = "";
    if (list->start != 1) {
        const char *wide = list->start > 99 ? " data-wide" : "";
        (void)snprintf(attributes, sizeof(attributes), " start=\"%u\"%s", list->start,
                       wide); /* fits */
    }
    render->is_over |= list->start > LIST_START;
    open_tag(render, S("ol"), str_from_z(attributes));
}

/* [a-z0-9+#-]{1,20} in `ret`, which holds 21 bytes; lower case is made. */
static bool code_language(const MD_ATTRIBUTE *lang, char *ret)
{
    for (MD_SIZE i = 0; i < lang->size && i < 20; i++) {
        char c = lang->text[i];
        c = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '+' && c != '#' &&
            c != '-') {
            return false;
        }
        ret[i] = c;
        ret[i + 1] = '\0';
    }
    return lang->size >= 1 && lang->size <= 20;
}

/* What may be wider than the column scrolls, and so takes focus for the keyboard's sake. */
static void open_code(struct render *render, const MD_BLOCK_CODE_DETAIL *code)
{
    char lang[21];
    char attributes[64] = " tabindex=\"0\"";
    if (code_language(&code->lang, lang)) {
        (void)snprintf(attributes, sizeof(attributes), " tabindex=\"0\" data-lang=\"%s\"",
                       lang); /* fits */
    }
    open_tag(render, S("pre"), str_from_z(attributes));
    open_tag(render, S("code"), S(""));
}

static void open_cell(struct render *render, MD_BLOCKTYPE type, const MD_BLOCK_TD_DETAIL *cell)
{
    static const Str aligns[] = {
        [MD_ALIGN_DEFAULT] = S_INIT(""),
        [MD_ALIGN_LEFT] = S_INIT(" data-align=\"left\""),
        [MD_ALIGN_CENTER] = S_INIT(" data-align=\"center\""),
        [MD_ALIGN_RIGHT] = S_INIT(" data-align=\"right\""),
    };
    open_tag(render, type == MD_BLOCK_TH ? S("th") : S("td"), aligns[cell->align]);
}

static void open_block(struct render *render, MD_BLOCKTYPE type, const void *detail)
{
    switch (type) {
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_LI:
    case MD_BLOCK_P:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TR:
        open_tag(render, block_tags[type], S(""));
        return;
    case MD_BLOCK_OL:
        open_list(render, detail);
        return;
    case MD_BLOCK_HR:
        buf_put_str(&render->out, S("<hr>"));
        return;
    case MD_BLOCK_H: /* not h1 to h6: the page's outline is its own */
        open_tag(render, S("p"), S(""));
        open_tag(render, S("strong"), S(""));
        return;
    case MD_BLOCK_CODE:
        open_code(render, detail);
        return;
    case MD_BLOCK_TABLE:
        open_tag(render, S("div"), S(" class=\"table\" tabindex=\"0\""));
        open_tag(render, S("table"), S(""));
        return;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        open_cell(render, type, detail);
        return;
    case MD_BLOCK_DOC:
    case MD_BLOCK_HTML: /* switched off */
        return;
    }
}

static void close_block(struct render *render, MD_BLOCKTYPE type)
{
    switch (type) {
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_UL:
    case MD_BLOCK_LI:
    case MD_BLOCK_P:
    case MD_BLOCK_THEAD:
    case MD_BLOCK_TBODY:
    case MD_BLOCK_TR:
        close_tag(render, block_tags[type]);
        return;
    case MD_BLOCK_OL:
        close_tag(render, S("ol"));
        return;
    case MD_BLOCK_H:
        close_tag(render, S("strong"));
        close_tag(render, S("p"));
        return;
    case MD_BLOCK_CODE:
        render->has_newline = false;
        close_tag(render, S("code"));
        close_tag(render, S("pre"));
        return;
    case MD_BLOCK_TABLE:
        close_tag(render, S("table"));
        close_tag(render, S("div"));
        return;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        close_tag(render, type == MD_BLOCK_TH ? S("th") : S("td"));
        return;
    case MD_BLOCK_DOC:
    case MD_BLOCK_HTML:
    case MD_BLOCK_HR:
        return;
    }
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct render *render = context;
    if (render->block_depth++ == 1) { /* the document itself is a block */
        render->top_count++;
        render->is_paragraph = type == MD_BLOCK_P || type == MD_BLOCK_H;
    }
    open_block(render, type, detail);
    return go_on(render);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
    struct render *render = context;
    (void)detail;
    render->block_depth--;
    close_block(render, type);
    return go_on(render);
}

/* --- links ---------------------------------------------------------------------------------- */

static void put_code_point(struct buf *out, utf8proc_int32_t code)
{
    utf8proc_uint8_t bytes[4];
    bool is_character = code > 0 && utf8proc_codepoint_valid(code);
    utf8proc_ssize_t len = utf8proc_encode_char(is_character ? code : 0xFFFD, bytes);
    buf_put(out, bytes, (size_t)len);
}

/* `digits` of "&#…;", which md4c keeps short: at most seven decimal or six hexadecimal ones. */
static utf8proc_int32_t number_of(Str digits)
{
    bool is_hex = str_starts(digits, S("x")) || str_starts(digits, S("X"));
    utf8proc_int32_t code = 0;
    for (size_t i = is_hex; i < digits.len && code <= 0x10FFFF; i++) {
        int value =
            digits.data[i] <= '9' ? digits.data[i] - '0' : (digits.data[i] | 0x20) - 'a' + 10;
        code = code * (is_hex ? 16 : 10) + value;
    }
    return code;
}

/* Those names that escaping makes; any other stays as typed, and no browser looks at it again. */
static void put_entity(struct buf *out, Str entity)
{
    static const struct {
        Str name;
        char character;
    } names[] = {
        {S_INIT("&amp;"), '&'},  {S_INIT("&lt;"), '<'},    {S_INIT("&gt;"), '>'},
        {S_INIT("&quot;"), '"'}, {S_INIT("&apos;"), '\''},
    };
    if (str_starts(entity, S("&#"))) {
        put_code_point(out, number_of(str_sub(entity, 2, entity.len - 3)));
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq(entity, names[i].name)) {
            buf_put_char(out, names[i].character);
            return;
        }
    }
    markdown_source_restore(out, entity);
}

/* Decoded once; judged is what comes out of that. */
static void put_attribute(struct buf *out, const MD_ATTRIBUTE *attribute)
{
    for (size_t i = 0; attribute->size > 0 && attribute->substr_offsets[i] < attribute->size; i++) {
        MD_OFFSET begin = attribute->substr_offsets[i];
        Str part = str_of(attribute->text + begin, attribute->substr_offsets[i + 1] - begin);
        if (attribute->substr_types[i] == MD_TEXT_ENTITY) {
            put_entity(out, part);
        } else {
            markdown_source_restore(out, part);
        }
    }
}

/* A link in a link, as pictures make them, is the outer one only. `kind` is "a" or "img". */
static void open_link(struct render *render, Str kind, const MD_ATTRIBUTE *address)
{
    push(render, kind);
    if (render->link_depth++ > 0) {
        return;
    }
    buf_clear(&render->url);
    buf_clear(&render->link_text);
    put_attribute(&render->url, address);
    render->link_at = render->out.len;
    render->is_linked = link_parse(buf_str(&render->url), &render->host);
    if (!render->is_linked) { /* nothing decoded is shown: it may be a control character */
        buf_clear(&render->url);
        markdown_source_restore(&render->url, str_of(address->text, address->size));
        return;
    }
    buf_put_str(&render->out, S("<a href=\""));
    html_escape(&render->out, buf_str(&render->url));
    buf_put_str(&render->out, S("\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\">"));
}

static void finish_link(struct render *render)
{
    Str url = buf_str(&render->url);
    Str shown = buf_str(&render->link_text);
    if (!str_is_utf8(shown) || !words_are_visible(shown)) { /* nothing to press otherwise */
        put_text(render, url);
        shown = url;
    }
    buf_put_str(&render->out, S("</a>"));
    if (link_deceives(shown, url, render->host)) {
        buf_put_char(&render->out, ' ');
        open_tag(render, S("small"), S(" dir=\"ltr\""));
        put_text(render, render->host);
        close_tag(render, S("small"));
    }
}

/* What is no link is shown much as it was typed: "handlers[i](event)" is to keep its end. An
 * address that stood by itself does so again. */
static void refuse_link(struct render *render, Str opening)
{
    struct buf *out = &render->out;
    size_t len = out->len - render->link_at;
    if (str_eq(buf_str(&render->url), buf_str(&render->link_text))) {
        return;
    }
    buf_put_str(out, opening);
    memmove(out->data + render->link_at + opening.len, out->data + render->link_at, len);
    memcpy(out->data + render->link_at, opening.data, opening.len);
    buf_put_str(out, S("]("));
    put_text(render, buf_str(&render->url));
    buf_put_char(out, ')');
}

static void close_link(struct render *render, Str kind)
{
    pop(render, kind);
    if (render->is_over || --render->link_depth > 0) {
        return;
    }
    if (render->is_linked) {
        finish_link(render);
    } else {
        refuse_link(render, str_eq(kind, S("a")) ? S("[") : S("!["));
    }
}

/* --- spans ---------------------------------------------------------------------------------- */

/* What is missing here are links, pictures, and extensions that are switched off. */
static const Str span_tags[] = {
    [MD_SPAN_EM] = S_INIT("em"),     [MD_SPAN_STRONG] = S_INIT("strong"),
    [MD_SPAN_CODE] = S_INIT("code"), [MD_SPAN_DEL] = S_INIT("del"),
    [MD_SPAN_U] = {NULL, 0},
};

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct render *render = context;
    if (type == MD_SPAN_A) {
        open_link(render, S("a"), &((const MD_SPAN_A_DETAIL *)detail)->href);
    } else if (type == MD_SPAN_IMG) {
        open_link(render, S("img"), &((const MD_SPAN_IMG_DETAIL *)detail)->src);
    } else if (span_tags[type].data) {
        open_tag(render, span_tags[type], S(""));
    }
    return go_on(render);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
    struct render *render = context;
    (void)detail;
    if (type == MD_SPAN_A || type == MD_SPAN_IMG) {
        close_link(render, type == MD_SPAN_A ? S("a") : S("img"));
    } else if (span_tags[type].data) {
        close_tag(render, span_tags[type]);
    }
    return go_on(render);
}
