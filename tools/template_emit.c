/* template_emit.c -- writes the C of one template.
 *
 * A field becomes a macro of html/html_template.h that chooses by the field's C type, under a #line
 * that names the template: the C compiler is the one who judges fields and types, and its messages
 * point here. Static text is gathered and written by one call.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "template.h"

enum { BLOCKS_MAX = 16, LITERAL_COLUMNS = 70 };

struct block {
    struct token token;    /* the one that opened it */
    struct context start;  /* where it stands */
    struct context branch; /* where its first branch ended; set by {{else}} */
    bool has_else;
};

struct emitter {
    const struct template_file *self;
    const struct template_list *all;
    struct lexer lexer;
    struct context context;
    struct bytes raw; /* static text that is not written yet */
    int raw_line;
    struct bytes includes;
    struct bytes body;
    struct block blocks[BLOCKS_MAX];
    int block_count;
    int depth; /* of {{#each}} */
};

static void put_literal(struct bytes *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];

        if (c == '\n') {
            bytes_put(out, "\\n", 2);
        } else if (c == '"' || c == '\\' || c == '?') { /* "??" might be a trigraph */
            bytes_printf(out, "\\%c", c);
        } else if (c < 0x20 || c == 0x7f) {
            bytes_printf(out, "\\%03o", c);
        } else {
            bytes_put(out, data + i, 1);
        }
    }
}

/* Starts a statement: its line in the template, and the indentation. */
static void begin_statement(struct emitter *emitter, int line)
{
    bytes_printf(&emitter->body, "#line %d \"", line);
    put_literal(&emitter->body, emitter->self->path, strlen(emitter->self->path));
    bytes_printf(&emitter->body, "\"\n%*s", 4 * (emitter->block_count + 1), "");
}

static void flush_raw(struct emitter *emitter)
{
    struct bytes *raw = &emitter->raw;

    if (raw->len == 0) {
        return;
    }
    begin_statement(emitter, emitter->raw_line);
    bytes_printf(&emitter->body, "html_put_raw(out, \"");
    for (size_t i = 0; i < raw->len; i += LITERAL_COLUMNS) {
        size_t rest = raw->len - i;

        bytes_printf(&emitter->body, i > 0 ? "\"\n        \"" : "");
        put_literal(&emitter->body, raw->data + i, rest < LITERAL_COLUMNS ? rest : LITERAL_COLUMNS);
    }
    bytes_printf(&emitter->body, "\", %zu);\n", raw->len);
    raw->len = 0;
}

static void put_view(struct emitter *emitter, struct bytes *out, int ups, int line)
{
    if (ups > emitter->depth) {
        fail(emitter->self->path, line, "\"../\" without an {{#each}} around it");
    }
    if (ups == emitter->depth) {
        bytes_printf(out, "view");
    } else {
        bytes_printf(out, "view_%d", emitter->depth - ups);
    }
}

/* The C lvalue of a path: "../room.name" is view->room.name inside one {{#each}}. */
static void put_path(struct emitter *emitter, struct bytes *out, struct slice path, int line)
{
    int ups = 0;

    while (path.len >= 3 && memcmp(path.data, "../", 3) == 0) {
        path.data += 3;
        path.len -= 3;
        ups++;
    }
    if (path.len == 1 && path.data[0] == '.') {
        bytes_printf(out, "(*");
        put_view(emitter, out, ups, line);
        bytes_printf(out, ")");
        return;
    }
    put_view(emitter, out, ups, line);
    bytes_printf(out, "->%.*s", (int)path.len, path.data);
}

static void emit_field(struct emitter *emitter, const struct token *token)
{
    static const char *const macros[] = {
        [SLOT_TEXT] = "HTML_TEXT",         [SLOT_ATTR] = "HTML_ATTR",     [SLOT_URL] = "HTML_URL",
        [SLOT_URL_PART] = "HTML_URL_PART", [SLOT_NUMBER] = "HTML_NUMBER",
    };
    enum slot slot = context_slot(&emitter->context, emitter->self->path, token->line);

    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "%s(out, ", macros[slot]);
    put_path(emitter, &emitter->body, token->arg, token->line);
    bytes_printf(&emitter->body, ");\n");
}

