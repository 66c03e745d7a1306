/* fuzz_template.c -- the template compiler takes a template or refuses it with its line, and what
 * it writes is text that a C compiler reads as a whole.
 *
 * A refusal ends the compiler, which here is a jump back. The compiler frees nothing, so all that
 * it holds is noted, and freed before the next input. SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
static jmp_buf refused;
static int last_line;    /* of the template that is compiled */
static char *held[1024]; /* the memory of each run of bytes */
static size_t held_count;

/* What tools/template_compile.c has for a process that is short. */

void fail(const char *path, int line, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (strcmp(path, "t/page.html") != 0 || line < 1 || line > last_line) {
        abort(); /* nobody would find the place */
    }
    longjmp(refused, 1);
}

void *grow(void *data, size_t size)
{
    size_t at = 0;
    while (at < held_count && held[at] != data) {
        at++;
    }
    if (at == sizeof(held) / sizeof(held[0])) {
        abort();
    }
    held_count += at == held_count;
    held[at] = realloc(data, size);
    if (held[at] == NULL) {
        abort();
    }
    return held[at];
}

static void free_held(void)
{
    while (held_count > 0) {
        free(held[--held_count]);
    }
}

/* Braces close what they open, outside of strings, and no string is left open at a line's end. */
static void check_code(const struct bytes *code)
{
    int depth = 0;
    bool is_string = false;
    for (size_t i = 0; i < code->len; i++) {
        char c = code->data[i];
        if (is_string && c == '\\') {
            i++;
        } else if (c == '"') {
            is_string = !is_string;
        } else if (is_string && c == '\n') {
            abort();
        } else if (!is_string) {
            depth += (c == '{') - (c == '}');
        }
        if (depth < 0) {
            abort();
        }
    }
    if (depth != 0 || is_string) {
        abort();
    }
}

/* A template of the compiler's own list has no NUL byte: template_compile.c refuses it before. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char first[] = "{{! view: struct page from \"web/page.h\" }}\n";
    static struct bytes source, header, code; /* static: what they are is known after a jump */
    if (memchr(data, '\0', size) != NULL) {
        return 0;
    }
    free_held();
    source = header = code = (struct bytes){0};
    bytes_put(&source, first, sizeof(first) - 1);
    bytes_put(&source, (const char *)data, size);
    last_line = 1;
    for (size_t i = 0; i < source.len; i++) {
        last_line += source.data[i] == '\n';
    }
    struct template_file page = {.path = "t/page.html", .rel = "page", .name = "page"};
    page.source = source.data;
    page.source_len = source.len;
    struct template_list all = {.items = &page, .count = 1};
    if (setjmp(refused) == 0) {
        template_read_view(&page);
        template_emit(&page, &all, &header, &code);
        check_code(&code);
    }
    return 0;
}
