/* address_table.h -- how many connections each address holds, for the limit of one address.
 *
 * One table for the process, since a limit counts over all loops. Loopback is not counted: that is
 * where a proxy connects from, for everybody. With the limit 0 nothing is counted. Thread: any, but
 * configured before the loops run.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "net/conn.h"

void address_table_configure(int64_t connections_per_address);
/* Counts one more; false when the address holds its limit already. */
MUST_USE bool address_table_take(ConnAddress address);
/* Counts one less; the counterpart of a take that was true. */
void address_table_release(ConnAddress address);
bool address_is_loopback(ConnAddress address);
