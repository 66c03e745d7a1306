/* sqlite_people.c -- store_people.h on SQLite.
 * SPDX-License-Identifier: MIT */
#include "base/limits.h"
#include "store/sqlite_verbs.h"

#define DAY_MS ((Millis)24 * 60 * 60 * 1000)

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
    return sqlite_done(&run) &&
           sqlite_join_all(db, SQL_PERSON_JOIN_OPEN_ROOMS, add->id, add->now_ms, &add->op.err);
}

/* --- sessions --------------------------------------------------------------------------------- */

static bool is_active(struct sqlite_db *db, PersonId person, bool *ret_active, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_IS_ACTIVE, err);
    sqlite_bind_i64(&run, person);
    *ret_active = sqlite_row(&run);
    return sqlite_done(&run);
}

static bool trim_sessions(struct sqlite_db *db, struct store_session_add *add)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_SESSION_TRIM, &add->op.err);
    sqlite_bind_i64(&run, add->person);
    sqlite_bind_blob(&run, str_of(add->token_hash, STORE_TOKEN_HASH_LEN));
    sqlite_bind_i64(&run, LIMIT_SESSIONS_PER_PERSON - 1);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_people_session_add(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_session_add *add = CONTAINER_OF(op, struct store_session_add, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    bool is_person_active;
    if (!is_active(db, add->person, &is_person_active, &add->op.err)) {
        return false;
    }
    if (!is_person_active) {
        (void)err_set(&add->op.err, ERR_MISSING, "no such person");
        return true;
    }
    sqlite_run(&run, db, SQL_SESSION_INSERT, &add->op.err);
    sqlite_bind_blob(&run, str_of(add->token_hash, STORE_TOKEN_HASH_LEN));
    sqlite_bind_i64(&run, add->person);
    sqlite_bind_i64(&run, add->now_ms);
    sqlite_bind_str(&run, add->user_agent);
    sqlite_bind_str(&run, add->address);
    (void)sqlite_row(&run);
    *ret_changed = true;
    return sqlite_done(&run) && trim_sessions(db, add);
}

bool sqlite_people_session_touch(struct sqlite_writer *writer, struct store_op *op,
                                 bool *ret_changed)
{
    struct store_session_touch *touch = CONTAINER_OF(op, struct store_session_touch, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_SESSION_TOUCH, &touch->op.err);
    sqlite_bind_blob(&run, str_of(touch->token_hash, STORE_TOKEN_HASH_LEN));
    sqlite_bind_i64(&run, touch->now_ms);
    (void)sqlite_row(&run);
    if (!sqlite_done(&run)) {
        return false;
    }
    *ret_changed = sqlite_changes(db) > 0;
    return true;
}

bool sqlite_people_session_end(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_session_end *end = CONTAINER_OF(op, struct store_session_end, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    end->person = 0;
    sqlite_run(&run, db, SQL_SESSION_DELETE, &end->op.err);
    sqlite_bind_blob(&run, str_of(end->token_hash, STORE_TOKEN_HASH_LEN));
    while (sqlite_row(&run)) {
        end->person = sqlite_i64(&run, 0);
        *ret_changed = true;
    }
    return sqlite_done(&run);
}

/* --- finding ---------------------------------------------------------------------------------- */

bool sqlite_people_session_find(struct sqlite_db *db, struct store_op *op)
{
    struct store_session_find *find = CONTAINER_OF(op, struct store_session_find, op);
    struct sqlite_run run;
    struct arena *arena = &find->op.arena;
    bool is_found = false;
    sqlite_run(&run, db, SQL_SESSION_FIND, &find->op.err);
    sqlite_bind_blob(&run, str_of(find->token_hash, STORE_TOKEN_HASH_LEN));
    if (sqlite_row(&run)) {
        Millis oldest = sqlite_i64(&run, 0) + LIMIT_SESSION_DAYS * DAY_MS;
        find->seen_ms = sqlite_i64(&run, 1);
        find->expires_ms = MIN(oldest, find->seen_ms + LIMIT_SESSION_IDLE_DAYS * DAY_MS);
        find->person = (struct person){
            .id = sqlite_i64(&run, 2),
            .handle = sqlite_str(&run, arena, 3),
            .name = sqlite_str(&run, arena, 4),
            .role = (enum person_role)sqlite_i64(&run, 5),
            .state = (enum person_state)sqlite_i64(&run, 6),
        };
        is_found = find->expires_ms > find->now_ms && find->person.state == PERSON_ACTIVE;
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_found || err_set(&find->op.err, ERR_MISSING, "no such session");
}

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
