/* test_markdown.c -- what people type, and what is made of it.
 * SPDX-License-Identifier: MIT */
#include "chat/markdown.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "tests/support/cmocka_all.h"

#define LINK(url) "<a href=\"" url "\" rel=\"noopener noreferrer nofollow ugc\" target=\"_blank\">"
#define SMALL(host) " <small dir=\"ltr\">" host "</small>"
#define TABLE "<div class=\"table\" tabindex=\"0\"><table>"

/* A null `markup` means that the text is shown as it is. */
struct sample {
    const char *source, *markup;
};

/* What a reader gets. */
static Html show(struct arena *arena, Str source, bool *ret_is_markup)
{
    Html html = {.markup = S("untouched")};
    *ret_is_markup = markdown_render(arena, source, LIMIT_FRAGMENT_PLAIN, &html);
    if (!*ret_is_markup) {
        assert_true(str_eq(html.markup, S("untouched")));
        html = markdown_plain(arena, source);
    }
    return html;
}

static void assert_samples(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        bool is_markup;
        Html html = show(&arena, str_from_z(samples[i].source), &is_markup);
        if (samples[i].markup) {
            assert_string_equal(str_z(&arena, html.markup), samples[i].markup);
        } else if (is_markup) {
            fail_msg("markup of %s: %s", samples[i].source, str_z(&arena, html.markup));
        }
        arena_finish(&arena);
    }
}
#define ASSERT_SAMPLES(samples) assert_samples(samples, ARRAY_LEN(samples))

/* No tag and no attribute comes out but `<br>`: the text shows as typed. */
static void assert_shown_as_typed(const char *const *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {0};
        struct buf expected = {0};
        bool is_markup;
        Html html = show(&arena, str_from_z(sources[i]), &is_markup);
        html_escape(&expected, str_from_z(sources[i]));
        assert_string_equal(str_z(&arena, html.markup), str_z(&arena, buf_str(&expected)));
        buf_finish(&expected);
        arena_finish(&arena);
    }
}

