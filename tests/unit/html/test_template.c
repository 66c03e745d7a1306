/* test_template.c -- the template compiler: what compiled templates write, and what it refuses.
 *
 * The templates under tests/support/templates are compiled by the Makefile and called here. What
 * must not compile is written to a temporary folder and given to the compiler itself
 * (TEMPLATE_COMPILE, see the Makefile), and where the C compiler is the judge, to that one too.
 * Runs in the top folder of the tree.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "html/html.h"
#include "template/sample_blocks.h"
#include "template/sample_lists.h"
#include "template/sample_markup.h"
#include "template/sample_page.h"
#include "template/sample_places.h"
#include "template/sample_space.h"

#define VIEW "{{! view: struct sample_view from \"support/template_view.h\" }}\n"

typedef void (*Template)(struct html_out *out, const struct sample_view *view);

static void expect_html(Template template, const struct sample_view *view, const char *expected)
{
    struct html_out out = {0};
    struct buf flat = {0};

    template(&out, view);
    html_out_flatten(&out, &flat);
    buf_put_char(&flat, '\0');
    assert_string_equal(flat.data, expected);
    buf_finish(&flat);
    html_out_finish(&out);
}

static void test_places_escape_each_in_their_way(void **state)
{
    struct sample_view view = {
        .text = S("<a&\"'b c>"), .url = S("/x?a=1&b='2'"), .rev = -5, .page = {.id = 7}};

    (void)state;
    expect_html(template_sample_places, &view,
                "<p title=\"&lt;a&amp;&quot;&#39;b c&gt;\" data-rev=\"-5\">"
                "&lt;a&amp;&quot;&#39;b c&gt;</p>"
                "<textarea name=\"t\">\n&lt;a&amp;&quot;&#39;b c&gt;</textarea>"
                "<a href=\"/x?a=1&amp;b=&#39;2&#39;\">7</a>"
                "<a href=\"/search?q=%3Ca%26%22%27b%20c%3E&amp;page=7#m--5\">x</a>"
                "<i hx-ws:connect=\"/live?room=7&amp;after=%3Ca%26%22%27b%20c%3E\" "
                "hx-vals=\"{&quot;n&quot;:-5}\"></i>"
                "<link rel=\"stylesheet\" href=\"/assets/css/base.css\">");
}

static void test_url_at_the_start_is_judged(void **state)
{
    struct sample_view view = {.url = S("javascript:alert(1)")};
    struct html_out out = {0};

    (void)state;
    template_sample_places(&out, &view);
    assert_true(memmem(out.buf.data, out.buf.len, "<a href=\"#\">", 12) != NULL);
    assert_true(memmem(out.buf.data, out.buf.len, "javascript", 10) == NULL);
    html_out_finish(&out);
}

static void test_markup_passes_raw_and_spliced(void **state)
{
    struct blob *blob = blob_from_str(S("<li>1</li><li>2</li>"));
    HtmlPiece items[] = {{blob, 10, 10}, {blob, 0, 10}};
    struct sample_view view = {.body = {S("<b>x</b>")}, .pieces = {items, 2}};

    (void)state;
    expect_html(template_sample_markup, &view, "<div><b>x</b></div><ol><li>2</li><li>1</li></ol>");
    blob_unref(blob);
}

static void test_blocks_choose_by_every_type(void **state)
{
    struct blob *blob = blob_from_str(S("x"));
    HtmlPiece piece = {blob, 0, 1};
    struct sample_row row = {0};
    struct sample_view empty = {0};
    struct sample_view full = {
        .is_edited = true,
        .rev = INT64_C(1) << 40, /* the low half is 0 */
        .text = S("t"),
        .body = {S("b")},
        .pieces = {&piece, 1},
        .rows = {&row, 1},
    };

    (void)state;
    expect_html(template_sample_blocks, &empty,
                "<article id=\"m\" class=\"message fresh\"><i>none</i></article>\n");
    expect_html(
        template_sample_blocks, &full,
        "<article id=\"m\" data-rev=\"1099511627776\" class=\"message\"><b>t</b></article>\n"
        "rbpl");
    blob_unref(blob);
}