static void emit_asset(struct emitter *emitter, const struct token *token)
{
    if (context_slot(&emitter->context, emitter->self->path, token->line) != SLOT_URL) {
        fail(emitter->self->path, token->line, "{{asset}} stands at the start of a URL attribute");
    }
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "html_put_asset(out, \"");
    put_literal(&emitter->body, token->arg.data, token->arg.len);
    bytes_printf(&emitter->body, "\");\n");
}

static const struct template_file *find_partial(struct emitter *emitter, const struct token *token)
{
    for (size_t i = 0; i < emitter->all->count; i++) {
        const struct template_file *other = &emitter->all->items[i];

        if (strlen(other->rel) == token->arg.len &&
            memcmp(other->rel, token->arg.data, token->arg.len) == 0) {
            return other;
        }
    }
    fail(emitter->self->path, token->line, "unknown partial \"%.*s\"", (int)token->arg.len,
         token->arg.data);
}

static void emit_partial(struct emitter *emitter, const struct token *token)
{
    const struct template_file *partial = find_partial(emitter, token);

    if (emitter->context.state != HTML_TEXT) {
        fail(emitter->self->path, token->line, "a partial stands in text");
    }
    emitter->context.is_after_tag = true;
    bytes_printf(&emitter->includes, "#include \"template/%s.h\"\n", partial->name);
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "template_%s(out, ", partial->name);
    if (token->path.len == 0) {
        put_view(emitter, &emitter->body, 0, token->line);
    } else {
        bytes_printf(&emitter->body, "&");
        put_path(emitter, &emitter->body, token->path, token->line);
    }
    bytes_printf(&emitter->body, ");\n");
}

static void emit_if(struct emitter *emitter, const struct token *token)
{
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "_Static_assert(HTML_HAS_TRUTH(");
    put_path(emitter, &emitter->body, token->arg, token->line);
    bytes_printf(&emitter->body,
                 "), \"{{#if}} takes a bool, a number, a Str, an Html or a list\");\n");
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "if (%sHTML_TRUTH(", token->is_negated ? "!" : "");
    put_path(emitter, &emitter->body, token->arg, token->line);
    bytes_printf(&emitter->body, ")) {\n");
}

static void emit_each(struct emitter *emitter, const struct token *token)
{
    struct bytes list = {0};
    int depth = emitter->depth + 1;

    put_path(emitter, &list, token->arg, token->line);
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "for (size_t i_%d = 0; i_%d < %.*s.count; i_%d++) {\n", depth,
                 depth, (int)list.len, list.data, depth);
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body,
                 "    const typeof(*%.*s.items) *view_%d = &%.*s.items[i_%d]; (void)view_%d;\n",
                 (int)list.len, list.data, depth, (int)list.len, list.data, depth, depth);
    emitter->depth = depth;
}

static void open_block(struct emitter *emitter, const struct token *token)
{
    if (emitter->block_count == BLOCKS_MAX) {
        fail(emitter->self->path, token->line, "blocks are nested too deeply");
    }
    context_boundary(&emitter->context, emitter->self->path, token->line);
    if (token->kind == TOKEN_IF) {
        emit_if(emitter, token);
    } else {
        emit_each(emitter, token);
    }
    emitter->blocks[emitter->block_count++] =
        (struct block){.token = *token, .start = emitter->context};
}

/* The innermost open block, or null. */
static struct block *top_block(struct emitter *emitter)
{
    return emitter->block_count > 0 ? &emitter->blocks[emitter->block_count - 1] : NULL;
}

static void emit_else(struct emitter *emitter, const struct token *token)
{
    struct block *block = top_block(emitter);

    if (!block || block->token.kind != TOKEN_IF || block->has_else) {
        fail(emitter->self->path, token->line, "{{else}} without an {{#if}}");
    }
    context_boundary(&emitter->context, emitter->self->path, token->line);
    block->branch = emitter->context;
    block->has_else = true;
    emitter->context = block->start;
    emitter->block_count--;
    begin_statement(emitter, token->line);
    emitter->block_count++;
    bytes_printf(&emitter->body, "} else {\n");
}

