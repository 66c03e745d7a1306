/* sqlite_files.c -- see sqlite_files.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_files.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/check.h"

enum { PATH_LEN = 4096 + 8 };

static const char *const suffixes[] = {"", "-wal"};

static int look(const char *path, const char *suffix, struct stat *ret_facts)
{
    char name[PATH_LEN];
    int len = snprintf(name, sizeof(name), "%s%s", path, suffix);
    CHECK(len > 0 && (size_t)len < sizeof(name));
    return stat(name, ret_facts) == 0 ? 0 : errno;
}

bool sqlite_files_note(struct sqlite_files *files, const char *path, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        struct stat facts;
        int error = look(path, suffixes[i], &facts);
        if (error != 0) {
            errno = error;
            return err_sys(err, "%s%s", path, suffixes[i]);
        }
        files->ids[i].device = facts.st_dev;
        files->ids[i].inode = facts.st_ino;
    }
    return true;
}

bool sqlite_files_are_there(const struct sqlite_files *files, const char *path)
{
    bool are_there = true;
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
        struct stat facts = {0};
        int error = look(path, suffixes[i], &facts);
        /* A path that cannot be looked at for another reason says nothing about the file. */
        bool is_gone = error == ENOENT || error == ENOTDIR;
        bool is_other = error == 0 && (facts.st_dev != files->ids[i].device ||
                                       facts.st_ino != files->ids[i].inode);
        are_there = are_there && !is_gone && !is_other;
    }
    return are_there;
}
