/* control_message.h -- what is said on the control socket, as one line of JSON each way.
 *
 *   {"command":"user add","handle":"ada","name":"","admin":false,"password":"…"}
 *   {"ok":true,"output":"1"}   or   {"ok":false,"kind":"conflict","message":"…"}
 *
 * Reading is strict: unknown, missing and repeated fields are refused. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "command/admin.h"

/* Appends a request and its newline. ERR_INPUT: a string is not UTF-8 or holds a NUL. */
MUST_USE bool control_message_put_request(const struct admin_request *request, struct buf *out,
                                          struct err *err);
/* Strings are copied into `arena`. */
MUST_USE bool control_message_read_request(Str line, struct arena *arena,
                                           struct admin_request *ret_request, struct err *err);
/* Appends a reply and its newline: `output` when err->kind is ERR_NONE, else the error. */
void control_message_put_reply(Str output, const struct err *err, struct buf *out);
/* Appends the reply's output; false: `err` is the error that the server met, or that of reading. */
MUST_USE bool control_message_read_reply(Str line, struct buf *output, struct err *err);
