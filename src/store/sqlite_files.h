/* sqlite_files.h -- whether the database's files are still where they were opened.
 *
 * Open files live on when they are deleted, renamed or replaced. A server that noticed nothing would go on
 * acknowledging what no later start finds.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct sqlite_files {
    struct {
        dev_t device;
        ino_t inode;
    } ids[2]; /* the database, and its log */
};

/* Remembers the files of the open database at `path`, in WAL mode. */
MUST_USE bool sqlite_files_note(struct sqlite_files *files, const char *path, struct err *err);
/* False: under one of their names there is nothing or another file. Thread: any. */
bool sqlite_files_are_there(const struct sqlite_files *files, const char *path);