static void inline_marks(void **state)
{
    static const struct sample samples[] = {
        {"hello", "hello"},
        {"**bold** and *it* and _it_", "<strong>bold</strong> and <em>it</em> and <em>it</em>"},
        {"`a < b`, ~~gone~~", "<code>a &lt; b</code>, <del>gone</del>"},
        {"***both***", "<em><strong>both</strong></em>"},
        {"snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"},
        {"~5 or ~6~ in ~/src, `~x ~y`, \\~", "~5 or ~6~ in ~/src, <code>~x ~y</code>, ~"},
        {"a  b", "a  b"},
        {"    four spaces", "four spaces"},
        {"unclosed **bold and `code", "unclosed **bold and `code"},
        {"\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D **e\xCC\x81**",
         "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D <strong>e\xCC\x81</strong>"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

static void lines_and_paragraphs(void **state)
{
    static const struct sample samples[] = {
        {"one\ntwo", "one<br>two"},
        {"one  \ntwo\\\nthree", "one<br>two<br>three"},
        {"one\n\n\ntwo\nthree", "<p>one</p><p>two<br>three</p>"},
        {"# Title", "<strong>Title</strong>"},
        {"### Title ###\ntext", "<p><strong>Title</strong></p><p>text</p>"},
        {"Title\n---\ntext", "<p><strong>Title</strong></p><p>text</p>"},
        {"#room, not a title", "#room, not a title"},
        {"a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

static void quotes_and_lists(void **state)
{
    static const struct sample samples[] = {
        {"> said\n\nanswer", "<blockquote><p>said</p></blockquote><p>answer</p>"},
        {"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
        {"- a\n  1. b\n\n     c", "<ul><li>a<ol><li><p>b</p><p>c</p></li></ol></li></ul>"},
        {"1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"},
        {"7) a", "<ol start=\"7\"><li>a</li></ol>"},
        {"0. a", "<ol start=\"0\"><li>a</li></ol>"},
        {"99. a\n100. b", "<ol start=\"99\"><li>a</li><li>b</li></ol>"},
        {"1986. A good year.", "<ol start=\"1986\" data-wide><li>A good year.</li></ol>"},
        {"10000. Too wide a number.", NULL},
        {"-5 degrees", "-5 degrees"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

static void code_blocks(void **state)
{
    static const struct sample samples[] = {
        {"```\na\n\n  <b>\n```", "<pre tabindex=\"0\"><code>a\n\n  &lt;b&gt;</code></pre>"},
        {"```C++ more\nx[\"a\"]: ~1\n```",
         "<pre tabindex=\"0\" data-lang=\"c++\"><code>x[&quot;a&quot;]: ~1</code></pre>"},
        {"~~~c#\na\n~~~\nb", "<pre tabindex=\"0\" data-lang=\"c#\"><code>a</code></pre><p>b</p>"},
        {"```\"onload=x\na\n```", "<pre tabindex=\"0\"><code>a</code></pre>"},
        {"```&quot;x\na\n```", "<pre tabindex=\"0\"><code>a</code></pre>"},
        {"```abcdefghijklmnopqrst\na\n```",
         "<pre tabindex=\"0\" data-lang=\"abcdefghijklmnopqrst\"><code>a</code></pre>"},
        {"```abcdefghijklmnopqrstu\na\n```", "<pre tabindex=\"0\"><code>a</code></pre>"},
        {"```\n\n\n```", NULL},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

static void tables(void **state)
{
    static const struct sample samples[] = {
        {"|a|b|\n|---|--:|\n|`1`|2|",
         TABLE "<thead><tr><th>a</th><th data-align=\"right\">b</th></tr></thead>"
               "<tbody><tr><td><code>1</code></td><td data-align=\"right\">2</td></tr></tbody>"
               "</table></div>"},
        {"|a|b|\n|:--|:-:|",
         TABLE "<thead><tr><th data-align=\"left\">a</th><th data-align=\"center\">b</th></tr>"
               "</thead></table></div>"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

static void links(void **state)
{
    static const struct sample samples[] = {
        {"[text *it*](https://a.example/x)", LINK("https://a.example/x") "text <em>it</em></a>"},
        {"[t](HTTP://a.example:8080/?a=1&amp;b=2#c)",
         LINK("HTTP://a.example:8080/?a=1&amp;b=2#c") "t</a>"},
        {"<mailto:a@b.example>", LINK("mailto:a@b.example") "mailto:a@b.example</a>"},
        {"<a@b.example>", LINK("mailto:a@b.example") "a@b.example</a>"},
        {"[](https://a.example)", LINK("https://a.example") "https://a.example</a>"},
        {"![cat](https://a.example/c.png)", LINK("https://a.example/c.png") "cat</a>"},
        {"![](https://a.example/c)", LINK("https://a.example/c") "https://a.example/c</a>"},
        {"[![cat](https://a.example/c) b](https://d.example)",
         LINK("https://d.example") "cat b</a>"},
        {"[t](https://a.example \"title\")", LINK("https://a.example") "t</a>"},
        {"[a][b]\n\n[b]: /x", "<p>[a][b]</p><p>[b]: /x</p>"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

/* Nothing that somebody typed may vanish. */
static void what_markdown_would_swallow_is_shown(void **state)
{
    static const char *const typed[] = {
        "[Ada]: yes",         "#",           "-",         "1.", ">", "---", "***", "```", "** **",
        "handlers[i](event)", "![x](y.png)", "[a](b \"c", "~",  "|", "\\",
    };
    (void)state;
    assert_shown_as_typed(typed, ARRAY_LEN(typed));
}

/* md4c enters this emphasis and never leaves it, and this link it leaves as a picture. */
static void what_is_not_closed_in_order_is_plain(void **state)
{
    static const char *const typed[] = {"*[t](https://a.example*/x",
                                        "[![i](https://a.b](xhttps://c.d/i![.png)](https://e.f) "
                                        "![g [h](https://i.j) k](https://l.m)"};
    (void)state;
    assert_shown_as_typed(typed, ARRAY_LEN(typed));
}

static void X01_markup_is_text(void **state)
{
    static const char *const typed[] = {
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "</textarea><script>alert(1)</script>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
        "onerror=x>\">",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<style><style /><img src=x onerror=alert(1)>",
        "<!-- --!><img src=x onerror=alert(1)>",
        "<![CDATA[<script>]]>",
        "<?php <script> ?>",
        "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id=\"</style><img>\">",
    };
    (void)state;
    assert_shown_as_typed(typed, ARRAY_LEN(typed));
}

static void X02_no_way_out_of_an_attribute(void **state)
{
    static const struct sample samples[] = {
        {"[a](https://x.example/\"onmouseover=alert(1))",
         LINK("https://x.example/&quot;onmouseover=alert(1)") "a</a>"},
        {"[a](https://x.example/&quot;&#39;&lt;&gt;)",
         LINK("https://x.example/&quot;&#39;&lt;&gt;") "a</a>"},
        {"[a](https://x.example/'`x`)", LINK("https://x.example/&#39;`x`") "a</a>"},
        {"<https://x.example/\"onx=1>",
         LINK("https://x.example/&quot;onx=1") "https://x.example/&quot;onx=1</a>"},
        {"[a](https://x.example/&amp;quot;)", LINK("https://x.example/&amp;quot;") "a</a>"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

/* Each way to write a link; the last is a definition, and of that an address may be made a link. */
static void assert_no_link(const char *url, int form)
{
    static const char *const before[] = {"[a](", "![a](", "<", "[a]\n\n[a]: "};
    static const char *const behind[] = {")", ")", ">", ""};
    struct arena arena = {0};
    bool is_markup;
    Str source = str_format(&arena, "%s%s%s", before[form], url, behind[form]);
    const char *markup = str_z(&arena, show(&arena, source, &is_markup).markup);
    const char *link = strstr(markup, "href=\"");
    if (link && (form < 3 || strncmp(link, "href=\"https://a.example", 23) != 0)) {
        fail_msg("%.*s is a link: %s", STR_ARG(source), markup);
    }
    arena_finish(&arena);
}

static void X03_only_three_schemes_are_links(void **state)
{
    static const char *const urls[] = {
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "java&#9;script:alert(1)",
        "java&#10;script:alert(1)",
        "&#1;javascript:alert(1)",
        "javascript&colon;alert(1)",
        "javascript&#58;alert(1)",
        "<java script:alert(1)>",
        "data:text/html,<script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://a.example",
        "//a.example",
        "/rooms/1",
        "#messages",
        "a.html",
        "https:a.example",
        "https:/a.example",
        "https:///a.example",
        "https://",
        "http://&#0;a.example",
        "https://a&#10;.example",
        "https://a.example/&#x7f;",
        "https://a.example/&#9;x",
        "https://a.example/&#32;x",
        "https://%61.example",
        "https://a.example:99999999",
        "https://a.example:x",
        "mailto:",
        "&#x110000;https://a.example",
        "blob:https://a.example/x",
        "view-source:https://a.example",
        "https://[::1",
        "https://[evil]/",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        for (int form = 0; form < 4; form++) {
            assert_no_link(urls[i], form);
        }
    }
}

static void X04_the_real_host_is_shown(void **state)
{
    static const struct sample samples[] = {
        {"[https://bank.example](https://evil.example/)",
         LINK("https://evil.example/") "https://bank.example</a>" SMALL("evil.example")},
        {"[bank.example](https://evil.example/)",
         LINK("https://evil.example/") "bank.example</a>" SMALL("evil.example")},
        {"[go to **bank**.example now](https://evil.example/)",
         LINK("https://evil.example/") "go to <strong>bank</strong>.example now</a>" SMALL(
             "evil.example")},
        {"<https://bank.example@evil.example/>",
         LINK("https://bank.example@evil.example/") "https://bank.example@evil.example/</a>" SMALL(
             "evil.example")},
        {"[x](HTTPS://bank.example@evil.example/)",
         LINK("HTTPS://bank.example@evil.example/") "x</a>" SMALL("evil.example")},
        {"[x](https://bank.example@evil.example/)",
         LINK("https://bank.example@evil.example/") "x</a>" SMALL("evil.example")},
        {"[x](https://evil.example\\@bank.example/)",
         LINK("https://evil.example@bank.example/") "x</a>" SMALL("bank.example")},
        {"[bank.example](https://evil.example\\\\@bank.example/)",
         LINK("https://evil.example\\@bank.example/") "bank.example</a>" SMALL("evil.example")},
        {"[\xE2\x80\xAEmoc.knab](https://evil.example/)",
         LINK("https://evil.example/") "\xE2\x80\xAEmoc.knab</a>" SMALL("evil.example")},
        {"[\xD0\xB0pple.example](https://xn--pple-43d.example/)",
         LINK("https://xn--pple-43d.example/") "\xD0\xB0pple.example</a>" SMALL(
             "xn--pple-43d.example")},
        {"[bank\xE3\x80\x82"
         "example](https://evil.example/)",
         LINK("https://evil.example/") "bank\xE3\x80\x82"
                                       "example</a>" SMALL("evil.example")},
        {"[\xD0\xB0](https://\xD0\xB0pple.example)",
         "[\xD0\xB0](https://\xD0\xB0pple.example)"}, /* other alphabets only as xn-- */
        {"[www.a.example/x](https://a.example/y)",
         LINK("https://a.example/y") "www.a.example/x</a>"},
        {"[see it](https://evil.example/)", LINK("https://evil.example/") "see it</a>"},
        {"[a@b.example](mailto:e@f.example?subject=x)",
         LINK("mailto:e@f.example?subject=x") "a@b.example</a>" SMALL("e@f.example")},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

/* --- what costs ----------------------------------------------------------------------------- */

static size_t count_tags(Str markup, size_t *ret_depth)
{
    size_t count = 0, depth = 0;
    *ret_depth = 0;
    for (size_t i = 0; i + 1 < markup.len; i++) {
        if (markup.data[i] == '<') {
            bool is_void = str_starts(str_skip(markup, i), S("<br>")) ||
                           str_starts(str_skip(markup, i), S("<hr>"));
            count++;
            depth += markup.data[i + 1] == '/' ? -1 : is_void ? 0 : 1;
            *ret_depth = depth > *ret_depth ? depth : *ret_depth;
        }
    }
    assert_int_equal(depth, 0);
    return count;
}

static void assert_bounded(Str source)
{
    struct arena arena = {0};
    Html html;
    size_t depth;
    if (markdown_render(&arena, source, LIMIT_FRAGMENT_PLAIN, &html)) {
        assert_in_range(html.markup.len, 1, LIMIT_FRAGMENT_PLAIN);
        (void)count_tags(html.markup, &depth);
        assert_in_range(depth, 0, LIMIT_MARKUP_DEPTH);
    }
    arena_finish(&arena);
}

static void X05_repetition_stays_within_depth_and_length(void **state)
{
    static const char *const patterns[] = {
        "[",        "*",     ">",        "`",        "![",      "- ",          "> - ",
        "*a_b",     "*a_b ", "**a",      "a_",       "[a](",    "[a](b \"",    "[a](<b",
        "[a][",     "]",     "[]",       "<a:",      "<",       "http://a.b ", "http://a.b(",
        "www.a.b(", "~~a",   "|",        "|a",       "&",       "&#",          "`a``b",
        "(",        "1. ",   "[a]: b\n", "- a\n",    "> a\n",   "a\n\n",       "# a\n",
        "```\n",    "|---",  "***a",     "a**b*c_d", "![a](b)", "\\",          "> > a\n",
        "[a](b)[",  "-\n",   "\t",
    };
    char *source = mem_zalloc(LIMIT_MESSAGE + 1);
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        size_t len = strlen(patterns[i]);
        for (size_t at = 0; at < LIMIT_MESSAGE; at++) {
            source[at] = patterns[i][at % len];
        }
        assert_bounded(str_of(source, LIMIT_MESSAGE));
    }
    mem_free(source);
}

/* md4c asks every open container about each blank line, so too many are refused before it starts.
 */
static void X05_deep_nesting_is_plain(void **state)
{
    static const char *const marks[] = {"> ", "- ", "1. ", ">"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        struct arena arena = {0};
        struct buf source = {0};
        bool is_markup;
        for (int depth = 1; depth <= LIMIT_MARKUP_DEPTH + 1; depth++) {
            buf_clear(&source);
            for (int n = 0; n < depth; n++) {
                buf_put_str(&source, str_from_z(marks[i]));
            }
            buf_put_str(&source, S("a\nb\n\nc"));
            (void)show(&arena, buf_str(&source), &is_markup);
            bool is_list = marks[i][0] != '>'; /* ul and li; a quote holds a paragraph */
            assert_int_equal(is_markup, is_list ? 2 * depth + 1 <= LIMIT_MARKUP_DEPTH + 1
                                                : depth + 1 <= LIMIT_MARKUP_DEPTH);
        }
        buf_finish(&source);
        arena_finish(&arena);
    }
}

/* 256 addresses are links, if there is room; of one more none is, and the text shows as typed. */
static void X05_many_addresses_are_text(void **state)
{
    struct arena arena = {0};
    struct buf source = {0};
    Html html;
    size_t depth;
    (void)state;
    for (int i = 0; i < LIMIT_MARKUP_AUTOLINKS; i++) {
        buf_put_str(&source, S("http://a.example/( "));
    }
    buf_put_str(&source, S("*x*"));
    assert_true(markdown_render(&arena, buf_str(&source), LIMIT_MARKUP, &html));
    assert_in_range(count_tags(html.markup, &depth), 2 * LIMIT_MARKUP_AUTOLINKS,
                    2 * LIMIT_MARKUP_AUTOLINKS + 2);
    buf_put_str(&source, S(" www.a.example"));
    assert_true(markdown_render(&arena, buf_str(&source), LIMIT_MARKUP, &html));
    assert_int_equal(count_tags(html.markup, &depth), 2); /* the emphasis */
    buf_finish(&source);
    arena_finish(&arena);
}

static void X05_too_long_a_rendering_is_refused(void **state)
{
    struct arena arena = {0};
    Html html = {.markup = S("untouched")};
    (void)state;
    assert_true(
        markdown_render(&arena, S("*abc*"), 19, &html)); /* with a <p> around, dropped then */
    html.markup = S("untouched");
    assert_false(markdown_render(&arena, S("*abcd*"), 19, &html));
    assert_true(str_eq(html.markup, S("untouched")));
    arena_finish(&arena);
}

static void X06_autolinks_end_where_they_should(void **state)
{
    static const struct sample samples[] = {
        {"see https://a.example/x, or (www.b.example).",
         "see " LINK("https://a.example/x") "https://a.example/x</a>, or (" LINK(
             "http://www.b.example") "www.b.example</a>)."},
        {"https://a.example/<b>", LINK("https://a.example/") "https://a.example/</a>&lt;b&gt;"},
        {"https://a.example/</div>",
         LINK("https://a.example/") "https://a.example/</a>&lt;/div&gt;"},
        {"(https://a.example/x)", "(" LINK("https://a.example/x") "https://a.example/x</a>)"},
        {"https://a.example/x_(y)", LINK("https://a.example/x_(y)") "https://a.example/x_(y)</a>"},
        {"https://a.example/~ada", LINK("https://a.example/~ada") "https://a.example/~ada</a>"},
        {"<http://[2001:db8::1]:80/>",
         LINK("http://[2001:db8::1]:80/") "http://[2001:db8::1]:80/</a>"},
        {"[x](http://[::1]:80/)", LINK("http://[::1]:80/") "x</a>"},
        {"<https://\xF0\x9F\x8D\x95.example/>", "https://\xF0\x9F\x8D\x95.example/"},
        {"https://bank.example@evil.example",
         LINK("https://bank.example@evil.example") "https://bank.example@evil.example</a>" SMALL(
             "evil.example")},
        {"a@b.example", "a@b.example"},
    };
    struct arena arena = {0};
    Html html;
    char *url = mem_zalloc(8 * 1024 + 1);
    (void)state;
    ASSERT_SAMPLES(samples);
    memset(url, 'x', 8 * 1024);
    memcpy(url, "https://a.example/", 18);
    assert_true(markdown_render(&arena, str_from_z(url), LIMIT_FRAGMENT_PLAIN, &html));
    assert_in_range(html.markup.len, 16 * 1024, 17 * 1024);
    /* A quote belongs to the address or ends it; it never ends the attribute. */
    assert_true(markdown_render(&arena, S("https://a.example/\"onx=1"), 4096, &html));
    assert_false(str_contains(html.markup, S("\"onx")));
    mem_free(url);
    arena_finish(&arena);
}

static void X07_attributes_for_htmx_are_text(void **state)
{
    static const char *const typed[] = {
        "<b hx-get=/rooms/1 hx-trigger=load>",
        "<i data-hx-get=/x>",
        "<i hx-on:click=alert(1)>",
        "<i id=sys hx-swap-oob=true>",
        "<div ws-connect=/x>",
        "<hx-partial hx-target=\"#room\">",
    };
    (void)state;
    assert_shown_as_typed(typed, ARRAY_LEN(typed));
}

static void X08_nothing_leaves_its_message(void **state)
{
    static const char *const typed[] = {
        "</div><div id=composer hx-swap-oob=true>",
        "</article></div></body>",
        "</template><article id=m-1-1>",
    };
    static const struct sample samples[] = {
        {"**</strong></div>**", "<strong>&lt;/strong&gt;&lt;/div&gt;</strong>"},
        {"```\n</code></pre></div>\n```",
         "<pre tabindex=\"0\"><code>&lt;/code&gt;&lt;/pre&gt;&lt;/div&gt;</code></pre>"},
        {"[</a></div>](https://a.example)", LINK("https://a.example") "&lt;/a&gt;&lt;/div&gt;</a>"},
    };
    (void)state;
    assert_shown_as_typed(typed, ARRAY_LEN(typed));
    ASSERT_SAMPLES(samples);
}

static void X11_no_id_name_or_class_of_the_author(void **state)
{
    static const struct sample samples[] = {
        {"# Title {#composer .door}", "<strong>Title {#composer .door}</strong>"},
        {"[a](https://a.example){#id}", LINK("https://a.example") "a</a>{#id}"},
        {"[^1] and [^1]: note", "[^1] and [^1]: note"},
        {"```c {#id .x}\na\n```", "<pre tabindex=\"0\" data-lang=\"c\"><code>a</code></pre>"},
    };
    (void)state;
    ASSERT_SAMPLES(samples);
}

static void X12_entities_are_shown_as_typed(void **state)
{
    static const char *const typed[] = {
        "&amp;lt;",      "&lt;script&gt;",         "&#60;b&#62;",
        "&#x3C;b&#x3E;", "&nbsp;&copy;&unknown;",  "&",
        "a && b",        "&#0;&#1114112;&#xD800;", "AT&T;",
    };
    static const struct sample samples[] = {
        {"`&lt;` **&amp;**", "<code>&amp;lt;</code> <strong>&amp;amp;</strong>"},
        {"[&lt;](https://a.example/?a&amp;lt;)",
         LINK("https://a.example/?a&amp;lt;") "&amp;lt;</a>"},
    };
    (void)state;
    assert_shown_as_typed(typed, ARRAY_LEN(typed));
    ASSERT_SAMPLES(samples);
}

static void plain_keeps_lines(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_string_equal(str_z(&arena, markdown_plain(&arena, S("a\n\n<b> *c*\n")).markup),
                        "a<br><br>&lt;b&gt; *c*<br>");
    assert_int_equal(markdown_plain(&arena, S("")).markup.len, 0);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inline_marks),
        cmocka_unit_test(lines_and_paragraphs),
        cmocka_unit_test(quotes_and_lists),
        cmocka_unit_test(code_blocks),
        cmocka_unit_test(tables),
        cmocka_unit_test(links),
        cmocka_unit_test(what_markdown_would_swallow_is_shown),
        cmocka_unit_test(what_is_not_closed_in_order_is_plain),
        cmocka_unit_test(X01_markup_is_text),
        cmocka_unit_test(X02_no_way_out_of_an_attribute),
        cmocka_unit_test(X03_only_three_schemes_are_links),
        cmocka_unit_test(X04_the_real_host_is_shown),
        cmocka_unit_test(X05_repetition_stays_within_depth_and_length),
        cmocka_unit_test(X05_deep_nesting_is_plain),
        cmocka_unit_test(X05_many_addresses_are_text),
        cmocka_unit_test(X05_too_long_a_rendering_is_refused),
        cmocka_unit_test(X06_autolinks_end_where_they_should),
        cmocka_unit_test(X07_attributes_for_htmx_are_text),
        cmocka_unit_test(X08_nothing_leaves_its_message),
        cmocka_unit_test(X11_no_id_name_or_class_of_the_author),
        cmocka_unit_test(X12_entities_are_shown_as_typed),
        cmocka_unit_test(plain_keeps_lines),
    };
    return cmocka_run_group_tests_name("chat/markdown", tests, NULL, NULL);
}
