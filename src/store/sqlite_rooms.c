/* sqlite_rooms.c -- making, finding and listing rooms, and how far people have read in them.
 *
 * What people do to a room that is there, and everybody in it hears of, is sqlite_room_changes.c.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/limits.h"
#include "store/sqlite_verbs.h"

/* --- making ----------------------------------------------------------------------------------- */

/* A command may add more rooms than people may. */
static bool judge_add(struct sqlite_db *db, struct store_room_add *add)
{
    struct sqlite_run run;
    bool is_active = false;
    int64_t count = 0;
    if (add->maker == 0) {
        return true;
    }
    sqlite_run(&run, db, SQL_PERSON_IS_ACTIVE, &add->op.err);
    sqlite_bind_i64(&run, add->maker);
    is_active = sqlite_row(&run);
    if (!sqlite_done(&run)) {
        return false;
    }
    sqlite_run(&run, db, SQL_OPEN_ROOMS_COUNT, &add->op.err);
    if (sqlite_row(&run)) {
        count = sqlite_i64(&run, 0);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    if (!is_active) {
        (void)err_set(&add->op.err, ERR_DENIED, "person %lld may not make a room",
                      (long long)add->maker);
    } else if (count >= LIMIT_OPEN_ROOMS) {
        (void)err_set(&add->op.err, ERR_CONFLICT, "there are %d open rooms", LIMIT_OPEN_ROOMS);
    }
    return true;
}

static bool promote_maker(struct sqlite_db *db, struct store_room_add *add)
{
    struct sqlite_run run;
    if (add->maker == 0) {
        return true;
    }
    sqlite_run(&run, db, SQL_MEMBER_SET_ROLE, &add->op.err);
    sqlite_bind_i64(&run, add->id);
    sqlite_bind_i64(&run, add->maker);
    sqlite_bind_i64(&run, MEMBER_MODERATOR);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_rooms_add(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_room_add *add = CONTAINER_OF(op, struct store_room_add, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    if (!judge_add(db, add)) {
        return false;
    }
    if (add->op.err.kind != ERR_NONE) {
        return true;
    }
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
           sqlite_join_all(db, SQL_ROOM_JOIN_EVERYBODY, add->id, add->now_ms, &add->op.err) &&
           promote_maker(db, add);
}

/* --- read marks ------------------------------------------------------------------------------- */

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

/* --- finding and listing ---------------------------------------------------------------------- */

/* Reads a row of the columns that the queries of rooms share. */
static struct room_entry read_entry(const struct sqlite_run *run, struct arena *arena)
{
    return (struct room_entry){
        .id = sqlite_i64(run, 0),
        .kind = (enum room_kind)sqlite_i64(run, 1),
        .name = sqlite_str(run, arena, 2),
        .topic = sqlite_str(run, arena, 3),
        .people = sqlite_i64(run, 4),
        .role = (enum member_role)sqlite_i64(run, 5),
        .last_post = sqlite_i64(run, 6),
        .read_post = sqlite_i64(run, 7),
    };
}

/* Reads the rows of a query of a person's rooms, at most `limit`. A list may be kept for a minute, so
 * it is not larger than it is. */
static bool read_entries(struct sqlite_db *db, enum sql_query_id query, PersonId person, int limit,
                         struct store_op *op, const struct room_entry **ret_rooms,
                         size_t *ret_count)
{
    struct sqlite_run run;
    struct arena scratch = {0};
    struct room_entry *rooms = arena_new(&scratch, struct room_entry, (size_t)limit);
    size_t count = 0;
    sqlite_run(&run, db, query, &op->err);
    sqlite_bind_i64(&run, person);
    sqlite_bind_i64(&run, limit);
    while (sqlite_row(&run)) {
        rooms[count++] = read_entry(&run, &op->arena);
    }
    struct room_entry *kept = arena_new(&op->arena, struct room_entry, count);
    if (count > 0) {
        memcpy(kept, rooms, count * sizeof(*kept));
    }
    arena_finish(&scratch);
    *ret_rooms = kept;
    *ret_count = count;
    return sqlite_done(&run);
}

bool sqlite_rooms_list(struct sqlite_db *db, struct store_op *op)
{
    struct store_room_list *list = CONTAINER_OF(op, struct store_room_list, op);
    return read_entries(db, SQL_ROOM_LIST, list->person, LIMIT_ROOMS_PER_PERSON, op, &list->rooms,
                        &list->room_count);
}

bool sqlite_rooms_browse(struct sqlite_db *db, struct store_op *op)
{
    struct store_room_browse *browse = CONTAINER_OF(op, struct store_room_browse, op);
    return read_entries(db, SQL_ROOM_BROWSE, browse->person, LIMIT_OPEN_ROOMS, op, &browse->rooms,
                        &browse->room_count);
}

bool sqlite_rooms_find(struct sqlite_db *db, struct store_op *op)
{
    struct store_room_find *find = CONTAINER_OF(op, struct store_room_find, op);
    struct sqlite_run run;
    find->standing = STANDING_STRANGER;
    sqlite_run(&run, db, SQL_ROOM_FOR_PERSON, &find->op.err);
    sqlite_bind_i64(&run, find->room);
    sqlite_bind_i64(&run, find->person);
    if (sqlite_row(&run)) {
        find->entry = read_entry(&run, &find->op.arena);
        find->standing = rights_standing(find->entry.kind, find->entry.role,
                                         (enum person_role)sqlite_i64(&run, 9),
                                         (enum person_state)sqlite_i64(&run, 10));
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return rights_may(find->standing, RIGHT_KNOW) ||
           err_set(&find->op.err, ERR_MISSING, "no room %lld", (long long)find->room);
}

bool sqlite_rooms_members(struct sqlite_db *db, struct store_op *op)
{
    struct store_room_members *list = CONTAINER_OF(op, struct store_room_members, op);
    struct sqlite_run run;
    struct arena *arena = &list->op.arena;
    struct room_member *members = arena_new(arena, struct room_member, LIMIT_MEMBERS_LISTED);
    list->member_count = 0;
    list->has_more = false;
    sqlite_run(&run, db, SQL_ROOM_MEMBERS, &list->op.err);
    sqlite_bind_i64(&run, list->room);
    sqlite_bind_i64(&run, LIMIT_MEMBERS_LISTED + 1);
    while (sqlite_row(&run)) {
        if (list->member_count == LIMIT_MEMBERS_LISTED) {
            list->has_more = true;
            continue;
        }
        members[list->member_count++] = (struct room_member){
            .id = sqlite_i64(&run, 0),
            .name = sqlite_str(&run, arena, 1),
            .role = (enum member_role)sqlite_i64(&run, 2),
            .is_admin = sqlite_i64(&run, 3) == PERSON_ADMIN,
            .shown_handle = sqlite_str(&run, arena, 4),
        };
    }
    list->members = members;
    return sqlite_done(&run);
}
