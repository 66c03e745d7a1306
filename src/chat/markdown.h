/* markdown.h -- the text of a message as markup: Markdown, to a short list of tags.
 *
 * md4c reads the text and calls back; each callback writes at once, no tree is built. The tags are
 * p, strong, em, del, code, pre, br, hr, blockquote, ul, ol, li, a, small, table and its parts, and
 * a div that a wide table scrolls in; the attributes are those that this file writes, never names,
 * ids or classes of the author's. Markup is not recognised in the text and shows as typed, entities
 * too.
 *
 * What is written is bounded in depth and length, and what cannot be kept within falls back to
 * the plain text, so nobody's message costs its readers more than its own length.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "html/html.h"

struct arena;

/* Renders `source`, a body that message_body_clean let through; a single paragraph comes without
 * its <p>. False, and *ret_html untouched, when the markup would be longer than `len_max` or deeper
 * than LIMIT_MARKUP_DEPTH, or would show nothing at all: then markdown_plain it is. */
MUST_USE bool markdown_render(struct arena *arena, Str source, size_t len_max, Html *ret_html);

/* The text itself, escaped, each newline a <br>. */
Html markdown_plain(struct arena *arena, Str source);
