/* template_context.c -- follows the static HTML of a template, so that each placeholder is escaped
 * for the place where it stands.
 *
 * Stricter than a browser on purpose: what two parsers might read differently (a bare '<', values
 * with '<' in them, attributes without white space between) is refused, so the state here is the
 * browser's state. Handlers, styles and scripts in attributes are refused too; the content policy
 * would not run them. Knows the language's tags only as places in the text.
 * SPDX-License-Identifier: MIT */
#include <string.h>
#include <strings.h>

#include "template.h"

/* One run of static text on its way through the machine. */
struct feed {
    struct context *context;
    const struct lexer *lexer;
    struct bytes *raw;
    const char *at;
    const char *end;
    int line;
};

static const char *const url_attributes[] = {
    "action",         "background",     "cite",          "data",    "formaction",  "hx-action",
    "hx-delete",      "hx-get",         "hx-patch",      "hx-post", "hx-push-url", "hx-put",
    "hx-replace-url", "hx-sse:connect", "hx-ws:connect", "href",    "imagesrcset", "longdesc",
    "manifest",       "ping",           "poster",        "src",     "srcset",      "xlink:href",
};
static const char *const code_attributes[] = {
    "hx-config", "hx-headers", "hx-request", "hx-trigger", "hx-vals", "hx-vars",
};
static const char *const rcdata_elements[] = {"textarea", "title"};
static const char *const raw_elements[] = {"script",  "style",    "iframe",
                                           "noembed", "noframes", "xmp"};

#define IN_LIST(list, word) is_in_list(list, sizeof(list) / sizeof((list)[0]), word)

static bool is_in_list(const char *const *list, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool add_char(char *name, size_t size, char c)
{
    size_t len = strlen(name);

    if (len + 1 >= size) {
        return false;
    }
    name[len] = lower(c);
    name[len + 1] = '\0';
    return true;
}

/* Writes `count` bytes of the text and steps over them. */
static void pass(struct feed *feed, size_t count)
{
    bytes_put(feed->raw, feed->at, count);
    for (; count > 0; count--) {
        feed->line += *feed->at++ == '\n';
    }
}

static bool comes(const struct feed *feed, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(feed->end - feed->at) >= len && strncasecmp(feed->at, word, len) == 0;
}

/* Judges the attribute's name once it is complete: refuses code, tells what the value is. */
static void judge_attribute(struct context *context, const char *path, int line)
{
    static const char *const modifiers[] = {":inherited", ":append"};
    char name[sizeof(context->attribute)] = "";
    const char *plain = context->attribute;
    size_t len;

    if (strncmp(plain, "data-hx-", 8) == 0) {
        plain += 5; /* htmx reads both spellings */
    }
    for (; *plain; plain++) {
        (void)add_char(name, sizeof(name), *plain); /* not longer than where it comes from */
    }
    for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
        len = strlen(modifiers[i]);
        if (strlen(name) > len && strcmp(name + strlen(name) - len, modifiers[i]) == 0) {
            name[strlen(name) - len] = '\0';
        }
    }
    if (strncmp(name, "on", 2) == 0 || strncmp(name, "hx-on", 5) == 0 ||
        strcmp(name, "style") == 0 || strcmp(name, "srcdoc") == 0) {
        fail(path, line, "attribute %s: code and styles belong in assets/", name);
    }
    context->value_kind = IN_LIST(url_attributes, name)    ? VALUE_URL
                          : IN_LIST(code_attributes, name) ? VALUE_CODE
                                                           : VALUE_PLAIN;
    context->value[0] = '\0';
}

static void feed_tag_end(struct feed *feed, bool is_self_closing)
{
    struct context *context = feed->context;

    context->is_after_tag = true;
    context->state = HTML_TEXT;
    if (strcmp(context->element, "pre") == 0) {
        context->is_pre = !context->is_end_tag;
    }
    if (!context->is_end_tag) {
        if (strcmp(context->element, "plaintext") == 0) {
            fail(feed->lexer->path, feed->line, "<plaintext> never ends");
        }
        if (IN_LIST(rcdata_elements, context->element)) {
            context->state = HTML_RCDATA;
        } else if (IN_LIST(raw_elements, context->element)) {
            context->state = HTML_RAW;
        }
        if (context->state != HTML_TEXT && is_self_closing) {
            fail(feed->lexer->path, feed->line, "<%s/> does not close itself", context->element);
        }
    }
    pass(feed, 1);
}

