/* html.h -- markup as a type of its own, and the output that compiled templates write to.
 *
 * A Str is text and is escaped for the place where it stands; only an Html passes raw, so handing
 * text where markup goes does not compile. Output goes straight into one buffer; bytes that exist
 * already as blobs (rendered messages) are spliced in by reference, never copied.
 * Nothing here knows chat, requests or sockets. Thread: that of the output's owner.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/blob.h"
#include "base/buf.h"

typedef struct {
    Str markup; /* made by a template or by chat/markdown.c, never by concatenation elsewhere */
} Html;

/* A slice of a blob of finished markup. */
typedef struct {
    struct blob *blob; /* borrowed by whoever passes the value */
    uint32_t offset;
    uint32_t len;
} HtmlPiece;

/* Many slices, for a template's {{pieces}}. */
typedef struct {
    const HtmlPiece *items;
    size_t count;
} HtmlPieces;

/* A piece that stands before byte `at` of the buffer; holds a reference to its blob. */
struct html_splice {
    size_t at;
    HtmlPiece piece;
};

struct html_out {
    struct buf buf;
    struct html_splice *splices; /* in order of `at` */
    size_t splice_count;
    size_t splice_cap;
};

void html_out_finish(struct html_out *out);      /* drops blobs and memory */
size_t html_out_len(const struct html_out *out); /* buffer and splices */
/* All bytes in order, copied: for outputs that become a blob of their own. */
void html_out_flatten(const struct html_out *out, struct buf *ret);

/* What compiled templates call. `text` and `attr` escape < > & " ' (in attribute values too: the
 * page's htmx rewrites <hx-…> in raw text before parsing). */
void html_put_raw(struct html_out *out, const char *data, size_t len); /* the template's own text */
void html_put_text(struct html_out *out, Str s);
void html_put_html(struct html_out *out, Html html);
void html_put_i64(struct html_out *out, int64_t value);
void html_put_u64(struct html_out *out, uint64_t value);
void html_put_pieces(struct html_out *out, HtmlPieces pieces);
/* A whole URL at the start of a URL attribute: our own path or http, https, mailto; anything else
 * becomes "#". Then escaped as an attribute value. */
void html_put_url(struct html_out *out, Str url);
/* A part of a URL after the attribute's start: percent-encoded as one component. */
void html_put_url_part(struct html_out *out, Str part);

/* Who knows the URL of an asset by its path under assets/. Until set, {{asset}} writes "/assets/"
 * and the path. Set once, before the threads start. */
void html_set_asset_resolver(Str (*resolve)(const char *path));

/* Escapes into a plain buffer, for markup that is made outside templates. */
void html_escape(struct buf *buf, Str s);
