/* ws_reader.c -- frames in, messages out.
 *
 * The input is taken frame by frame. A frame that is not all there goes, header and all, into the
 * partial buffer and is looked at again when it is complete; its length was judged before, so the
 * buffer never grows beyond one allowed frame. Fragments of a message gather in a second buffer.
 * SPDX-License-Identifier: MIT */
#include "ws/ws_reader.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/limits.h"

enum { HEADER_MAX = 14, MASK_LEN = 4, CONTROL_MAX = 125 };

/* Not a close code: reading ends without one of ours. */
enum { STOP = -1 };

struct ws_partial {
    struct buf frame;     /* the bytes of an incomplete frame */
    struct buf message;   /* the fragments so far, unmasked */
    int fragments;        /* 0: no fragmented message is open */
};

struct frame {
    enum ws_opcode opcode;
    bool is_fin;
    size_t header_len;
    uint64_t payload_len;
    uint8_t mask[MASK_LEN];
};

enum header { HEADER_DONE, HEADER_MORE, HEADER_BAD };

/* --- headers -------------------------------------------------------------------------------------------------- */

static bool is_opcode_known(unsigned opcode)
{
    return opcode <= WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
}

/* Reads an extended length of `bytes` bytes; false when a shorter form would have done. */
static bool read_length(const uint8_t *in, int bytes, uint64_t *ret_len)
{
    uint64_t len = 0;
    for (int i = 0; i < bytes; i++) {
        len = len << 8 | in[i];
    }
    *ret_len = len;
    return bytes == 2 ? len > 125 : len > UINT16_MAX && len >> 63 == 0;
}

/* BAD: *ret_code says with what to close. Judged as early as the bytes allow. */
static enum header parse_header(const char *data, size_t len, struct frame *ret, int *ret_code)
{
    const uint8_t *in = (const uint8_t *)data;
    *ret_code = WS_CLOSE_PROTOCOL;
    if (len < 2) {
        return HEADER_MORE;
    }
    unsigned opcode = in[0] & 0x0Fu;
    bool is_control = opcode >= WS_CLOSE;
    int extended = (in[1] & 0x7F) == 126 ? 2 : (in[1] & 0x7F) == 127 ? 8 : 0;
    ret->opcode = (enum ws_opcode)opcode;
    ret->is_fin = (in[0] & 0x80) != 0;
    ret->header_len = 2 + (size_t)extended + MASK_LEN;
    ret->payload_len = in[1] & 0x7Fu;
    if ((in[0] & 0x70) != 0 || (in[1] & 0x80) == 0 || !is_opcode_known(opcode) ||
        (is_control && (!ret->is_fin || extended != 0))) {
        return HEADER_BAD;
    }
    if (len < 2 + (size_t)extended) {
        return HEADER_MORE;
    }
    if (extended != 0 && !read_length(in + 2, extended, &ret->payload_len)) {
        return HEADER_BAD;
    }
    if (ret->payload_len > LIMIT_WS_MESSAGE) {
        *ret_code = WS_CLOSE_TOO_BIG;
        return HEADER_BAD;
    }
    if (len < ret->header_len) {
        return HEADER_MORE;
    }
    memcpy(ret->mask, in + 2 + extended, MASK_LEN);
    return HEADER_DONE;
}

/* --- whole frames --------------------------------------------------------------------------------------------- */

static int take_text(const struct ws_reader_events *events, void *context, Str text)
{
    if (!str_is_utf8(text)) {
        return WS_CLOSE_NOT_UTF8;
    }
    return events->on_text(context, text) ? 0 : STOP;
}

static int take_close(const struct ws_reader_events *events, void *context, Str payload)
{
    int code = 1005;
    if (payload.len == 1) {
        return WS_CLOSE_PROTOCOL;
    }
    if (payload.len >= 2) {
        code = (uint8_t)payload.data[0] << 8 | (uint8_t)payload.data[1];
        if (!ws_close_code_is_valid(code)) {
            return WS_CLOSE_PROTOCOL;
        }
        if (!str_is_utf8(str_skip(payload, 2))) {
            return WS_CLOSE_NOT_UTF8;
        }
    }
    (void)events->on_close(context, code); /* nothing is read after a close, whatever it says */
    return STOP;
}

static struct ws_partial *partial_of(struct ws_reader *reader)
{
    if (reader->partial == NULL) {
        reader->partial = mem_new(struct ws_partial);
    }
    return reader->partial;
}

static void drop_partial_if_empty(struct ws_reader *reader)
{
    struct ws_partial *partial = reader->partial;
    if (partial != NULL && partial->frame.len == 0 && partial->fragments == 0) {
        ws_reader_finish(reader);
    }
}

