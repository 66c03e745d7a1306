/* render.c -- see render.h.
 * SPDX-License-Identifier: MIT */
#include "live/render.h"

#include <string.h>

#include "base/arena.h"
#include "base/metrics.h"
#include "chat/message_view.h"
#include "base/limits.h"
#include "template/message_message.h"
#include "ws/ws_frame.h"

static void put_message(struct html_out *out, const struct message *message)
{
    struct arena arena = {0};
    struct message_view view;
    message_view_make(&arena, message, &view);
    template_message_message(out, &view);
    arena_finish(&arena);
}

/* Appends `markup` as one text frame. */
static void put_frame(struct buf *frames, Str markup)
{
    char header[WS_FRAME_HEADER_MAX];
    buf_put(frames, header, ws_frame_header(header, WS_TEXT, markup.len));
    buf_put_str(frames, markup);
}

struct blob *render_frame(const struct message *message, uint32_t *ret_markup_at)
{
    struct html_out out = {0};
    put_message(&out, message);
    char header[WS_FRAME_HEADER_MAX];
    size_t header_len = ws_frame_header(header, WS_TEXT, out.buf.len);
    struct blob *frame = blob_create(header_len + out.buf.len);
    memcpy(frame->data, header, header_len);
    memcpy(frame->data + header_len, out.buf.data, out.buf.len);
    html_out_finish(&out);
    metrics_add(renders_total, 1);
    *ret_markup_at = (uint32_t)header_len;
    return frame;
}

struct blob *render_fragments(Messages messages, HtmlPiece *ret_pieces)
{
    return render_fragments_within(messages, SIZE_MAX, ret_pieces);
}

struct blob *render_fragments_within(Messages messages, size_t most, HtmlPiece *ret_pieces)
{
    struct html_out out = {0};
    size_t i = 0;
    for (; i < messages.count && out.buf.len <= most; i++) {
        size_t begin = out.buf.len;
        put_message(&out, &messages.items[i]);
        ret_pieces[i].offset = (uint32_t)begin;
        ret_pieces[i].len = (uint32_t)(out.buf.len - begin);
    }
    metrics_add(replay_renders_total, (int64_t)i);
    struct blob *blob = out.buf.len <= most ? blob_from_str(buf_str(&out.buf)) : NULL;
    for (size_t k = 0; k < messages.count; k++) {
        ret_pieces[k].blob = blob;
    }
    html_out_finish(&out);
    return blob;
}

void render_head_mark(struct buf *out, RoomId room, Str epoch, Seq head)
{
    buf_printf(out, "<i id=sys data-head=%lld:%.*s:%lld hx-swap-oob=true></i>", (long long)room,
               STR_ARG(epoch), (long long)head);
}

struct blob *render_replay(Messages messages, RoomId room, Str epoch, Seq head)
{
    struct buf frames = {0};
    struct html_out out = {0};
    size_t i = 0;
    for (; i < messages.count && frames.len <= LIMIT_REPLAY; i++) {
        put_message(&out, &messages.items[i]);
        if ((i + 1) % LIMIT_REPLAY_PER_FRAME == 0 || i + 1 == messages.count) {
            put_frame(&frames, buf_str(&out.buf));
            buf_clear(&out.buf);
        }
    }
    metrics_add(replay_renders_total, (int64_t)i);
    struct blob *blob = NULL;
    if (frames.len <= LIMIT_REPLAY) {
        buf_clear(&out.buf);
        render_head_mark(&out.buf, room, epoch, head);
        put_frame(&frames, buf_str(&out.buf));
        blob = blob_from_str(buf_str(&frames));
    }
    html_out_finish(&out);
    buf_finish(&frames);
    return blob;
}

struct blob *render_private(Str markup)
{
    CHECK(markup.len <= LIMIT_PRIVATE);
    char header[WS_FRAME_HEADER_MAX];
    size_t header_len = ws_frame_header(header, WS_TEXT, markup.len);
    struct blob *frame = blob_create(header_len + markup.len);
    memcpy(frame->data, header, header_len);
    memcpy(frame->data + header_len, markup.data, markup.len);
    return frame;
}
