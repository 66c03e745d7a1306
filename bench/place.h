/* place.h -- the data folders that the measurements start from.
 *
 * People and sessions are made by Parlor's own commands, in a template folder on a real disk that
 * is kept for later runs. Each measurement gets a fresh copy, so none sees what another left
 * behind.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "crowd.h"
#include "server.h"

enum { NAME_LEN = 48 };

struct place {
    const char *under;
    char name[NAME_LEN];       /* of what is kept: how many people, and the schema of their folder */
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
/* A fresh copy whose room 1 has so many messages (bare_sql_fill); made once, kept for later runs.
 */
void place_copy_history(const struct place *place, int64_t messages, const char *name,
                        char ret_folder[FOLDER_LEN]);
/* Makes the system forget what it has read of the files of a folder. */
void place_forget(const char *folder);

/* Adds rooms to a folder, up to `rooms` in all, with person n alone in room n; everybody stays in
 * room 1. By SQL, since a server makes at most some hundred rooms for everybody. */
void place_add_rooms(const char *folder, int rooms);
/* The same, but person 1 is alone in room 1 too. */
void place_separate(const char *folder, int rooms);
/* Gives everybody the password of one account that is made for it. */
void place_set_password(const char *folder, const char *password);