static void feed_tag_start(struct feed *feed, bool is_end_tag)
{
    feed->context->is_end_tag = is_end_tag;
    feed->context->element[0] = '\0';
    feed->context->state = HTML_TAG_NAME;
    pass(feed, is_end_tag ? 2 : 1);
}

/* White space in text: indentation goes, a run with a newline becomes one newline, and none at all
 * between two tags: fragments are small on the wire. */
static void feed_space(struct feed *feed)
{
    struct context *context = feed->context;
    bool is_indent = feed->at == feed->lexer->begin || feed->at[-1] == '\n';
    const char *begin = feed->at;
    int line = feed->line;

    while (feed->at < feed->end && lexer_is_space(*feed->at)) {
        feed->line += *feed->at++ == '\n';
    }
    if (feed->line == line) {
        if (!is_indent) {
            bytes_put(feed->raw, begin, (size_t)(feed->at - begin));
            context->is_after_tag = false;
        }
        return;
    }
    if (feed->at < feed->lexer->end &&
        !(context->is_after_tag && lexer_markup_follows(feed->lexer, feed->at))) {
        bytes_put(feed->raw, "\n", 1);
        context->is_after_tag = false;
    }
}

static void feed_text(struct feed *feed)
{
    struct context *context = feed->context;

    if (lexer_is_space(*feed->at) && !context->is_pre) {
        feed_space(feed);
    } else if (*feed->at != '<') {
        context->is_after_tag = false;
        pass(feed, 1);
    } else if (feed->end - feed->at > 1 && is_letter(feed->at[1])) {
        feed_tag_start(feed, false);
    } else if (feed->end - feed->at > 2 && feed->at[1] == '/' && is_letter(feed->at[2])) {
        feed_tag_start(feed, true);
    } else if (comes(feed, "<!--") && !comes(feed, "<!-->") && !comes(feed, "<!--->")) {
        context->state = HTML_COMMENT;
        pass(feed, 4);
    } else if (comes(feed, "<!doctype")) {
        context->state = HTML_DECLARATION;
    } else {
        fail(feed->lexer->path, feed->line,
             feed->end - feed->at == 1 ? "a placeholder or block in a tag name"
                                       : "a bare '<' in text is written &lt;");
    }
}

/* In <textarea>, <title>, <script>, <style>: up to the matching end tag. */
static void feed_closed_text(struct feed *feed)
{
    struct context *context = feed->context;
    size_t len = strlen(context->element);

    if (*feed->at != '<') {
        pass(feed, 1);
    } else if (comes(feed, "</") && (size_t)(feed->end - feed->at) > len + 2 &&
               strncasecmp(feed->at + 2, context->element, len) == 0 &&
               !is_letter(feed->at[len + 2])) {
        feed_tag_start(feed, true);
    } else if (context->state == HTML_RCDATA || comes(feed, "<!--")) {
        fail(feed->lexer->path, feed->line, "a bare '<' in <%s>", context->element);
    } else {
        pass(feed, 1);
    }
}

static void feed_until(struct feed *feed, const char *mark)
{
    if (comes(feed, mark)) {
        feed->context->state = HTML_TEXT;
        feed->context->is_after_tag = true;
        pass(feed, strlen(mark));
    } else if (comes(feed, "--!>")) {
        fail(feed->lexer->path, feed->line, "a comment ends with -->");
    } else {
        pass(feed, 1);
    }
}

/* In a tag and outside names and values. White space is written once, and not before '>'. */
static void feed_tag(struct feed *feed)
{
    struct context *context = feed->context;
    bool is_tight = context->state == HTML_TAG_TIGHT;

    if (lexer_is_space(*feed->at)) {
        while (feed->at < feed->end && lexer_is_space(*feed->at)) {
            feed->line += *feed->at++ == '\n';
        }
        if (is_tight && !comes(feed, ">")) {
            bytes_put(feed->raw, " ", 1);
        }
        context->state = HTML_TAG_SPACE;
    } else if (*feed->at == '>') {
        feed_tag_end(feed, false);
    } else if (comes(feed, "/>")) {
        pass(feed, 1);
        feed_tag_end(feed, true);
    } else if (is_letter(*feed->at) && !is_tight && !context->is_end_tag) {
        context->attribute[0] = '\0';
        context->state = HTML_ATTR_NAME;
    } else {
        fail(feed->lexer->path, feed->line,
             is_letter(*feed->at) && is_tight ? "white space is missing before an attribute"
                                              : "a stray '%c' in a tag",
             *feed->at);
    }
}

