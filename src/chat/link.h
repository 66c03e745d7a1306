/* link.h -- which addresses may stand behind a link of a message, and when its text lies about
 * them.
 *
 * Browsers forgive much in an address: they drop tabs and newlines, take \ for /, decode a host.
 * Here nothing is forgiven: what is not spelled the plain way is no link. Pure. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

/* Whether `url`, with entities decoded, is http://, https:// or mailto: in plain spelling: no space
 * or control anywhere, the host of ASCII letters, digits, "-", "_" and "." (other alphabets as
 * xn--) or an IPv6 address in brackets. *ret_host is the part of `url` that says where it leads:
 * the host, or the whole address of a mailto. */
MUST_USE bool link_parse(Str url, Str *ret_host);

/* Whether readers may take `text`, that of a link to `url`, for an address that is not `host`; then
 * the host is to be shown beside it. Text that is the address itself deceives only where a user
 * name stands before the host ("https://bank@evil"). */
bool link_deceives(Str text, Str url, Str host);
