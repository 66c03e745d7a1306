/* watcher.h -- who may read the counters without signing in.
 *
 * They tell strangers more than these need. A proxy on this machine has one of our own addresses, but it says
 * for whom it asks, or calls the house by the name that people use; and so does a browser here that a foreign
 * page sends to us. A proxy that does neither cannot be told from a watcher: there the setting metrics_from
 * has to be empty. SPDX-License-Identifier: MIT */
#pragma once

#include "web/web.h"

/* Whether the peer is one of metrics_from's and asks for itself, by a name of this machine. */
bool watcher_is(const struct web_request *request);
