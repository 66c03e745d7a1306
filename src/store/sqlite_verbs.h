/* sqlite_verbs.h -- the domain verbs on SQLite. Included by store/ only.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "store/sqlite_db.h"
#include "store/store.h"

/* What the writer remembers between operations; forgotten after a rollback. */
struct sqlite_writer {
    struct sqlite_db db;
    int64_t last_message_id; /* 0: not known */
};

/* Runs one write inside the open transaction. True: op->err says how it ended (a refusal is an end
 * too), and *ret_changed whether anything was written. False: an unexpected SQL error is in
 * op->err, and the transaction must be rolled back. */
MUST_USE bool sqlite_write(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed);

/* Runs one read in a transaction of its own; op->err says how it ended. */
void sqlite_read(struct sqlite_db *db, struct store_op *op);

bool sqlite_is_write(enum store_verb verb);
/* Bytes of payload that an operation adds to a batch. */
size_t sqlite_cost(const struct store_op *op);
