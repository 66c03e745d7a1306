/* sqlite_migrate.h -- from no file, or an older one, to today's schema.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "store/sqlite_db.h"

/* Looks at an existing file without writing: is it ours, whole, and not newer than we are? Fine
 * when there is none. ERR_INPUT says what is wrong. */
MUST_USE bool sqlite_migrate_judge(const char *path, struct err *err);
/* Runs the missing migrations, each in one transaction: killed in between, it goes on next time. */
MUST_USE bool sqlite_migrate_run(struct sqlite_db *db, struct err *err);
/* Reads the epoch, drawing one in a new store; "<16 hex digits>-0" into ret[24], NUL-ended. */
MUST_USE bool sqlite_migrate_epoch(struct sqlite_db *db, char ret[24], struct err *err);
