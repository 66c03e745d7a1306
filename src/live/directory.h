/* directory.h -- who is who, as this loop remembers it: sessions with their people, and room lists.
 *
 * A read-through cache of counted values, in which only read marks move on; at most LIMIT_DIRECTORY
 * entries of each kind, at most LIMIT_DIRECTORY_MS old. A commit that changes one is told to every loop
 * before it is acknowledged.
 * It decides what is shown; writes are judged again in their transaction. Askers of the same entry
 * share one read. Thread: its loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/list.h"
#include "base/map.h"
#include "chat/person.h"
#include "chat/room.h"
#include "net/loop.h"
#include "store/store.h"

struct dir_session {
    int refs;
    struct list_node node; /* oldest first; unlinked once dropped from the directory */
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    struct person person;
    Millis expires_ms; /* wall clock */
    Millis seen_ms;    /* likewise: when its use was last noted */
    Millis loaded_ms;  /* monotonic */
    char strings[];    /* the person's */
};

struct dir_rooms {
    int refs;
    struct list_node node;
    PersonId person;
    Millis loaded_ms;
    size_t count;
    struct room_entry items[]; /* and behind them their strings */
};

struct directory {
    struct loop *loop;
    struct store *store;
    struct map sessions; /* by token hash */
    struct list session_order;
    struct map rooms; /* by person */
    struct list rooms_order;
    struct map reads; /* look-ups under way, by key */
    uint64_t generation; /* counts invalidations: a read begun before one is not kept */
    uint64_t endings;    /* counts sessions and memberships that ended: a socket that asked before one
                          * asks again, or it would be let in after it was to be closed */
};

/* One look-up: embed it, fill in the token's hash, and read the results in `done`. */
struct dir_lookup {
    uint8_t token_hash[STORE_TOKEN_HASH_LEN];
    void (*done)(struct dir_lookup *lookup);
    enum err_kind error;         /* NONE; MISSING: no such session; BUSY or INTERNAL: ask again later */
    struct dir_session *session; /* referenced for the asker when error is NONE, else null */
    struct dir_rooms *rooms;     /* likewise */
    struct directory *directory;
    struct dir_lookup *next;     /* others who wait for the same read */
};

void directory_init(struct directory *directory, struct loop *loop, struct store *store);
void directory_finish(struct directory *directory);

/* Finds the session of a token and the rooms of its person; `done` may run before this returns. */
void directory_find(struct directory *directory, struct dir_lookup *lookup);

struct dir_session *dir_session_ref(struct dir_session *session);
void dir_session_unref(struct dir_session *session); /* takes null */
struct dir_rooms *dir_rooms_ref(struct dir_rooms *rooms);
void dir_rooms_unref(struct dir_rooms *rooms); /* takes null */
/* The entry of a room that the person is in, or null. */
const struct room_entry *dir_rooms_get(const struct dir_rooms *rooms, RoomId room);

/* Forgets a session, or what was remembered about a person (0: all room lists). */
void directory_drop_session(struct directory *directory, const uint8_t *token_hash);
void directory_drop_person(struct directory *directory, PersonId person);
/* A person has read on: their room list says so now, without being read again. */
void directory_note_read(struct directory *directory, PersonId person, RoomId room, PostNo post);
/* Forgets the room list of one person only. */
void directory_drop_rooms(struct directory *directory, PersonId person);
/* The same, because the person is in some room no more. */
void directory_end_membership(struct directory *directory, PersonId person);
