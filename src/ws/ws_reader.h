/* ws_reader.h -- from the bytes of a client to its messages.
 *
 * Frames that lie whole in the input are unmasked and handed over in place: nothing is copied or
 * allocated. Only a frame or message that is still incomplete costs a buffer, which is freed when it
 * is complete: an idle socket holds one null pointer. Thread: its connection's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"
#include "ws/ws_frame.h"

struct ws_partial; /* an incomplete frame or fragmented message */

struct ws_reader {
    struct ws_partial *partial; /* null when between messages */
};

/* Each returns false when reading must stop: for now, or because the connection ends. The bytes are gone
 * after the call. */
struct ws_reader_events {
    bool (*on_text)(void *context, Str text); /* complete and valid UTF-8 */
    bool (*on_ping)(void *context, Str payload);
    bool (*on_close)(void *context, int code); /* 1005 when the peer gave none */
};

/* Feeds bytes (changed in place). Returns 0, or the code to close with: 1002, 1003, 1007, 1008
 * (LIMIT_WS_FRAGMENTS), 1009 (LIMIT_WS_MESSAGE). After a close frame or a code, feed no more.
 * *ret_used: how many bytes were taken; fewer than `len` only when an event stopped the reading. What was not
 * taken is to be fed first when it goes on. */
int ws_reader_feed(struct ws_reader *reader, char *data, size_t len,
                   const struct ws_reader_events *events, void *context, size_t *ret_used);
/* An incomplete frame or message is waiting for more bytes: it has LIMIT_WS_PARTIAL_MS. */
bool ws_reader_is_partial(const struct ws_reader *reader);
void ws_reader_finish(struct ws_reader *reader);