static void test_lists_resolve_names_inside_and_around(void **state)
{
    struct sample_row rows[] = {{.number = UINT64_MAX, .name = S("a&b")},
                                {.number = 2, .name = S("c"), .is_new = true}};
    Str words[] = {S("<"), S("y")};
    struct sample_view view = {.rows = {rows, 2}, .words = {words, 2}, .page = {.id = 7}, .rev = 3};

    (void)state;
    expect_html(template_sample_lists, &view,
                "<ul><li value=\"18446744073709551615\">a&amp;b</li><li data-of=\"7\">"
                "&lt;:18446744073709551615:3 y:18446744073709551615:3 </li>"
                "<li class=\"new\" value=\"2\">c</li><li data-of=\"7\">&lt;:2:3 y:2:3 </li></ul>");
    expect_html(template_sample_lists, &(struct sample_view){0}, "<ul></ul>");
}

static void test_white_space_is_reduced_where_it_means_nothing(void **state)
{
    struct sample_view view = {.page = {.title = S("T")}};

    (void)state;
    expect_html(template_sample_space, &view,
                "<p><b>one</b> <b>two</b><b>three</b></p>"
                "<pre>\n  kept\n\n  as it is</pre>"
                "<p class=\"a   b\" id=\"c\">several\n<i>lines</i></p>"
                "<footer>T </footer></body>");
}

static void test_a_whole_page(void **state)
{
    struct sample_view view = {.page = {.title = S("</title>")}, .is_edited = true};

    (void)state;
    expect_html(template_sample_page, &view,
                "<!doctype html><title>&lt;/title&gt;</title>"
                "<script src=\"/assets/js/app.js\"></script><body><!-- static -->"
                "<input disabled checked><br /><footer>&lt;/title&gt; </footer></body>");
}

/* A temporary folder with templates, and what a command said about them. */
struct trial {
    char dir[32];
    struct buf said;
    int status;
};

static void trial_start(struct trial *trial)
{
    char path[64];

    *trial = (struct trial){.dir = "/tmp/test_template.XXXXXX"};
    assert_non_null(mkdtemp(trial->dir));
    (void)snprintf(path, sizeof(path), "%s/in", trial->dir);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void trial_write(struct trial *trial, const char *name, const char *content)
{
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/in/%s.html", trial->dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void trial_run(struct trial *trial, const char *command)
{
    char chunk[512];
    size_t got;
    FILE *pipe = popen(command, "r");

    assert_non_null(pipe);
    buf_clear(&trial->said);
    while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0) {
        buf_put(&trial->said, chunk, got);
    }
    trial->status = pclose(pipe);
    buf_put_char(&trial->said, '\0');
}

static void trial_compile(struct trial *trial)
{
    const char *compiler = getenv("TEMPLATE_COMPILE");
    char command[512];

    (void)snprintf(command, sizeof(command), "'%s' %s/in %s/out 2>&1",
                   compiler ? compiler : "build/gen/tools/template_compile", trial->dir,
                   trial->dir);
    trial_run(trial, command);
}

static void trial_finish(struct trial *trial)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "rm -r %s", trial->dir);
    trial_run(trial, command);
    buf_finish(&trial->said);
}

/* `template`, after its first line, is refused at `line` for `reason`. */
static void expect_refused(const char *template, int line, const char *reason)
{
    char expected[256];
    struct trial trial;
    struct buf content = {0};

    trial_start(&trial);
    buf_printf(&content, "%s%s%c", VIEW, template, '\0');
    trial_write(&trial, "t", content.data);
    trial_compile(&trial);
    (void)snprintf(expected, sizeof(expected), "%s/in/t.html:%d: %s\n", trial.dir, line, reason);
    assert_string_equal(trial.said.data, expected);
    assert_true(trial.status != 0);
    buf_finish(&content);
    trial_finish(&trial);
}

