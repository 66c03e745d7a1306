/* guard.h -- every request comes in here.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "web/web.h"

/* The HttpHandler of the web; `context` is a struct web_home. */
void guard_request(void *context, struct http_exchange *exchange);