static void feed_tag_name(struct feed *feed)
{
    struct context *context = feed->context;
    char c = *feed->at;

    if (!is_letter(c) && c != '-' && !(c >= '0' && c <= '9')) {
        context->state = HTML_TAG_TIGHT;
        return;
    }
    if (!add_char(context->element, sizeof(context->element), c)) {
        fail(feed->lexer->path, feed->line, "the tag name %s… is too long", context->element);
    }
    pass(feed, 1);
}

static void feed_attr_name(struct feed *feed)
{
    struct context *context = feed->context;
    char c = *feed->at;

    if (is_letter(c) || (c >= '0' && c <= '9') || strchr("-_:.", c)) {
        if (!add_char(context->attribute, sizeof(context->attribute), c)) {
            fail(feed->lexer->path, feed->line, "the attribute name %s… is too long",
                 context->attribute);
        }
        pass(feed, 1);
        return;
    }
    judge_attribute(context, feed->lexer->path, feed->line);
    context->state = c == '=' ? HTML_BEFORE_VALUE : HTML_TAG_TIGHT;
    if (c == '=') {
        pass(feed, 1);
    }
}

static void feed_before_value(struct feed *feed)
{
    char c = *feed->at;

    if (lexer_is_space(c) || c == '>') {
        fail(feed->lexer->path, feed->line, "attribute %s: no value after '='",
             feed->context->attribute);
    }
    feed->context->state = c == '"' ? HTML_QUOTED : c == '\'' ? HTML_SINGLE_QUOTED : HTML_UNQUOTED;
    if (c == '"' || c == '\'') {
        pass(feed, 1);
    }
}

static void feed_value(struct feed *feed)
{
    struct context *context = feed->context;
    char c = *feed->at;

    if (context->state == HTML_UNQUOTED && (lexer_is_space(c) || c == '>')) {
        context->state = HTML_TAG_TIGHT;
        return;
    }
    if (c == '<' || (context->state == HTML_UNQUOTED && strchr("\"'=`", c))) {
        fail(feed->lexer->path, feed->line, "attribute %s: a bare '%c' in the value",
             context->attribute, c);
    }
    if (c == (context->state == HTML_QUOTED ? '"' : '\'')) {
        context->state = HTML_TAG_TIGHT;
        pass(feed, 1);
        return;
    }
    if (context->value[0] || !lexer_is_space(c)) {
        (void)add_char(context->value, sizeof(context->value), c); /* the beginning is enough */
    }
    if (strcmp(context->value, "js:") == 0 || strcmp(context->value, "javascript:") == 0) {
        fail(feed->lexer->path, feed->line, "attribute %s: code belongs in assets/",
             context->attribute);
    }
    pass(feed, 1);
}

static void feed_step(struct feed *feed)
{
    switch (feed->context->state) {
    case HTML_TEXT:
        feed_text(feed);
        break;
    case HTML_RCDATA:
    case HTML_RAW:
        feed_closed_text(feed);
        break;
    case HTML_COMMENT:
        feed_until(feed, "-->");
        break;
    case HTML_DECLARATION:
        feed_until(feed, ">");
        break;
    case HTML_TAG_NAME:
        feed_tag_name(feed);
        break;
    case HTML_TAG_TIGHT:
    case HTML_TAG_SPACE:
        feed_tag(feed);
        break;
    case HTML_ATTR_NAME:
        feed_attr_name(feed);
        break;
    case HTML_BEFORE_VALUE:
        feed_before_value(feed);
        break;
    case HTML_QUOTED:
    case HTML_SINGLE_QUOTED:
    case HTML_UNQUOTED:
        feed_value(feed);
        break;
    }
}

struct context context_start(void)
{
    return (struct context){.state = HTML_TEXT, .is_after_tag = true};
}

void context_feed(struct context *context, const struct lexer *lexer, const struct token *token,
                  struct bytes *raw)
{
    struct feed feed = {
        .context = context,
        .lexer = lexer,
        .raw = raw,
        .at = token->text.data,
        .end = token->text.data + token->text.len,
        .line = token->line,
    };

