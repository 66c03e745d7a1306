/* html.c -- escaping, and the output of compiled templates. See html.h.
 * SPDX-License-Identifier: MIT */
#include "html/html.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "html/html_template.h"

static Str (*resolve_asset)(const char *path);

/* What each byte becomes; null: itself. */
static const Str escapes[256] = {
    ['<'] = S_INIT("&lt;"),   ['>'] = S_INIT("&gt;"),   ['&'] = S_INIT("&amp;"),
    ['"'] = S_INIT("&quot;"), ['\''] = S_INIT("&#39;"),
};

void html_escape(struct buf *buf, Str s)
{
    size_t run = 0; /* start of the bytes that stay as they are */

    buf_reserve(buf, s.len);
    for (size_t i = 0; i < s.len; i++) {
        const Str *escape = &escapes[(unsigned char)s.data[i]];

        if (escape->data) {
            buf_put(buf, s.data + run, i - run);
            buf_put_str(buf, *escape);
            run = i + 1;
        }
    }
    if (run < s.len) {
        buf_put(buf, s.data + run, s.len - run);
    }
}

void html_put_raw(struct html_out *out, const char *data, size_t len)
{
    buf_put(&out->buf, data, len);
}

void html_put_text(struct html_out *out, Str s)
{
    html_escape(&out->buf, s);
}

void html_put_html(struct html_out *out, Html html)
{
    buf_put_str(&out->buf, html.markup);
}

void html_put_i64(struct html_out *out, int64_t value)
{
    buf_put_i64(&out->buf, value);
}

void html_put_u64(struct html_out *out, uint64_t value)
{
    char digits[20]; /* of UINT64_MAX */
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buf_put(&out->buf, digits + at, sizeof(digits) - at);
}

static void put_piece(struct html_out *out, HtmlPiece piece)
{
    CHECK((uint64_t)piece.offset + piece.len <= piece.blob->len);
    if (out->splice_count == out->splice_cap) {
        out->splice_cap = out->splice_cap ? out->splice_cap * 2 : 16;
        out->splices = mem_grow(out->splices, out->splice_cap, sizeof(out->splices[0]));
    }
    (void)blob_ref(piece.blob); /* dropped by html_out_finish */
    out->splices[out->splice_count++] = (struct html_splice){.at = out->buf.len, .piece = piece};
}

void html_put_pieces(struct html_out *out, HtmlPieces pieces)
{
    for (size_t i = 0; i < pieces.count; i++) {
        if (pieces.items[i].len > 0) {
            put_piece(out, pieces.items[i]);
        }
    }
}

/* Browsers drop tabs and newlines from URLs and trim spaces and controls before they look for the
 * scheme: whoever hides one behind them is refused. */
static bool has_hidden_bytes(Str url)
{
    for (size_t i = 0; i < url.len; i++) {
        unsigned char c = (unsigned char)url.data[i];
        if (c <= ' ' || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool is_safe_url(Str url)
{
    static const Str schemes[] = {S_INIT("http://"), S_INIT("https://"), S_INIT("mailto:")};

    if (url.len == 0 || has_hidden_bytes(url)) {
        return false;
    }
    if (url.data[0] == '/') {
        /* "//host" and, to browsers, "/\host" are other sites. */
        return url.len == 1 || (url.data[1] != '/' && url.data[1] != '\\');
    }
    if (url.data[0] == '#' || url.data[0] == '?') {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        if (str_eq_nocase(str_sub(url, 0, schemes[i].len), schemes[i])) {
            return true;
        }
    }
    return false;
}

void html_put_url(struct html_out *out, Str url)
{
    html_escape(&out->buf, is_safe_url(url) ? url : S("#"));
}

void html_put_url_part(struct html_out *out, Str part)
{
    text_percent_encode(part, &out->buf);
}

void html_set_asset_resolver(Str (*resolve)(const char *path))
{
    resolve_asset = resolve;
}

void html_put_asset(struct html_out *out, const char *path)
{
    if (resolve_asset) {
        html_escape(&out->buf, resolve_asset(path));
        return;
    }
    buf_put_str(&out->buf, S("/assets/"));
    html_escape(&out->buf, str_from_z(path));
}

void html_out_finish(struct html_out *out)
{
    for (size_t i = 0; i < out->splice_count; i++) {
        blob_unref(out->splices[i].piece.blob);
    }
    mem_free(out->splices);
    buf_finish(&out->buf);
    *out = (struct html_out){0};
}

size_t html_out_len(const struct html_out *out)
{
    size_t len = out->buf.len;

    for (size_t i = 0; i < out->splice_count; i++) {
        len += out->splices[i].piece.len;
    }
    return len;
}

void html_out_flatten(const struct html_out *out, struct buf *ret)
{
    size_t done = 0;

    buf_reserve(ret, html_out_len(out));
    for (size_t i = 0; i < out->splice_count; i++) {
        const struct html_splice *splice = &out->splices[i];
        Str piece = blob_str(splice->piece.blob);

        buf_put_str(ret, str_sub(buf_str(&out->buf), done, splice->at - done));
        buf_put_str(ret, str_sub(piece, splice->piece.offset, splice->piece.len));
        done = splice->at;
    }
    buf_put_str(ret, str_skip(buf_str(&out->buf), done));
}