static void test_placeholders_are_refused_where_they_cannot_be_escaped(void **state)
{
    (void)state;
    expect_refused("<p>\n<a title={{text}}>", 3, "a placeholder in an unquoted value");
    expect_refused("<a title=x{{text}}>", 2, "a placeholder in an unquoted value");
    expect_refused("<a title='{{text}}'>", 2, "a placeholder in a single-quoted value");
    expect_refused("<a {{text}}>", 2, "a placeholder in a tag");
    expect_refused("<a data-{{text}}=\"\">", 2, "a placeholder in an attribute name");
    expect_refused("<{{text}}>", 2, "a placeholder or block in a tag name");
    expect_refused("<h{{rev}}>", 2, "a placeholder in a tag name");
    expect_refused("<script>{{rev}}</script>", 2, "a placeholder in a script or style");
    expect_refused("<style>{{rev}}</style>", 2, "a placeholder in a script or style");
    expect_refused("<!-- {{text}} -->", 2, "a placeholder in a comment");
    expect_refused("<!doctype {{text}}>", 2, "a placeholder in a declaration");
    expect_refused("<a href=\"/{{text}}/x\">", 2,
                   "attribute href: the first part of a path must be fixed");
    expect_refused("{{asset \"a.css\"}}", 2, "{{asset}} stands at the start of a URL attribute");
    expect_refused("<a href=\"/{{#if rev}}x{{/if}}{{text}}\">", 2,
                   "attribute href: the first part of a path must be fixed");
    expect_refused("<a href=\"/{{#if rev}}x{{else}}{{/if}}{{text}}\">", 2,
                   "attribute href: the first part of a path must be fixed");
}

static void test_code_in_attributes_is_refused(void **state)
{
    (void)state;
    expect_refused("<a onclick=\"x()\">", 2,
                   "attribute onclick: code and styles belong in assets/");
    expect_refused("<a OnClick=\"x()\">", 2,
                   "attribute onclick: code and styles belong in assets/");
    expect_refused("<a style=\"color:red\">", 2,
                   "attribute style: code and styles belong in assets/");
    expect_refused("<a hx-on:click=\"x()\">", 2,
                   "attribute hx-on:click: code and styles belong in assets/");
    expect_refused("<a data-hx-on:click=\"x()\">", 2,
                   "attribute hx-on:click: code and styles belong in assets/");
    expect_refused("<a onclick>", 2, "attribute onclick: code and styles belong in assets/");
    expect_refused("<a hx-vals=\" js:x()\">", 2, "attribute hx-vals: code belongs in assets/");
    expect_refused("<a href=\"JavaScript:x()\">", 2, "attribute href: code belongs in assets/");
}

static void test_ambiguous_html_is_refused(void **state)
{
    (void)state;
    expect_refused("a < b", 2, "a bare '<' in text is written &lt;");
    expect_refused("<a title=\"<b>\">", 2, "attribute title: a bare '<' in the value");
    expect_refused("<a title=\"b\"class=\"c\">", 2, "white space is missing before an attribute");
    expect_refused("<a title = \"b\">", 2, "a stray '=' in a tag");
    expect_refused("<a b=c\"d>", 2, "attribute b: a bare '\"' in the value");
    expect_refused("<title>a<b></title>", 2, "a bare '<' in <title>");
    expect_refused("<textarea></tex{{text}}></textarea>", 2, "a bare '<' in <textarea>");
    expect_refused("<script><!-- </script>", 2, "a bare '<' in <script>");
    expect_refused("<title/>", 2, "<title/> does not close itself");
    expect_refused("<!-->", 2, "a bare '<' in text is written &lt;");
    expect_refused("<p>\n<a title=\"", 3, "the template ends inside of <a>");
    expect_refused("<script>\n", 3, "the template ends inside of <script>");
}