    while (feed.at < feed.end) {
        feed_step(&feed);
    }
}

static const char *state_name(enum html_state state)
{
    switch (state) {
    case HTML_TEXT:
        return "text";
    case HTML_RCDATA:
        return "a title or textarea";
    case HTML_RAW:
        return "a script or style";
    case HTML_COMMENT:
        return "a comment";
    case HTML_DECLARATION:
        return "a declaration";
    case HTML_TAG_NAME:
        return "a tag name";
    case HTML_TAG_TIGHT:
    case HTML_TAG_SPACE:
        return "a tag";
    case HTML_ATTR_NAME:
        return "an attribute name";
    case HTML_QUOTED:
        return "an attribute value";
    case HTML_SINGLE_QUOTED:
        return "a single-quoted value";
    case HTML_BEFORE_VALUE:
    case HTML_UNQUOTED:
        return "an unquoted value";
    }
    return "";
}

enum slot context_slot(struct context *context, const char *path, int line)
{
    bool is_first = context->value[0] == '\0';

    context->is_after_tag = false;
    if (context->state == HTML_TEXT) {
        return SLOT_TEXT;
    }
    if (context->state == HTML_RCDATA) {
        return SLOT_ATTR;
    }
    if (context->state != HTML_QUOTED) {
        fail(path, line, "a placeholder in %s", state_name(context->state));
    }
    if (context->value_kind == VALUE_URL && strcmp(context->value, "/") == 0) {
        /* An empty value before another '/' would turn the path into "//host". */
        fail(path, line, "attribute %s: the first part of a path must be fixed",
             context->attribute);
    }
    (void)add_char(context->value, sizeof(context->value), '\1'); /* the beginning is enough */
    switch (context->value_kind) {
    case VALUE_URL:
        return is_first ? SLOT_URL : SLOT_URL_PART;
    case VALUE_CODE:
        return SLOT_NUMBER;
    case VALUE_PLAIN:
        break;
    }
    return SLOT_ATTR;
}

void context_boundary(struct context *context, const char *path, int line)
{
    switch (context->state) {
    case HTML_ATTR_NAME:
        judge_attribute(context, path, line);
        context->state = HTML_TAG_TIGHT;
        break;
    case HTML_TAG_NAME:
    case HTML_UNQUOTED:
        context->state = HTML_TAG_TIGHT;
        break;
    case HTML_TEXT:
    case HTML_RCDATA:
    case HTML_TAG_TIGHT:
    case HTML_TAG_SPACE:
    case HTML_QUOTED:
    case HTML_SINGLE_QUOTED:
        break;
    case HTML_RAW:
    case HTML_COMMENT:
    case HTML_DECLARATION:
    case HTML_BEFORE_VALUE:
        fail(path, line, "a block in %s", state_name(context->state));
    }
}

static bool is_in_tag(const struct context *context)
{
    return context->state == HTML_TAG_TIGHT || context->state == HTML_TAG_SPACE;
}

static bool is_in_value(const struct context *context)
{
    return context->state == HTML_QUOTED || context->state == HTML_SINGLE_QUOTED;
}

static bool is_same_place(const struct context *a, const struct context *b)
{
    if (a->is_pre != b->is_pre || (a->state != b->state && !(is_in_tag(a) && is_in_tag(b)))) {
        return false;
    }
    if (a->state != HTML_TEXT &&
        (strcmp(a->element, b->element) != 0 || a->is_end_tag != b->is_end_tag)) {
        return false;
    }
    /* A URL that has begun takes other placeholders than one that has not. */
    return !is_in_value(a) ||
           (strcmp(a->attribute, b->attribute) == 0 &&
            (a->value_kind != VALUE_URL || (a->value[0] == '\0') == (b->value[0] == '\0')));
}

struct context context_join(const struct context *a, const struct context *b, const char *path,
                            int line)
{
    struct context joined = *a;

    if (!is_same_place(a, b)) {
        fail(path, line, "the ways through this block end in different places of the HTML: %s, %s",
             state_name(a->state), state_name(b->state));
    }
    if (b->state == HTML_TAG_TIGHT) {
        joined.state = HTML_TAG_TIGHT;
    }
    if (strlen(b->value) < strlen(a->value)) {
        memcpy(joined.value, b->value, sizeof(joined.value)); /* the one that promises less */
    }
    return joined;
}
