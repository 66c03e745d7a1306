/* head_scan.h -- what llhttp alone would let through: a strict look at a head before it is parsed.
 *
 * Refuses whatever two parsers might read in two ways (RFC 9112 sections 2.2, 3, 5 and 6; the request
 * smuggling advisories since 2021): bare line ends, control characters, folded or nameless fields,
 * doubtful lengths, doubtful targets. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

/* 0 when the form of the head is beyond doubt, else 400, 414, 431, 501 or 505. */
int head_scan(Str head);
/* What a Host field may hold: a registered name, an IPv4 or a bracketed IPv6 address, and a port. */
bool head_scan_host(Str host);
