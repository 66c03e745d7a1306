/* test_html.c -- escaping, URLs and spliced output of html/html.h.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "html/html.h"
#include "html/html_template.h"

static void expect_buf(const struct buf *buf, const char *expected)
{
    assert_int_equal(buf->len, strlen(expected));
    assert_memory_equal(buf_str(buf).data, expected, buf->len);
}

/* The output so far, and starts anew. */
static void expect_out(struct html_out *out, const char *expected)
{
    expect_buf(&out->buf, expected);
    buf_clear(&out->buf);
}

static void test_escape_is_complete(void **state)
{
    static const struct {
        const char *text;
        const char *html;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"<", "&lt;"},
        {"a<b>c", "a&lt;b&gt;c"},
        {"<>&\"'", "&lt;&gt;&amp;&quot;&#39;"},
        {"&amp;", "&amp;amp;"},
        {"tail&", "tail&amp;"},
        {"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"},
        {"\t\n\x7f", "\t\n\x7f"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf buf = {0};

        html_escape(&buf, str_from_z(cases[i].text));
        expect_buf(&buf, cases[i].html);
        buf_finish(&buf);
    }
}

static void test_escape_leaves_all_other_bytes(void **state)
{
    struct buf buf = {0};

    (void)state;
    for (int c = 0; c < 256; c++) {
        char byte = (char)c;

        buf_clear(&buf);
        html_escape(&buf, str_of(&byte, 1));
        if (c != 0 && strchr("<>&\"'", c)) {
            assert_true(buf.len > 1);
        } else {
            assert_int_equal(buf.len, 1);
            assert_int_equal(buf.data[0], byte);
        }
    }
    buf_finish(&buf);
}

static void test_urls_that_pass(void **state)
{
    static const char *const urls[] = {
        "/",
        "/rooms/7",
        "/rooms/7?before=3#m-7-2",
        "/a//b",
        "#m-7-2",
        "?page=2",
        "http://example.org/",
        "https://example.org/a?b#c",
        "HTTPS://EXAMPLE.ORG/",
        "mailto:ann@example.org",
    };
    struct html_out out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        html_put_url(&out, str_from_z(urls[i]));
        expect_out(&out, urls[i]);
    }
    html_put_url(&out, S("/search?q='a'&b=\"<c>\""));
    expect_out(&out, "/search?q=&#39;a&#39;&amp;b=&quot;&lt;c&gt;&quot;");
    html_out_finish(&out);
}

static void test_urls_that_become_a_hash(void **state)
{
    static const char *const urls[] = {
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\tjavascript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "java\nscript:alert(1)",
        "javascript&colon;alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "blob:https://example.org/1",
        "file:///etc/passwd",
        "ftp://example.org",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/a b",
        "/a\x7f",
        "rooms/7",
        "http:evil.example",
        "https:/evil.example",
        "http",
    };
    struct html_out out = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        html_put_url(&out, str_from_z(urls[i]));
        expect_out(&out, "#");
    }
    html_put_url(&out, str_of("/a\0b", 4));
    expect_out(&out, "#");
    html_out_finish(&out);
}

static void test_url_part_is_one_component(void **state)
{
    struct html_out out = {0};

    (void)state;
    html_put_url_part(&out, S("a b/c?d&e=\"<'>#%\xc3\xbc-._~"));
    expect_out(&out, "a%20b%2Fc%3Fd%26e%3D%22%3C%27%3E%23%25%C3%BC-._~");
    html_out_finish(&out);
}

static void test_numbers(void **state)
{
    struct html_out out = {0};

    (void)state;
    html_put_i64(&out, INT64_MIN);
    expect_out(&out, "-9223372036854775808");
    html_put_u64(&out, 0);
    expect_out(&out, "0");
    html_put_u64(&out, UINT64_MAX);
    expect_out(&out, "18446744073709551615");
    html_out_finish(&out);
}

static void test_pieces_stand_in_order_and_are_not_copied(void **state)
{
    struct blob *blob = blob_from_str(S("<b>one</b><b>two</b>"));
    HtmlPiece items[] = {{blob, 0, 10}, {blob, 5, 0}, {blob, 10, 10}};
    struct html_out out = {0};
    struct buf flat = {0};

    (void)state;
    html_put_raw(&out, "[", 1);
    html_put_pieces(&out, (HtmlPieces){items, ARRAY_LEN(items)});
    html_put_raw(&out, "|", 1);
    html_put_pieces(&out, (HtmlPieces){items, 1});
    assert_int_equal(out.buf.len, 2);
    assert_int_equal(out.splice_count, 3);
    assert_int_equal(html_out_len(&out), 32);

    /* The output keeps the blob alive when everybody else has dropped it. */
    assert_int_equal(atomic_load(&blob->refs), 4);
    blob_unref(blob);
    buf_put_str(&flat, S("before:"));
    html_out_flatten(&out, &flat);
    expect_buf(&flat, "before:[<b>one</b><b>two</b>|<b>one</b>");
    buf_finish(&flat);
    html_out_finish(&out);
    assert_int_equal(html_out_len(&out), 0);
}

static void test_many_pieces(void **state)
{
    struct blob *blob = blob_from_str(S("x"));
    HtmlPiece item = {blob, 0, 1};
    struct html_out out = {0};
    struct buf flat = {0};

    (void)state;
    for (int i = 0; i < 100; i++) {
        html_put_pieces(&out, (HtmlPieces){&item, 1});
    }
    html_out_flatten(&out, &flat);
    assert_int_equal(flat.len, 100);
    buf_finish(&flat);
    html_out_finish(&out);
    assert_int_equal(atomic_load(&blob->refs), 1);
    blob_unref(blob);
}

static Str resolve(const char *path)
{
    return strcmp(path, "a.css") == 0 ? S("/assets/a.css?v=\"1\"") : S("#");
}

static void test_assets(void **state)
{
    struct html_out out = {0};

    (void)state;
    html_put_asset(&out, "css/base.css");
    expect_out(&out, "/assets/css/base.css");
    html_set_asset_resolver(resolve);
    html_put_asset(&out, "a.css");
    html_set_asset_resolver(NULL);
    expect_out(&out, "/assets/a.css?v=&quot;1&quot;");
    html_out_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape_is_complete),
        cmocka_unit_test(test_escape_leaves_all_other_bytes),
        cmocka_unit_test(test_urls_that_pass),
        cmocka_unit_test(test_urls_that_become_a_hash),
        cmocka_unit_test(test_url_part_is_one_component),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_pieces_stand_in_order_and_are_not_copied),
        cmocka_unit_test(test_many_pieces),
        cmocka_unit_test(test_assets),
    };

    return cmocka_run_group_tests_name("html/html", tests, NULL, NULL);
}
