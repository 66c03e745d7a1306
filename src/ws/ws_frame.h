/* ws_frame.h -- WebSocket framing, RFC 6455 section 5. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xA,
};

enum ws_close_code {
    WS_CLOSE_NORMAL = 1000,
    WS_CLOSE_GOING_AWAY = 1001,
    WS_CLOSE_PROTOCOL = 1002,
    WS_CLOSE_UNSUPPORTED = 1003,
    WS_CLOSE_NOT_UTF8 = 1007,
    WS_CLOSE_POLICY = 1008,
    WS_CLOSE_TOO_BIG = 1009,
    WS_CLOSE_INTERNAL = 1011,
    WS_CLOSE_RESTART = 1012,
    WS_CLOSE_LAGGING = 1013,
    WS_CLOSE_NO_SESSION = 4401,
    WS_CLOSE_NO_ROOM = 4403,
    WS_CLOSE_TOO_MANY = 4409,
};

#define WS_FRAME_HEADER_MAX 10 /* what the server sends is not masked */

/* Writes the header of an unfragmented server frame; returns its length: 2, 4 or 10. */
size_t ws_frame_header(char ret[WS_FRAME_HEADER_MAX], enum ws_opcode opcode, uint64_t payload_len);
/* Total length of the complete server frame that begins at `data` (at least its header is there). */
uint64_t ws_frame_len(const char *data);
/* A whole close frame into ret[127]; the reason is at most 123 bytes. Returns its length. */
size_t ws_frame_close(char ret[127], int code, Str reason);
/* XORs `data` with the mask, beginning at `offset` bytes into the payload. */
void ws_frame_unmask(char *data, size_t len, const uint8_t mask[4], uint64_t offset);
/* A close code that a peer may send (section 7.4). */
bool ws_close_code_is_valid(int code);
