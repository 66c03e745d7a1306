/* sqlite_checkpoint.h -- moving the write-ahead log into the database, without a second writer.
 *
 * The writer checkpoints between its batches: PASSIVE every LIMIT_CHECKPOINT_PAGES pages, and
 * RESTART when the log has grown to LIMIT_WAL, so that it begins anew. A reader in the old part
 * would keep it from that: before a RESTART the read gate is closed and the reads under way are
 * waited for, each at most LIMIT_READ_MS.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>

#include "store/sqlite_db.h"

/* Readers pass it; the writer closes it and waits until nobody is inside. */
struct read_gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside;
    bool is_closed;
};

struct sqlite_checkpoint {
    struct sqlite_db *db; /* the writer's */
    struct read_gate gate;
    int wal_pages;  /* in the log, as the last commit reported */
    int done_pages; /* of them, when the last checkpoint was tried */
};

void sqlite_checkpoint_init(struct sqlite_checkpoint *checkpoint);
void sqlite_checkpoint_finish(struct sqlite_checkpoint *checkpoint);
/* Follows the log of an open writer. `db` stays where it is. */
void sqlite_checkpoint_watch(struct sqlite_checkpoint *checkpoint, struct sqlite_db *db);
/* Between batches. Thread: the writer's. */
void sqlite_checkpoint_if_due(struct sqlite_checkpoint *checkpoint);

/* Around each read. Thread: any. */
void sqlite_checkpoint_enter(struct sqlite_checkpoint *checkpoint);
void sqlite_checkpoint_leave(struct sqlite_checkpoint *checkpoint);
