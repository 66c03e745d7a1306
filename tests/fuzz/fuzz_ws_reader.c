/* fuzz_ws_reader.c -- a client's frames mean the same in pieces and with pauses, and nothing grows over its bound.
 *
 * The first byte is the size of the pieces that the rest arrives in; whoever hears the pieces stops after each
 * message and goes on.
 * SPDX-License-Identifier: MIT */
#include "ws/ws_reader.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the reader said, in order. */
struct said {
    struct buf log;
    bool is_closed;
    bool is_stopping; /* after each message */
};

static bool note(struct said *said, const char *what, Str payload, size_t max)
{
    CHECK(payload.len <= max && !said->is_closed);
    buf_printf(&said->log, "%s %zu ", what, payload.len);
    buf_put_str(&said->log, payload);
    return !said->is_stopping;
}

static bool on_text(void *context, Str text)
{
    CHECK(str_is_utf8(text));
    return note(context, "text", text, LIMIT_WS_MESSAGE);
}

static bool on_ping(void *context, Str payload)
{
    return note(context, "ping", payload, 125);
}

static bool on_close(void *context, int code)
{
    struct said *said = context;
    CHECK((code == 1005 || ws_close_code_is_valid(code)) && !said->is_closed);
    said->is_closed = true;
    buf_printf(&said->log, "close %d ", code);
    return false;
}

/* One piece, and again what was not taken of it; the code. */
static int feed_piece(struct ws_reader *reader, const uint8_t *data, size_t size, struct said *said)
{
    static const struct ws_reader_events events = {on_text, on_ping, on_close};
    int code = 0;
    for (size_t at = 0, used; at < size && code == 0 && !said->is_closed; at += used) {
        char *piece = mem_alloc(size - at); /* of just this size, so that a look too far is seen */
        memcpy(piece, data + at, size - at);
        code = ws_reader_feed(reader, piece, size - at, &events, said, &used);
        mem_free(piece);
        CHECK(used <= size - at && (used > 0 || code != 0 || said->is_closed));
    }
    return code;
}

static void feed(const uint8_t *data, size_t size, size_t step, struct said *said)
{
    struct ws_reader reader = {0};
    int code = 0;
    for (size_t at = 0; at < size && code == 0 && !said->is_closed; at += step) {
        code = feed_piece(&reader, data + at, MIN(step, size - at), said);
    }
    buf_printf(&said->log, "code %d, partial %d", code, ws_reader_is_partial(&reader));
    ws_reader_finish(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct said whole = {0}, split = {.is_stopping = true};
    if (size < 2) {
        return 0;
    }
    feed(data + 1, size - 1, size - 1, &whole);
    feed(data + 1, size - 1, 1u + data[0], &split);
    CHECK(str_eq(buf_str(&whole.log), buf_str(&split.log)));
    buf_finish(&whole.log);
    buf_finish(&split.log);
    return 0;
}
