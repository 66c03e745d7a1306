/* store.h -- what the product asks of storage, in domain verbs.
 *
 * The verbs stand in store_messages.h, store_people.h, store_rooms.h and store_house.h. They run on the store's
 * own threads (lanes): writes in groups, one transaction a group, answered only after the commit;
 * reads on readers, each in one read transaction. An operation reads and judges first, then writes:
 * what is denied or repeated writes nothing.
 *
 * The store knows neither sockets nor markup: publishing and rendering are functions that the
 * operation carries. There is no SQL outside store/ and sql/.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "store/store_house.h"
#include "store/store_messages.h"
#include "store/store_people.h"
#include "store/store_rooms.h"

struct store;

struct store_config {
    const char *folder; /* the data folder; the caller holds its lock */
    int readers;
};

/* Whether the folder holds a database; makes nothing, and needs no lock. */
bool store_is_there(const char *folder);
/* Opens DATA/parlor.db, migrates it, starts the lanes. Errors name the file and the reason; nothing
 * is written to a file that is newer, foreign or damaged. */
MUST_USE bool store_open(const struct store_config *config, struct store **ret_store,
                         struct err *err);
/* Runs and answers what is queued, and stops the lanes. What is submitted from then on is answered
 * with BUSY. */
void store_stop(struct store *store);
/* Stops, if that was not done, and closes. No submission may follow. Takes null. */
void store_close(struct store *store);

/* Queues an operation; `answer` is called exactly once, with BUSY at once when LIMIT_STORE_QUEUE
 * wait or the store has stopped. Thread: any. */
void store_submit(struct store *store, struct store_op *op);

/* Ends the process with code 70 when the database is no longer where it was opened: what it would acknowledge
 * were lost. The writer looks before each commit; who has nothing to write asks now and then. Thread: any. */
void store_check_files(const struct store *store);

/* The epoch of the store's cursors; constant while open. Thread: any. */
Str store_epoch(const struct store *store);
/* The writer answers and the readers answer: for /readyz. Thread: any. */
bool store_is_healthy(const struct store *store);
