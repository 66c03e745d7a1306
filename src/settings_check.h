/* settings_check.h -- the grammar of settings that name hosts and addresses. Pure.
 *
 * Errors are ERR_INPUT and say only why; settings.c knows which setting it is and where it stands.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* "ADDRESS:PORT" or "[ADDRESS]:PORT" or "localhost:PORT", the port from 0. */
MUST_USE bool settings_check_listen(Str text, struct err *err);
/* Empty, or an origin as browsers write it: scheme, host, and a port that is not the usual one. */
MUST_USE bool settings_check_origin(Str text, struct err *err);
/* IP addresses separated by commas, or empty. */
MUST_USE bool settings_check_addresses(Str text, struct err *err);
