/* sqlite_rooms.c -- store_rooms.h on SQLite.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/limits.h"
#include "store/sqlite_verbs.h"

bool sqlite_rooms_add(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_room_add *add = CONTAINER_OF(op, struct store_room_add, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    if (!sqlite_next_id(db, S("room"), &add->id, &add->op.err)) {
        return false;
    }
    sqlite_run(&run, db, SQL_ROOM_INSERT, &add->op.err);
    sqlite_bind_i64(&run, add->id);
    sqlite_bind_str(&run, add->name);
    sqlite_bind_i64(&run, add->now_ms);
    (void)sqlite_row(&run);
    *ret_changed = true;
    return sqlite_done(&run) &&
           sqlite_join_all(db, SQL_ROOM_JOIN_EVERYBODY, add->id, add->now_ms, &add->op.err);
}

bool sqlite_rooms_read_mark(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_read_mark *mark = CONTAINER_OF(op, struct store_read_mark, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_READ_MARK, &mark->op.err);
    sqlite_bind_i64(&run, mark->room);
    sqlite_bind_i64(&run, mark->person);
    sqlite_bind_i64(&run, mark->post);
    (void)sqlite_row(&run);
    if (!sqlite_done(&run)) {
        return false;
    }
    *ret_changed = sqlite_changes(db) > 0;
    return true;
}

bool sqlite_rooms_list(struct sqlite_db *db, struct store_op *op)
{
    struct store_room_list *list = CONTAINER_OF(op, struct store_room_list, op);
    struct sqlite_run run;
    struct arena *arena = &list->op.arena;
    struct arena scratch = {
        0}; /* the list is kept for a minute, so it may not be larger than it is */
    struct room_entry *rooms = arena_new(&scratch, struct room_entry, LIMIT_ROOMS_PER_PERSON);
    size_t count = 0;
    sqlite_run(&run, db, SQL_ROOM_LIST, &list->op.err);
    sqlite_bind_i64(&run, list->person);
    sqlite_bind_i64(&run, LIMIT_ROOMS_PER_PERSON);
    while (sqlite_row(&run)) {
        rooms[count++] = (struct room_entry){
            .id = sqlite_i64(&run, 0),
            .kind = (enum room_kind)sqlite_i64(&run, 1),
            .name = sqlite_str(&run, arena, 2),
            .topic = sqlite_str(&run, arena, 3),
            .role = (enum member_role)sqlite_i64(&run, 4),
            .last_post = sqlite_i64(&run, 5),
            .read_post = sqlite_i64(&run, 6),
        };
    }
    struct room_entry *kept = arena_new(arena, struct room_entry, count);
    if (count > 0) {
        memcpy(kept, rooms, count * sizeof(*kept));
    }
    arena_finish(&scratch);
    list->rooms = kept;
    list->room_count = count;
    return sqlite_done(&run);
}
