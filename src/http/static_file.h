/* static_file.h -- the embedded assets over HTTP: digest in the URL, gzip and brotli, immutable.
 *
 * /assets/DIGEST/PATH is cached for ever; a wrong digest is 404. With a folder set (while developing)
 * the bytes come from disk at each request, uncached.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "http/exchange.h"

/* Serves from `folder` instead of the binary; null: the binary. Before the loops run. */
void static_file_use_folder(const char *path);
/* "/assets/3f2a…/css/tokens.css"; CHECKs that the asset exists. The string lives for ever. */
Str static_file_url(const char *path);
/* Answers a GET or HEAD whose path begins with "/assets/"; sends the exchange. */
void static_file_serve(struct http_exchange *exchange);
