/* place.h -- the data folders that the measurements start from.
 *
 * People and sessions are made by Parlor's own commands, in a template folder on a real disk that
 * is kept for later runs. Each measurement gets a fresh copy, so none sees what another left
 * behind.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "crowd.h"
#include "server.h"

struct place {
    char base[FOLDER_LEN];     /* everything of this run; removed at the end, the template not */
    char template[FOLDER_LEN]; /* `people`, all in the one room 1 */
    int people;
    char (*cookies)[COOKIE_LEN]; /* one session a person */
};

/* Makes the folders under `under`, or finds the template of an earlier run. */
void place_create(struct place *place, const char *under, int people);
void place_remove(struct place *place);

/* A fresh copy of the template under `name`. */
void place_copy(const struct place *place, const char *name, char ret_folder[FOLDER_LEN]);
void place_drop(const char *folder);

/* Adds rooms to a folder, up to `rooms` in all, and leaves person n alone in room n. */
void place_separate(const char *folder, int rooms);
