/* render.h -- from stored messages to the bytes that clients get.
 *
 * A message is rendered here and nowhere else, by templates/message/_message.html; the bytes of the
 * first page, the live push and the replay are therefore the same. Runs on store lanes and readers:
 * pure, no loop, no store.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/blob.h"
#include "chat/message.h"
#include "html/html.h"

/* One ready WebSocket text frame with the fragment of `message`; *ret_markup_at is where the markup
 * begins. Counted as a publication's render. */
struct blob *render_frame(const struct message *message, uint32_t *ret_markup_at);

/* The fragments of many messages in one blob, with no framing; ret_pieces gets one borrowed piece a
 * message. */
struct blob *render_fragments(Messages messages, HtmlPiece *ret_pieces);

/* The same, but null when they would be longer than `most` bytes together. */
struct blob *render_fragments_within(Messages messages, size_t most, HtmlPiece *ret_pieces);

/* A replay: frames of up to LIMIT_REPLAY_PER_FRAME articles, ended by the head mark that says up to
 * which change it goes. Null when it would be longer than LIMIT_REPLAY. */
struct blob *render_replay(Messages messages, RoomId room, Str epoch, Seq head);

/* A private frame: text in a WebSocket frame. The markup is at most LIMIT_PRIVATE bytes. */
struct blob *render_private(Str markup);
/* The markup of the head mark. */
void render_head_mark(struct buf *out, RoomId room, Str epoch, Seq head);
