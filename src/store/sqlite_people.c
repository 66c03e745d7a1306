/* sqlite_people.c -- store_people.h on SQLite.
 * SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "store/sqlite_names.h"
#include "store/sqlite_verbs.h"

/* --- people ----------------------------------------------------------------------------------- */

static bool is_handle_taken(struct sqlite_db *db, struct store_person_add *add, bool *ret_taken)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_BY_HANDLE, &add->op.err);
    sqlite_bind_str(&run, add->handle);
    *ret_taken = sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_people_add(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_person_add *add = CONTAINER_OF(op, struct store_person_add, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    bool is_taken;
    if (!is_handle_taken(db, add, &is_taken)) {
        return false;
    }
    if (is_taken) {
        (void)err_set(&add->op.err, ERR_CONFLICT, "the handle \"%.*s\" is taken",
                      STR_ARG(add->handle));
        return true;
    }
    if (!sqlite_next_id(db, S("person"), &add->id, &add->op.err)) {
        return false;
    }
    sqlite_run(&run, db, SQL_PERSON_INSERT, &add->op.err);
    sqlite_bind_i64(&run, add->id);
    sqlite_bind_str(&run, add->handle);
    sqlite_bind_str(&run, add->name);
    sqlite_bind_i64(&run, add->role);
    sqlite_bind_str(&run, add->password_hash);
    sqlite_bind_i64(&run, add->now_ms);
    (void)sqlite_row(&run);
    *ret_changed = true;
    return sqlite_done(&run) && sqlite_names_settle(db, add->id, add->name, &add->op.err) &&
           sqlite_join_all(db, SQL_PERSON_JOIN_OPEN_ROOMS, add->id, add->now_ms, &add->op.err);
}

bool sqlite_people_profile_set(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_profile_set *set = CONTAINER_OF(op, struct store_profile_set, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_SET_PROFILE, &set->op.err);
    sqlite_bind_i64(&run, set->person);
    sqlite_bind_str(&run, set->name);
    sqlite_bind_str(&run, set->bio);
    (void)sqlite_row(&run);
    if (!sqlite_done(&run)) {
        return false;
    }
    *ret_changed = sqlite_changes(db) > 0;
    if (!*ret_changed) {
        (void)err_set(&set->op.err, ERR_MISSING, "no such person");
        return true;
    }
    return sqlite_names_settle(db, set->person, set->name, &set->op.err);
}

/* --- finding ---------------------------------------------------------------------------------- */

bool sqlite_people_find(struct sqlite_db *db, struct store_op *op)
{
    struct store_person_find *find = CONTAINER_OF(op, struct store_person_find, op);
    struct sqlite_run run;
    struct arena *arena = &find->op.arena;
    bool is_found = false;
    sqlite_run(&run, db, SQL_PERSON_BY_HANDLE, &find->op.err);
    sqlite_bind_str(&run, find->handle);
    if (sqlite_row(&run)) {
        is_found = true;
        find->person = (struct person){
            .id = sqlite_i64(&run, 0),
            .handle = sqlite_str(&run, arena, 1),
            .name = sqlite_str(&run, arena, 2),
            .role = (enum person_role)sqlite_i64(&run, 3),
            .state = (enum person_state)sqlite_i64(&run, 4),
        };
        find->password_hash = sqlite_str(&run, arena, 5);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_found || err_set(&find->op.err, ERR_MISSING, "no such person");
}

bool sqlite_people_get(struct sqlite_db *db, struct store_op *op)
{
    struct store_person_get *get = CONTAINER_OF(op, struct store_person_get, op);
    struct arena *arena = &get->op.arena;
    struct sqlite_run run;
    bool is_found = false;
    sqlite_run(&run, db, SQL_PERSON_GET, &get->op.err);
    sqlite_bind_i64(&run, get->id);
    sqlite_bind_i64(&run, get->now_ms - LIMIT_SESSION_DAYS * DAY_MS);
    sqlite_bind_i64(&run, get->now_ms - LIMIT_SESSION_IDLE_DAYS * DAY_MS);
    if (sqlite_row(&run)) {
        is_found = true;
        get->person = (struct person){
            .id = sqlite_i64(&run, 0),
            .handle = sqlite_str(&run, arena, 1),
            .name = sqlite_str(&run, arena, 2),
            .role = (enum person_role)sqlite_i64(&run, 3),
            .state = (enum person_state)sqlite_i64(&run, 4),
        };
        get->bio = sqlite_str(&run, arena, 5);
        get->created_ms = sqlite_i64(&run, 6);
        get->sessions = sqlite_i64(&run, 7);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_found || err_set(&get->op.err, ERR_MISSING, "no such person");
}
