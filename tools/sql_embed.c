/* sql_embed.c -- sql/ as C: the query catalogue and the migrations.
 *
 *   sql_embed SQL_DIR OUT_DIR   writes OUT_DIR/sql_catalogue.h and .c
 *
 * A query begins with "-- name: some_name"; comment lines after it belong to it and are left out, and
 * so is what stands before the first. Migrations are SQL_DIR/migrations/NNNN_name.sql, from 0001 on
 * without a hole.
 * SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embed.h"

enum { QUERIES_MAX = 512, NAME_MAX_LEN = 64 };

struct query {
    char name[NAME_MAX_LEN];
    int line;
    struct text text;
};

static struct query queries[QUERIES_MAX];
static size_t query_count;

static void begin_query(const char *path, int line, const char *name, size_t len)
{
    if (query_count == QUERIES_MAX || len == 0 || len >= NAME_MAX_LEN) {
        embed_fail("%s:%d: bad query name", path, line);
    }
    struct query *query = &queries[query_count++];
    memcpy(query->name, name, len);
    query->line = line;
    for (size_t i = 0; i < len; i++) {
        if (!islower((unsigned char)name[i]) && !isdigit((unsigned char)name[i]) && name[i] != '_') {
            embed_fail("%s:%d: query names are [a-z0-9_]", path, line);
        }
    }
    for (size_t i = 0; i + 1 < query_count; i++) {
        if (strcmp(queries[i].name, query->name) == 0) {
            embed_fail("%s:%d: %s is at line %d already", path, line, query->name, queries[i].line);
        }
    }
}

static void end_query(const char *path, struct query *query)
{
    struct text *text = &query->text;
    while (text->len > 0 && strchr("; \t\n", text->data[text->len - 1]) != NULL) {
        text->len--;
    }
    if (text->len == 0) {
        embed_fail("%s:%d: %s is empty", path, query->line, query->name);
    }
}

static void read_queries(const char *path)
{
    static const char mark[] = "-- name: ";
    struct text file = embed_read(path);
    int number = 0;
    for (char *line = file.data, *next; line < file.data + file.len; line = next) {
        char *end = strchr(line, '\n');
        size_t len = end == NULL ? strlen(line) : (size_t)(end - line);
        next = line + len + 1;
        number++;
        if (strncmp(line, mark, sizeof(mark) - 1) == 0) {
            begin_query(path, number, line + sizeof(mark) - 1, len - (sizeof(mark) - 1));
        } else if (query_count > 0 && strncmp(line, "--", 2) != 0) {
            text_put(&queries[query_count - 1].text, line, len);
            text_put(&queries[query_count - 1].text, "\n", 1);
        }
    }
    for (size_t i = 0; i < query_count; i++) {
        end_query(path, &queries[i]);
    }
}

static void emit_header(const char *out_dir)
{
    struct text out = {0};
    char path[4096];
    text_printf(&out, "/* Generated from sql/ by tools/sql_embed.c. */\n#pragma once\n\n"
                      "enum sql_query_id {\n");
    for (size_t i = 0; i < query_count; i++) {
        text_printf(&out, "    SQL_");
        for (const char *c = queries[i].name; *c != '\0'; c++) {
            text_printf(&out, "%c", toupper((unsigned char)*c));
        }
        text_printf(&out, ",\n");
    }
    text_printf(&out, "    SQL_COUNT\n};\n\n"
                      "struct sql_query {\n    const char *name;\n    const char *text;\n};\n"
                      "extern const struct sql_query sql_queries[SQL_COUNT];\n\n"
                      "struct sql_migration {\n    int version;\n    const char *name;\n"
                      "    const char *text;\n};\n"
                      "extern const struct sql_migration sql_migrations[];\n"
                      "extern const int sql_migration_count;\n");
    (void)snprintf(path, sizeof(path), "%s/sql_catalogue.h", out_dir);
    embed_write(path, &out);
}

static void emit_migrations(struct text *out, const char *sql_dir)
{
    char folder[2048];
    char path[4096];
    size_t count;
    (void)snprintf(folder, sizeof(folder), "%s/migrations", sql_dir);
    char **names = embed_list(folder, ".sql", &count);
    text_printf(out, "const struct sql_migration sql_migrations[] = {\n");
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) < 6 || atol(names[i]) != (long)i + 1 || names[i][4] != '_') {
            embed_fail("%s/%s: expected %04zu_name.sql", folder, names[i], i + 1);
        }
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        struct text text = embed_read(path);
        text_printf(out, "    {%zu, \"%s\",\n    ", i + 1, names[i]);
        text_put_literal(out, text.data, text.len);
        text_printf(out, "},\n");
    }
    text_printf(out, "};\nconst int sql_migration_count = %zu;\n", count);
}

int main(int argc, char **argv)
{
    struct text out = {0};
    char path[4096];
    if (argc != 3) {
        embed_fail("usage: sql_embed SQL_DIR OUT_DIR");
    }
    (void)snprintf(path, sizeof(path), "%s/queries.sql", argv[1]);
    read_queries(path);
    emit_header(argv[2]);
    text_printf(&out, "/* Generated from sql/ by tools/sql_embed.c. */\n#include \"sql_catalogue.h\"\n\n"
                      "const struct sql_query sql_queries[SQL_COUNT] = {\n");
    for (size_t i = 0; i < query_count; i++) {
        text_printf(&out, "    {\"%s\",\n    ", queries[i].name);
        text_put_literal(&out, queries[i].text.data, queries[i].text.len);
        text_printf(&out, "},\n");
    }
    text_printf(&out, "};\n\n");
    emit_migrations(&out, argv[1]);
    (void)snprintf(path, sizeof(path), "%s/sql_catalogue.c", argv[2]);
    embed_write(path, &out);
    return 0;
}
