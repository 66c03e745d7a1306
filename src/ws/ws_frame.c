/* ws_frame.c -- see ws_frame.h.
 * SPDX-License-Identifier: MIT */
#include "ws/ws_frame.h"

#include <string.h>

enum { FIN = 0x80, LEN_16 = 126, LEN_64 = 127, CONTROL_MAX = 125 };

size_t ws_frame_header(char ret[WS_FRAME_HEADER_MAX], enum ws_opcode opcode, uint64_t payload_len)
{
    uint8_t *out = (uint8_t *)ret;
    out[0] = (uint8_t)(FIN | opcode);
    if (payload_len < LEN_16) {
        out[1] = (uint8_t)payload_len;
        return 2;
    }
    bool is_short = payload_len <= UINT16_MAX;
    int bytes = is_short ? 2 : 8;
    out[1] = is_short ? LEN_16 : LEN_64;
    for (int i = 0; i < bytes; i++) {
        out[2 + i] = (uint8_t)(payload_len >> (8 * (bytes - 1 - i)));
    }
    return 2 + (size_t)bytes;
}

uint64_t ws_frame_len(const char *data)
{
    const uint8_t *in = (const uint8_t *)data;
    if (in[1] < LEN_16) {
        return 2u + in[1];
    }
    int bytes = in[1] == LEN_16 ? 2 : 8;
    uint64_t len = 0;
    for (int i = 0; i < bytes; i++) {
        len = len << 8 | in[2 + i];
    }
    return 2 + (uint64_t)bytes + len;
}

size_t ws_frame_close(char ret[127], int code, Str reason)
{
    size_t reason_len = MIN(reason.len, (size_t)CONTROL_MAX - 2);
    size_t header_len = ws_frame_header(ret, WS_CLOSE, 2 + reason_len);
    ret[header_len] = (char)(code >> 8);
    ret[header_len + 1] = (char)(code & 0xFF);
    if (reason_len > 0) {
        memcpy(ret + header_len + 2, reason.data, reason_len);
    }
    return header_len + 2 + reason_len;
}

void ws_frame_unmask(char *data, size_t len, const uint8_t mask[4], uint64_t offset)
{
    uint8_t turned[8];
    uint64_t wide;
    size_t i = 0;
    for (size_t k = 0; k < sizeof(turned); k++) {
        turned[k] = mask[(offset + k) & 3];
    }
    memcpy(&wide, turned, sizeof(wide));
    for (; i + sizeof(wide) <= len; i += sizeof(wide)) {
        uint64_t word;
        memcpy(&word, data + i, sizeof(word));
        word ^= wide;
        memcpy(data + i, &word, sizeof(word));
    }
    for (; i < len; i++) {
        data[i] = (char)((uint8_t)data[i] ^ turned[i & 7]);
    }
}

bool ws_close_code_is_valid(int code)
{
    bool is_standard = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
    return is_standard || (code >= 3000 && code <= 4999);
}
