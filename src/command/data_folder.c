/* data_folder.c -- see data_folder.h.
 * SPDX-License-Identifier: MIT */
#include "command/data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

struct data_folder {
    int fd;
    int lock_fd; /* the open file that holds the flock */
};

static bool judge(int fd, const char *path, struct err *err)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        return err_sys(err, "data folder %s", path);
    }
    if (facts.st_uid != geteuid()) {
        return err_set(err, ERR_INPUT, "data folder %s belongs to user %u, and this is user %u", path,
                       (unsigned)facts.st_uid, (unsigned)geteuid());
    }
    if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return err_set(err, ERR_INPUT, "others may write to data folder %s (mode %03o): chmod 700 it",
                       path, (unsigned)facts.st_mode & 0777u);
    }
    return true;
}

static bool lock(struct data_folder *folder, const char *path, struct err *err)
{
    folder->lock_fd =
        openat(folder->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    if (folder->lock_fd < 0) {
        return err_sys(err, "%s/lock", path);
    }
    if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        return true;
    }
    if (errno == EWOULDBLOCK) {
        return err_set(err, ERR_BUSY, "data folder %s is in use by another parlor process", path);
    }
    return err_sys(err, "cannot lock %s/lock", path);
}

bool data_folder_open(const char *path, struct data_folder **ret_folder, struct err *err)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return err_sys(err, "cannot make data folder %s", path);
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return err_sys(err, "cannot open data folder %s", path);
    }
    struct data_folder *folder = mem_new(struct data_folder);
    *folder = (struct data_folder){.fd = fd, .lock_fd = -1};
    if (!judge(fd, path, err) || !lock(folder, path, err)) {
        data_folder_close(folder);
        return false;
    }
    *ret_folder = folder;
    return true;
}

int data_folder_fd(const struct data_folder *folder)
{
    return folder->fd;
}

void data_folder_close(struct data_folder *folder)
{
    if (folder == NULL) {
        return;
    }
    if (folder->lock_fd >= 0) {
        (void)close(folder->lock_fd); /* nothing was written to it */
    }
    (void)close(folder->fd);
    mem_free(folder);
}
