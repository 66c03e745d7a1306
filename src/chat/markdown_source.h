/* markdown_source.h -- a message's text, made ready for md4c.
 *
 * md4c reads a copy in which two things are hidden by control characters, which no message can
 * hold; what comes back in callbacks is restored. Here too is what has to be known before parsing,
 * so that no text takes more than a time in proportion to its length. Pure. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/buf.h"

/* Appends the copy. What is hidden:
 * - "]:", which defines links. Definitions do not show, so "[Ada]: yes" would say nothing, and each
 * use of one repeats its address: a short text could grow without end.
 * - tildes by themselves: "~/src, ~5 minutes" strikes nothing out, that takes two.
 * False when a line opens more than LIMIT_MARKUP_DEPTH quotes and lists: md4c asks each of them
 * about every blank line that follows. */
MUST_USE bool markdown_source_prepare(Str source, struct buf *ret_copy);

/* Appends a piece of the copy as it was typed. */
void markdown_source_restore(struct buf *out, Str piece);

/* How many bare addresses there may be; for each, md4c may look at the whole paragraph. */
size_t markdown_source_addresses(Str source);
