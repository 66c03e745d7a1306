/* bare_sql.h -- the floor of durable posts: one thread that runs a post's statements, and nothing
 * else.
 *
 * The statements are read from sql/queries.sql and the database is a copy of the same folder, so
 * both sides do the same work on the same rows; the pragmas are those that Parlor's writer sets.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

struct bare_sql {
    double seconds, cpu_s;
};

/* Stores `posts` messages in the database of `folder`, round and round its first `rooms` rooms,
 * each by the person of the same number, `batch` to a transaction on average; on the server's core.
 */
struct bare_sql bare_sql_run(const struct cores *cores, const char *folder, int rooms,
                             int64_t posts, double batch);

/* Stores as many messages in room 1 of a folder by the same statements, in large transactions and
 * without waiting for the disk; their nonces are h0, h1, h2 … and their texts are crowd_body's. */
void bare_sql_fill(const char *folder, int64_t messages);