static void close_block(struct emitter *emitter, const struct token *token)
{
    struct block *block = top_block(emitter);
    const char *path = emitter->self->path;
    const char *word;

    if (!block) {
        fail(path, token->line, "{{/%.*s}} closes nothing", (int)token->arg.len, token->arg.data);
    }
    word = block->token.kind == TOKEN_IF ? "if" : "each";
    if (strlen(word) != token->arg.len || memcmp(word, token->arg.data, token->arg.len) != 0) {
        fail(path, token->line, "{{/%.*s}} where {{#%s}} of line %d is open", (int)token->arg.len,
             token->arg.data, word, block->token.line);
    }
    context_boundary(&emitter->context, path, token->line);
    if (block->token.kind == TOKEN_EACH) {
        if (emitter->context.state != block->start.state) {
            fail(path, token->line, "{{#each}} must end where its next round can begin");
        }
        emitter->depth--;
    }
    emitter->context = context_join(block->has_else ? &block->branch : &block->start,
                                    &emitter->context, path, token->line);
    emitter->block_count--;
    begin_statement(emitter, token->line);
    bytes_printf(&emitter->body, "}\n");
}

static void emit_token(struct emitter *emitter, const struct token *token)
{
    if (token->kind == TOKEN_TEXT) {
        emitter->raw_line = emitter->raw.len == 0 ? token->line : emitter->raw_line;
        context_feed(&emitter->context, &emitter->lexer, token, &emitter->raw);
        return;
    }
    flush_raw(emitter);
    switch (token->kind) {
    case TOKEN_FIELD:
        emit_field(emitter, token);
        break;
    case TOKEN_IF:
    case TOKEN_EACH:
        open_block(emitter, token);
        break;
    case TOKEN_ELSE:
        emit_else(emitter, token);
        break;
    case TOKEN_END:
        close_block(emitter, token);
        break;
    case TOKEN_PARTIAL:
        emit_partial(emitter, token);
        break;
    case TOKEN_ASSET:
        emit_asset(emitter, token);
        break;
    case TOKEN_TEXT:
    case TOKEN_EOF:
        break;
    }
}

static void emit_all(struct emitter *emitter)
{
    struct token token;

    do {
        token = lexer_next(&emitter->lexer);
        emit_token(emitter, &token);
    } while (token.kind != TOKEN_EOF);
    if (top_block(emitter)) {
        fail(emitter->self->path, top_block(emitter)->token.line, "this block is never closed");
    }
    if (emitter->context.state != HTML_TEXT) {
        fail(emitter->self->path, token.line, "the template ends inside of <%s>",
             emitter->context.element);
    }
}

void template_read_view(struct template_file *self)
{
    int len = 0;

    (void)sscanf(self->source, "{{! view: struct %63[A-Za-z0-9_] from \"%127[^\"\n]\" }}%n",
                 self->view, self->header, &len);
    if (len == 0) {
        fail(self->path, 1, "must be: {{! view: struct NAME from \"HEADER\" }}");
    }
}

void template_emit(const struct template_file *self, const struct template_list *all,
                   struct bytes *ret_header, struct bytes *ret_code)
{
    struct emitter emitter = {
        .self = self,
        .all = all,
        .lexer = {self->path, self->source, self->source, self->source + self->source_len, 1},
        .context = context_start(),
    };

    emit_all(&emitter);
    bytes_printf(ret_header,
                 "/* Made from %s; do not edit. */\n#pragma once\n\n#include \"html/html.h\"\n"
                 "#include \"%s\"\n\nvoid template_%s(struct html_out *out,\n"
                 "    const struct %s *view);\n",
                 self->path, self->header, self->name, self->view);
    bytes_printf(ret_code,
                 "/* Made from %s; do not edit. */\n#include \"template/%s.h\"\n\n"
                 "#include \"html/html_template.h\"\n%.*s\n"
                 "/* A view that does not fit a partial is an error of the template. */\n"
                 "#pragma GCC diagnostic error \"-Wincompatible-pointer-types\"\n\n"
                 "void template_%s(struct html_out *out,\n    const struct %s *view)\n{\n"
                 "    (void)out;\n    (void)view;\n%.*s}\n",
                 self->path, self->name, (int)emitter.includes.len,
                 emitter.includes.data ? emitter.includes.data : "", self->name, self->view,
                 (int)emitter.body.len, emitter.body.data ? emitter.body.data : "");
}
