/* template.h -- the parts of the template compiler, a program that runs while Parlor is built.
 *
 * Three steps in one pass: the lexer cuts a template into text and {{tags}}, the context follows
 * the HTML of the text so that each tag knows where it stands, and the emitter writes C. A template
 * that is wrong ends the program with "file:line: why"; little is freed, the process is short.
 * Needs libc only.
 *
 * The language. templates/room/_row.html becomes template_room_row(out, view); a partial's file
 * starts with '_', which its C name drops.
 *   {{! view: struct room_row from "web/room_view.h" }}   line 1: what it renders. Else a comment.
 *   {{name}} {{room.topic}}    a member of the view, written by its C type: Str escaped for the
 *                              place, numbers in decimal, Html and HtmlPieces raw, only in text
 *   {{#if x}}..{{else}}..{{/if}}   also {{#if !x}}: bool, number, not 0, Str, Html or list not empty.
 *                              Also inside a tag, around whole attributes
 *   {{#each rows}}..{{/each}}  a member { const T *items; size_t count; }. Inside, names are those
 *                              of the item; {{.}} is the item, {{../name}} the view around
 *   {{> room/_row}} {{> layout/_head page}}   a partial with the current view, or with a member
 *   {{asset "css/base.css"}}   the URL of an asset, at the start of a URL attribute
 * A placeholder stands in text or in a double-quoted value. At the start of a URL attribute it is a
 * whole URL and judged, later a percent-encoded part; the first part of a path must be fixed. What
 * htmx evaluates (hx-vals, hx-trigger, …) takes numbers only. A block must end where it began in the
 * HTML. Handlers and styles in attributes are refused: the content policy would not run them.
 * A block, comment or partial alone on its line leaves no line; a newline between two tags goes.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct slice {
    const char *data;
    size_t len;
};

/* A growable run of bytes. */
struct bytes {
    char *data;
    size_t len;
    size_t cap;
};

void bytes_put(struct bytes *bytes, const char *data, size_t len);
__attribute__((format(printf, 2, 3))) void bytes_printf(struct bytes *bytes, const char *format,
                                                        ...);

/* As realloc, but never null. It and fail() belong to the program: see template_compile.c. */
void *grow(void *ptr, size_t size);
/* Prints "path:line: message" and exits with 1. */
__attribute__((noreturn, format(printf, 3, 4))) void fail(const char *path, int line,
                                                          const char *format, ...);

/* template_lex.c: tags and text. */

enum token_kind {
    TOKEN_TEXT,
    TOKEN_FIELD,   /* {{path}} */
    TOKEN_IF,      /* {{#if path}}, {{#if !path}} */
    TOKEN_EACH,    /* {{#each path}} */
    TOKEN_ELSE,    /* {{else}} */
    TOKEN_END,     /* {{/if}}, {{/each}}: `arg` is the word */
    TOKEN_PARTIAL, /* {{> name path}} */
    TOKEN_ASSET,   /* {{asset "path"}} */
    TOKEN_EOF,
};

struct token {
    enum token_kind kind;
    struct slice text; /* TEXT: a slice of the source */
    struct slice arg;  /* a path, or a partial's or asset's name */
    struct slice path; /* PARTIAL: the path of its view, empty for the current one */
    bool is_negated;   /* IF */
    int line;
};

struct lexer {
    const char *path; /* for messages */
    const char *begin;
    const char *at;
    const char *end;
    int line;
};

struct token lexer_next(struct lexer *lexer);
/* Whether after `at`, white space, blocks and comments aside, come a tag, a partial or the end. */
bool lexer_markup_follows(const struct lexer *lexer, const char *at);
bool lexer_is_space(char c);

/* template_context.c: where in HTML we are. */

enum html_state {
    HTML_TEXT,
    HTML_RCDATA, /* in <textarea> and <title>: text without tags */
    HTML_RAW,    /* in <script>, <style> and the like: only static text */
    HTML_COMMENT,
    HTML_DECLARATION,
    HTML_TAG_NAME,
    HTML_TAG_TIGHT, /* in a tag, white space must come before the next attribute */
    HTML_TAG_SPACE, /* in a tag, after white space */
    HTML_ATTR_NAME,
    HTML_BEFORE_VALUE,
    HTML_QUOTED, /* in "value" */
    HTML_SINGLE_QUOTED,
    HTML_UNQUOTED,
};

enum value_kind {
    VALUE_PLAIN,
    VALUE_URL,
    VALUE_CODE, /* read by htmx as JSON or as an expression: numbers only */
};

struct context {
    enum html_state state;
    enum value_kind value_kind;
    bool is_end_tag;
    bool is_pre;       /* in <pre>: white space counts */
    bool is_after_tag; /* nothing was written since a tag or the start */
    char element[24];  /* lower case; of the tag, or of the RCDATA or RAW element */
    char attribute[40];
    char value[12]; /* the beginning of the value; \1 stands for a placeholder */
};

/* What a placeholder may be and how it is written. */
enum slot {
    SLOT_TEXT,
    SLOT_ATTR,
    SLOT_URL,
    SLOT_URL_PART,
    SLOT_NUMBER,
};

struct context context_start(void);
/* Follows static text and appends what is to be written, white space reduced, to `raw`. */
void context_feed(struct context *context, const struct lexer *lexer, const struct token *token,
                  struct bytes *raw);
/* The kind of the placeholder here; fails where none may stand. */
enum slot context_slot(struct context *context, const char *path, int line);
/* A {{#if}}, {{else}}, {{#each}} or {{/…}} stands here; fails where none may. */
void context_boundary(struct context *context, const char *path, int line);
/* The context after two ways that meet; fails when they differ. */
struct context context_join(const struct context *a, const struct context *b, const char *path,
                            int line);

/* template_emit.c: C. */

struct template_file {
    const char *path;   /* "templates/message/_message.html" */
    const char *rel;    /* "message/_message" */
    const char *name;   /* "message_message" */
    const char *source; /* NUL-ended */
    size_t source_len;
    char view[64];    /* the struct's name */
    char header[128]; /* where it is declared */
};

struct template_list {
    struct template_file *items;
    size_t count;
};

/* Reads the view from the template's first line. */
void template_read_view(struct template_file *self);
void template_emit(const struct template_file *self, const struct template_list *all,
                   struct bytes *ret_header, struct bytes *ret_code);
