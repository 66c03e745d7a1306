/* template_lex.c -- cuts a template into text and tags.
 *
 * A block tag, comment or partial that is alone on its line takes the line with it. Knows nothing
 * of HTML: that is template_context.c.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "template.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool lexer_is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\f';
}

static bool starts_tag(const struct lexer *lexer, const char *at)
{
    return lexer->end - at >= 2 && at[0] == '{' && at[1] == '{';
}

/* The byte after the tag's "}}". */
static const char *tag_end(const struct lexer *lexer, const char *at)
{
    const char *close = strstr(at + 2, "}}");
    const char *newline = memchr(at, '\n', (size_t)(lexer->end - at));

    if (!close || (at[2] != '!' && newline && newline < close)) {
        fail(lexer->path, lexer->line, "{{ without }}");
    }
    return close + 2;
}

/* The tag's text without braces and outer blanks. */
static struct slice tag_text(const char *begin, const char *end)
{
    struct slice text = {begin + 2, (size_t)(end - begin) - 4};

    while (text.len > 0 && lexer_is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && lexer_is_space(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}

static bool slice_is(struct slice s, const char *word)
{
    return s.len == strlen(word) && memcmp(s.data, word, s.len) == 0;
}

/* Tags that write nothing where they stand: blocks and comments. */
static bool is_silent(struct slice text)
{
    return text.len > 0 && (strchr("#/!", text.data[0]) || slice_is(text, "else"));
}

/* The start of the line when the tag is alone on it, and then *ret_after the start of the next;
 * else null. */
static const char *line_of_lone_tag(const struct lexer *lexer, const char *begin, const char *end,
                                    const char **ret_after)
{
    struct slice text = tag_text(begin, end);

    if (!is_silent(text) && !(text.len > 0 && text.data[0] == '>')) {
        return NULL;
    }
    while (begin > lexer->begin && is_blank(begin[-1])) {
        begin--;
    }
    while (end < lexer->end && is_blank(*end)) {
        end++;
    }
    if ((begin > lexer->begin && begin[-1] != '\n') || (end < lexer->end && *end != '\n')) {
        return NULL;
    }
    *ret_after = end < lexer->end ? end + 1 : end;
    return begin;
}

static void move_to(struct lexer *lexer, const char *at)
{
    for (; lexer->at < at; lexer->at++) {
        if (*lexer->at == '\n') {
            lexer->line++;
        }
    }
}

static struct slice cut_word(struct slice *rest)
{
    struct slice word = {rest->data, 0};

    while (word.len < rest->len && !is_blank(word.data[word.len])) {
        word.len++;
    }
    rest->data += word.len;
    rest->len -= word.len;
    while (rest->len > 0 && is_blank(rest->data[0])) {
        rest->data++;
        rest->len--;
    }
    return word;
}

static void check_path(const struct lexer *lexer, struct slice path)
{
    size_t i = 0;

    while (path.len - i >= 3 && memcmp(path.data + i, "../", 3) == 0) {
        i += 3;
    }
    if (path.len - i == 1 && path.data[i] == '.') {
        return;
    }
    for (bool is_start = true; i < path.len || is_start; i++) {
        char c = i < path.len ? path.data[i] : '\0';
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!is_letter && (is_start || !((c >= '0' && c <= '9') || c == '.'))) {
            fail(lexer->path, lexer->line, "\"%.*s\" is not a path of fields", (int)path.len,
                 path.data);
        }
        is_start = c == '.';
    }
}

static void parse_block(const struct lexer *lexer, struct slice text, struct token *token)
{
    struct slice word = cut_word(&text);

    if (slice_is(word, "#if")) {
        token->kind = TOKEN_IF;
        token->is_negated = text.len > 0 && text.data[0] == '!';
        text.data += token->is_negated;
        text.len -= token->is_negated;
    } else if (slice_is(word, "#each")) {
        token->kind = TOKEN_EACH;
    } else {
        fail(lexer->path, lexer->line, "unknown block {{%.*s}}", (int)word.len, word.data);
    }
    check_path(lexer, text);
    token->arg = text;
}

static void parse_partial(const struct lexer *lexer, struct slice text, struct token *token)
{
    (void)cut_word(&text); /* the ">", which a blank must follow */
    token->kind = TOKEN_PARTIAL;
    token->arg = cut_word(&text);
    token->path = text;
    if (token->arg.len == 0) {
        fail(lexer->path, lexer->line, "{{> without the name of a partial");
    }
    if (text.len > 0) {
        check_path(lexer, text);
    }
}

static void parse_asset(const struct lexer *lexer, struct slice text, struct token *token)
{
    (void)cut_word(&text);
    if (text.len < 3 || text.data[0] != '"' || text.data[text.len - 1] != '"' ||
        memchr(text.data + 1, '"', text.len - 2)) {
        fail(lexer->path, lexer->line, "{{asset}} takes a path in double quotes");
    }
    token->kind = TOKEN_ASSET;
    token->arg = (struct slice){text.data + 1, text.len - 2};
}

static void parse_tag(const struct lexer *lexer, struct slice text, struct token *token)
{
    if (text.len > 0 && text.data[0] == '#') {
        parse_block(lexer, text, token);
    } else if (text.len > 0 && text.data[0] == '/') {
        token->kind = TOKEN_END;
        token->arg = (struct slice){text.data + 1, text.len - 1};
    } else if (text.len > 0 && text.data[0] == '>') {
        parse_partial(lexer, text, token);
    } else if (slice_is(text, "else")) {
        token->kind = TOKEN_ELSE;
    } else if (text.len > 6 && memcmp(text.data, "asset ", 6) == 0) {
        parse_asset(lexer, text, token);
    } else {
        check_path(lexer, text);
        token->kind = TOKEN_FIELD;
        token->arg = text;
    }
}

static struct token next_text(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_TEXT, .line = lexer->line};
    const char *begin = lexer->at;
    const char *end = begin;
    const char *after;

    while (end < lexer->end && !starts_tag(lexer, end)) {
        end++;
    }
    move_to(lexer, end);
    if (end < lexer->end) {
        const char *line = line_of_lone_tag(lexer, end, tag_end(lexer, end), &after);
        end = line && line >= begin ? line : end;
    }
    token.text = (struct slice){begin, (size_t)(end - begin)};
    return token;
}

struct token lexer_next(struct lexer *lexer)
{
    while (lexer->at < lexer->end) {
        if (!starts_tag(lexer, lexer->at)) {
            struct token token = next_text(lexer);
            if (token.text.len > 0) {
                return token;
            }
            continue;
        }
        const char *end = tag_end(lexer, lexer->at);
        const char *after = end;
        struct slice text = tag_text(lexer->at, end);
        struct token token = {.line = lexer->line};

        if (!line_of_lone_tag(lexer, lexer->at, end, &after)) {
            after = end;
        }
        if (text.len == 0 || text.data[0] != '!') {
            parse_tag(lexer, text, &token);
            move_to(lexer, after);
            return token;
        }
        move_to(lexer, after);
    }
    return (struct token){.kind = TOKEN_EOF, .line = lexer->line};
}

bool lexer_markup_follows(const struct lexer *lexer, const char *at)
{
    while (at < lexer->end) {
        if (lexer_is_space(*at)) {
            at++;
        } else if (starts_tag(lexer, at)) {
            const char *end = tag_end(lexer, at);
            struct slice text = tag_text(at, end);

            if (!is_silent(text)) {
                return text.len > 0 && text.data[0] == '>';
            }
            at = end;
        } else {
            return *at == '<';
        }
    }
    return true;
}
