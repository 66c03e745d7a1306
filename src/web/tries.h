/* tries.h -- how often strangers may try: to sign in, by account and by address; to come in, by
 * address.
 *
 * One table for the process, since a limit counts over all loops. An address on this machine is not
 * counted: that is where a proxy asks from, for everybody, unless trusted_proxies names it. An IPv6
 * customer has a whole /64, so that is what is counted. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/clock.h"
#include "net/conn.h"

/* Each gives 0 when the try may go on, else the milliseconds until the next one may. */
Millis tries_sign_in_from(ConnAddress address);
Millis tries_newcomer_from(ConnAddress address);
/* `key`: of an account or of a known device. */
Millis tries_sign_in_as(Str key);
/* How a try that went on has ended. */
void tries_failed(Str key);
void tries_succeeded(Str key);
