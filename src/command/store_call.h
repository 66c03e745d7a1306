/* store_call.h -- one operation of the store, waited for: for commands and the control socket.
 *
 * Never on a loop's or a lane's thread.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "store/store.h"

/* Submits `op` and returns when it was answered; sets op->asker and op->answer. Outputs live in
 * op->arena, which the caller finishes in any case. */
MUST_USE bool store_call(struct store *store, struct store_op *op, struct err *err);
