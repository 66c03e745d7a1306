/* template_compile.c -- compiles a folder of templates to C: template_compile TEMPLATES_DIR OUTDIR.
 *
 * templates/message/_message.html becomes OUTDIR/template/message_message.h and .c. A file whose
 * content would be the same is left alone, so that nothing is built again for it; nothing is ever
 * deleted. Here: arguments, files and names; the language is in the other files.
 * SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "template.h"

static void die(const char *what)
{
    (void)fprintf(stderr, "template_compile: %s: %s\n", what, strerror(errno));
    exit(1);
}

void fail(const char *path, int line, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "%s:%d: ", path, line);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    exit(1);
}

void *grow(void *ptr, size_t size)
{
    void *grown = realloc(ptr, size);

    if (!grown) {
        die("memory");
    }
    return grown;
}

/* False when there is no such file. */
static bool file_read(const char *path, struct bytes *ret)
{
    char chunk[4096];
    size_t got;
    FILE *file = fopen(path, "rb");

    if (!file) {
        return false;
    }
    bytes_put(ret, "", 0);
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        bytes_put(ret, chunk, got);
    }
    if (ferror(file) || fclose(file) != 0) {
        die(path);
    }
    return true;
}

static void file_update(const char *path, const struct bytes *content)
{
    struct bytes old = {0};
    FILE *file;

    if (file_read(path, &old) && old.len == content->len &&
        memcmp(old.data, content->data, old.len) == 0) {
        return;
    }
    file = fopen(path, "wb");
    if (!file || fwrite(content->data, 1, content->len, file) != content->len ||
        fclose(file) != 0) {
        die(path);
    }
}

/* "message/_message" → "message_message". */
static const char *name_of(const char *path, const char *rel)
{
    struct bytes name = {0};
    const char *base = strrchr(rel, '/') ? strrchr(rel, '/') + 1 : rel;

    for (const char *c = rel; *c; c++) {
        bool is_word = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_';

        if (!is_word && *c != '/' && *c != '-') {
            fail(path, 1, "the names of templates are of a-z, 0-9, - and _");
        }
        if (c != base || *c != '_') {
            bytes_put(&name, is_word ? c : "_", 1);
        }
    }
    return name.data;
}

static void add_template(struct template_list *list, const char *dir, const char *rel_file)
{
    struct template_file added = {0};
    struct bytes path = {0};
    struct bytes rel = {0};
    struct bytes source = {0};

    bytes_printf(&path, "%s/%s", dir, rel_file);
    bytes_put(&rel, rel_file, strlen(rel_file) - strlen(".html"));
    if (!file_read(path.data, &source)) {
        die(path.data);
    }
    added.path = path.data;
    added.rel = rel.data;
    added.name = name_of(path.data, rel.data);
    added.source = source.data;
    added.source_len = source.len;
    if (memchr(source.data, '\0', source.len)) {
        fail(path.data, 1, "a NUL byte");
    }
    template_read_view(&added);
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i].name, added.name) == 0) {
            fail(path.data, 1, "%s has the same name in C", list->items[i].path);
        }
    }
    list->items = grow(list->items, (list->count + 1) * sizeof(added));
    list->items[list->count++] = added;
}

/* Adds the templates under dir/sub, where `sub` is empty or ends in '/', in order of names. */
static void walk(struct template_list *list, const char *dir, const char *sub)
{
    struct bytes path = {0};
    struct dirent **entries;
    int count;

    bytes_printf(&path, "%s/%s", dir, sub);
    count = scandir(path.data, &entries, NULL, alphasort);
    if (count < 0) {
        die(path.data);
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t len = strlen(name);
        struct bytes rel = {0};
        struct bytes full = {0};
        struct stat status;

        bytes_printf(&rel, "%s%s", sub, name);
        bytes_printf(&full, "%s/%s", dir, rel.data);
        if (name[0] == '.' || stat(full.data, &status) != 0) {
            continue; /* hidden, or an editor's dangling link */
        }
        if (S_ISDIR(status.st_mode)) {
            bytes_put(&rel, "/", 1);
            walk(list, dir, rel.data);
        } else if (len > 5 && strcmp(name + len - 5, ".html") == 0) {
            add_template(list, dir, rel.data);
        }
    }
}

static void make_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        die(path);
    }
}

static void write_template(const struct template_file *self, const struct template_list *all,
                           const char *out_dir)
{
    struct bytes header = {0};
    struct bytes code = {0};
    struct bytes path = {0};

    template_emit(self, all, &header, &code);
    bytes_printf(&path, "%s/template/%s.h", out_dir, self->name);
    file_update(path.data, &header);
    path.len = 0;
    bytes_printf(&path, "%s/template/%s.c", out_dir, self->name);
    file_update(path.data, &code);
}

int main(int argc, char **argv)
{
    struct template_list list = {0};
    struct bytes folder = {0};

    if (argc != 3) {
        (void)fprintf(stderr, "usage: template_compile TEMPLATES_DIR OUTDIR\n");
        return 2;
    }
    walk(&list, argv[1], "");
    make_folder(argv[2]);
    bytes_printf(&folder, "%s/template", argv[2]);
    make_folder(folder.data);
    for (size_t i = 0; i < list.count; i++) {
        write_template(&list.items[i], &list, argv[2]);
    }
    return 0;
}