/* A text frame or a continuation; a message in one frame never touches the heap. */
static int take_data(struct ws_reader *reader, const struct frame *frame, Str payload,
                     const struct ws_reader_events *events, void *context)
{
    bool is_open = reader->partial != NULL && reader->partial->fragments > 0;
    if (is_open != (frame->opcode == WS_CONTINUATION)) {
        return WS_CLOSE_PROTOCOL;
    }
    if (!is_open && frame->is_fin) {
        return take_text(events, context, payload);
    }
    struct ws_partial *partial = partial_of(reader);
    if (++partial->fragments > LIMIT_WS_FRAGMENTS) {
        return WS_CLOSE_POLICY;
    }
    if (partial->message.len + payload.len > LIMIT_WS_MESSAGE) {
        return WS_CLOSE_TOO_BIG;
    }
    buf_put_str(&partial->message, payload);
    if (!frame->is_fin) {
        return 0;
    }
    struct buf message = partial->message;
    partial->message = (struct buf){0};
    partial->fragments = 0;
    int code = take_text(events, context, buf_str(&message));
    buf_finish(&message);
    return code;
}

static int take_frame(struct ws_reader *reader, const struct frame *frame, Str payload,
                      const struct ws_reader_events *events, void *context)
{
    switch (frame->opcode) {
    case WS_CONTINUATION:
    case WS_TEXT:
        return take_data(reader, frame, payload, events, context);
    case WS_BINARY:
        return WS_CLOSE_UNSUPPORTED;
    case WS_CLOSE:
        return take_close(events, context, payload);
    case WS_PING:
        return events->on_ping(context, payload) ? 0 : STOP;
    case WS_PONG:
        return 0;
    }
    return WS_CLOSE_PROTOCOL;
}

/* --- bytes ------------------------------------------------------------------------------------------------------ */

/* Takes the whole frames at the beginning of `data`; *ret_used bytes of it. */
static int take_frames(struct ws_reader *reader, char *data, size_t len, size_t *ret_used,
                       const struct ws_reader_events *events, void *context)
{
    size_t at = 0;
    int code = 0;
    while (code == 0 && at < len) {
        struct frame frame;
        enum header header = parse_header(data + at, len - at, &frame, &code);
        if (header == HEADER_BAD) {
            break;
        }
        code = 0;
        if (header == HEADER_MORE || len - at - frame.header_len < frame.payload_len) {
            break;
        }
        char *payload = data + at + frame.header_len;
        ws_frame_unmask(payload, (size_t)frame.payload_len, frame.mask, 0);
        at += frame.header_len + (size_t)frame.payload_len;
        code = take_frame(reader, &frame, str_of(payload, (size_t)frame.payload_len), events, context);
    }
    *ret_used = at;
    return code;
}

/* Adds to an incomplete frame just what it lacks, so that the rest can be read in place. */
static size_t complete_frame(struct buf *frame_bytes, const char *data, size_t len)
{
    struct frame frame;
    int code;
    size_t used = 0;
    while (used < len && parse_header(frame_bytes->data, frame_bytes->len, &frame, &code) == HEADER_MORE) {
        buf_put_char(frame_bytes, data[used++]);
    }
    if (parse_header(frame_bytes->data, frame_bytes->len, &frame, &code) != HEADER_DONE) {
        return used;
    }
    size_t whole = frame.header_len + (size_t)frame.payload_len;
    size_t lacking = MIN(whole - frame_bytes->len, len - used);
    buf_put(frame_bytes, data + used, lacking);
    return used + lacking;
}

int ws_reader_feed(struct ws_reader *reader, char *data, size_t len,
                   const struct ws_reader_events *events, void *context, size_t *ret_used)
{
    int code = 0;
    size_t used = 0, completing = 0;
    if (reader->partial != NULL && reader->partial->frame.len > 0) {
        struct buf *frame_bytes = &reader->partial->frame;
        completing = complete_frame(frame_bytes, data, len);
        code = take_frames(reader, frame_bytes->data, frame_bytes->len, &used, events, context);
        if (code == 0 && used == 0) {
            *ret_used = len; /* still incomplete, and all input is in it */
            return 0;
        }
        buf_finish(frame_bytes);
        used = 0;
    }
    data += completing;
    len -= completing;
    if (code == 0) {
        code = take_frames(reader, data, len, &used, events, context);
    }
    if (code == 0 && used < len) {
        buf_put(&partial_of(reader)->frame, data + used, len - used);
        used = len;
    }
    drop_partial_if_empty(reader);
    *ret_used = completing + used;
    return code == STOP ? 0 : code;
}

bool ws_reader_is_partial(const struct ws_reader *reader)
{
    return reader->partial != NULL;
}

void ws_reader_finish(struct ws_reader *reader)
{
    if (reader->partial != NULL) {
        buf_finish(&reader->partial->frame);
        buf_finish(&reader->partial->message);
        mem_free(reader->partial);
        reader->partial = NULL;
    }
}