static void test_blocks_must_close_where_they_began(void **state)
{
    static const char differs[] =
        "the ways through this block end in different places of the HTML: ";
    char reason[256];

    (void)state;
    expect_refused("{{#if rev}}", 2, "this block is never closed");
    expect_refused("{{#each rows}}\n{{#if rev}}{{/if}}", 2, "this block is never closed");
    expect_refused("{{/if}}", 2, "{{/if}} closes nothing");
    expect_refused("{{#if rev}}\n{{/each}}", 3, "{{/each}} where {{#if}} of line 2 is open");
    expect_refused("{{else}}", 2, "{{else}} without an {{#if}}");
    expect_refused("{{#if rev}}{{else}}{{else}}{{/if}}", 2, "{{else}} without an {{#if}}");
    expect_refused("{{#each rows}}{{else}}{{/each}}", 2, "{{else}} without an {{#if}}");
    (void)snprintf(reason, sizeof(reason), "%sa tag, text", differs);
    expect_refused("<a{{#if rev}}>{{/if}}", 2, reason);
    (void)snprintf(reason, sizeof(reason), "%stext, a tag", differs);
    expect_refused("{{#if rev}}x{{else}}<a {{/if}}>", 2, reason);
    (void)snprintf(reason, sizeof(reason), "%san attribute value, an attribute value", differs);
    expect_refused("<a href=\"{{#if rev}}/x{{/if}}{{url}}\">", 2, reason);
    expect_refused("<a {{#if rev}}b=\"{{else}}c=\"{{/if}}\">", 2, reason);
    expect_refused("<a {{#if rev}}b{{/if}}c>", 2, "white space is missing before an attribute");
    expect_refused("<a {{#if rev}}b{{/if}}=\"c\">", 2, "a stray '=' in a tag");
    expect_refused("<a {{#each rows}}b{{/each}}>", 2,
                   "{{#each}} must end where its next round can begin");
    expect_refused("<a b={{#if rev}}c{{/if}}>", 2, "a block in an unquoted value");
    expect_refused("<script>{{#if rev}}x{{/if}}</script>", 2, "a block in a script or style");
}

static void test_tags_must_be_well_formed(void **state)
{
    (void)state;
    expect_refused("{{text\n}}", 2, "{{ without }}");
    expect_refused("{{text", 2, "{{ without }}");
    expect_refused("{{}}", 2, "\"\" is not a path of fields");
    expect_refused("{{a..b}}", 2, "\"a..b\" is not a path of fields");
    expect_refused("{{a + b}}", 2, "\"a + b\" is not a path of fields");
    expect_refused("{{a->b}}", 2, "\"a->b\" is not a path of fields");
    expect_refused("{{&a}}", 2, "\"&a\" is not a path of fields");
    expect_refused("{{{text}}}", 2, "\"{text\" is not a path of fields");
    expect_refused("{{#if}}", 2, "\"\" is not a path of fields");
    expect_refused("{{#unless a}}", 2, "unknown block {{#unless}}");
    expect_refused("{{../text}}", 2, "\"../\" without an {{#each}} around it");
    expect_refused("\n{{> no/_such}}", 3, "unknown partial \"no/_such\"");
    expect_refused("<p title=\"{{> t}}\">", 2, "a partial stands in text");
    expect_refused("<a href=\"{{asset a.css}}\">", 2, "{{asset}} takes a path in double quotes");
}

static void test_the_first_line_names_the_view(void **state)
{
    struct trial trial;

    (void)state;
    trial_start(&trial);
    trial_write(&trial, "t", "<p>\n");
    trial_compile(&trial);
    assert_non_null(strstr(trial.said.data, "in/t.html:1: must be: {{! view: struct NAME from"));
    assert_true(trial.status != 0);
    trial_finish(&trial);
}

static void test_names_in_c_must_differ(void **state)
{
    struct trial trial;

    (void)state;
    trial_start(&trial);
    trial_write(&trial, "t", VIEW);
    trial_write(&trial, "_t", VIEW);
    trial_compile(&trial);
    assert_non_null(strstr(trial.said.data, "has the same name in C"));
    assert_true(trial.status != 0);
    trial_finish(&trial);
}

