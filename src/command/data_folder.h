/* data_folder.h -- the data folder, made when missing, judged, and locked by one process.
 *
 * Whoever holds it may open the store; everybody else asks the holder (control_client.h). The lock is
 * an flock on DATA/lock, so that it ends with the process however that ends.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/err.h"

struct data_folder;

/* Makes `path` with mode 0700 when missing, and locks it. ERR_INPUT: not a folder, or one that others
 * own or may write to. ERR_BUSY: another process holds it. Never waits. */
MUST_USE bool data_folder_open(const char *path, struct data_folder **ret_folder, struct err *err);
/* A descriptor of the folder, for the *at functions; the folder keeps it. */
int data_folder_fd(const struct data_folder *folder);
/* Lets go of the lock; takes null. */
void data_folder_close(struct data_folder *folder);