/* The C compiler refuses `template`, and its message begins with the template's second line. */
static void expect_not_compiled(const char *template, const char *reason)
{
    char command[256];
    char place[64];
    struct trial trial;
    struct buf content = {0};

    trial_start(&trial);
    buf_printf(&content, "%s%s%c", VIEW, template, '\0');
    trial_write(&trial, "t", content.data);
    trial_write(&trial, "_row", "{{! view: struct sample_row from \"support/template_view.h\" }}");
    trial_compile(&trial);
    assert_int_equal(trial.status, 0);
    (void)snprintf(command, sizeof(command),
                   "LC_ALL=C cc -std=gnu17 -fsyntax-only -Isrc -Itests -I%s/out "
                   "%s/out/template/t.c 2>&1",
                   trial.dir, trial.dir);
    trial_run(&trial, command);
    assert_true((trial.status != 0) == (reason != NULL));
    if (reason) {
        (void)snprintf(place, sizeof(place), "%s/in/t.html:2:", trial.dir);
        assert_non_null(strstr(trial.said.data, place));
        assert_non_null(strstr(trial.said.data, reason));
    }
    buf_finish(&content);
    trial_finish(&trial);
}

static void test_wrong_fields_and_types_do_not_compile(void **state)
{
    (void)state;
    expect_not_compiled("{{text}}", NULL);
    expect_not_compiled("{{txet}}", "txet");
    expect_not_compiled("{{page.nothing}}", "nothing");
    expect_not_compiled("{{is_edited}}", "_Generic");
    expect_not_compiled("{{rows}}", "_Generic");
    expect_not_compiled("<p title=\"{{body}}\"></p>", "_Generic");
    expect_not_compiled("<a href=\"{{body}}\"></a>", "_Generic");
    expect_not_compiled("<a href=\"/x/{{body}}\"></a>", "_Generic");
    expect_not_compiled("<textarea>{{body}}</textarea>", "_Generic");
    expect_not_compiled("<a hx-vals=\"{{text}}\"></a>", "_Generic");
    expect_not_compiled("{{#if page}}x{{/if}}", "{{#if}} takes");
    expect_not_compiled("{{#each text}}x{{/each}}", "items");
    expect_not_compiled("{{> _row}}", "incompatible");
}

static void test_unchanged_output_is_not_written_again(void **state)
{
    static const struct timespec long_ago[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char path[64];
    struct stat status;
    struct trial trial;

    (void)state;
    trial_start(&trial);
    (void)snprintf(path, sizeof(path), "%s/out/template/t.c", trial.dir);
    trial_write(&trial, "t", VIEW "a");
    trial_compile(&trial);
    assert_int_equal(utimensat(-1, path, long_ago, 0), 0);
    trial_compile(&trial);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mtime, 1);
    trial_write(&trial, "t", VIEW "b");
    trial_compile(&trial);
    assert_int_equal(stat(path, &status), 0);
    assert_int_not_equal(status.st_mtime, 1);
    trial_finish(&trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_escape_each_in_their_way),
        cmocka_unit_test(test_url_at_the_start_is_judged),
        cmocka_unit_test(test_markup_passes_raw_and_spliced),
        cmocka_unit_test(test_blocks_choose_by_every_type),
        cmocka_unit_test(test_lists_resolve_names_inside_and_around),
        cmocka_unit_test(test_white_space_is_reduced_where_it_means_nothing),
        cmocka_unit_test(test_a_whole_page),
        cmocka_unit_test(test_placeholders_are_refused_where_they_cannot_be_escaped),
        cmocka_unit_test(test_code_in_attributes_is_refused),
        cmocka_unit_test(test_ambiguous_html_is_refused),
        cmocka_unit_test(test_blocks_must_close_where_they_began),
        cmocka_unit_test(test_tags_must_be_well_formed),
        cmocka_unit_test(test_the_first_line_names_the_view),
        cmocka_unit_test(test_names_in_c_must_differ),
        cmocka_unit_test(test_wrong_fields_and_types_do_not_compile),
        cmocka_unit_test(test_unchanged_output_is_not_written_again),
    };

    return cmocka_run_group_tests_name("html/template", tests, NULL, NULL);
}
