/* sqlite_sessions.c -- the sessions of store_people.h on SQLite.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/limits.h"
#include "store/sqlite_verbs.h"

static bool is_active(struct sqlite_db *db, PersonId person, bool *ret_active, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_IS_ACTIVE, err);
    sqlite_bind_i64(&run, person);
    *ret_active = sqlite_row(&run);
    return sqlite_done(&run);
}

/* Takes the sessions that a DELETE … RETURNING person_id, token_hash gives back down in the
 * operation that adds the new one. */
static bool take_ended(struct sqlite_run *run, struct store_session_add *add)
{
    while (sqlite_row(run)) {
        struct store_ended_session *grown =
            arena_new(&add->op.arena, struct store_ended_session, add->ended_count + 1);
        if (add->ended_count > 0) {
            memcpy(grown, add->ended, add->ended_count * sizeof(*grown));
        }
        struct store_ended_session *ended = &grown[add->ended_count++];
        Str hash = sqlite_str(run, &add->op.arena, 1);
        CHECK_EQ(hash.len, STORE_TOKEN_HASH_LEN);
        ended->person = sqlite_i64(run, 0);
        memcpy(ended->token_hash, hash.data, hash.len);
        add->ended = grown;
    }
    return sqlite_done(run);
}

/* The browser gets a new token: the one that it came with is over. */
static bool end_old(struct sqlite_db *db, struct store_session_add *add)
{
    struct sqlite_run run;
    if (!add->has_old) {
        return true;
    }
    sqlite_run(&run, db, SQL_SESSION_DELETE, &add->op.err);
    sqlite_bind_blob(&run, str_of(add->old_hash, STORE_TOKEN_HASH_LEN));
    return take_ended(&run, add);
}

static bool trim_sessions(struct sqlite_db *db, struct store_session_add *add)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_SESSION_TRIM, &add->op.err);
    sqlite_bind_i64(&run, add->person);
    sqlite_bind_blob(&run, str_of(add->token_hash, STORE_TOKEN_HASH_LEN));
    sqlite_bind_i64(&run, LIMIT_SESSIONS_PER_PERSON - 1);
    return take_ended(&run, add);
}

static bool insert_session(struct sqlite_db *db, struct store_session_add *add)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_SESSION_INSERT, &add->op.err);
    sqlite_bind_blob(&run, str_of(add->token_hash, STORE_TOKEN_HASH_LEN));
    sqlite_bind_i64(&run, add->person);
    sqlite_bind_i64(&run, add->now_ms);
    sqlite_bind_str(&run, add->user_agent);
    sqlite_bind_str(&run, add->address);
    (void)sqlite_row(&run);
    return sqlite_done(&run) && end_old(db, add) && trim_sessions(db, add);
}

bool sqlite_sessions_add(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_session_add *add = CONTAINER_OF(op, struct store_session_add, op);
    struct sqlite_db *db = &writer->db;
    bool is_person_active;
    add->ended_count = 0; /* it may run a second time, after a rollback */
    if (!is_active(db, add->person, &is_person_active, &add->op.err)) {
        return false;
    }
    if (!is_person_active) {
        (void)err_set(&add->op.err, ERR_MISSING, "no such person");
        return true;
    }
    *ret_changed = true;
    return insert_session(db, add);
}

bool sqlite_sessions_touch(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
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

bool sqlite_sessions_end(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
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

/* --- a new password --------------------------------------------------------------------------- */

static bool replace_password(struct sqlite_db *db, struct store_password_set *set)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_SET_PASSWORD, &set->op.err);
    sqlite_bind_i64(&run, set->person);
    sqlite_bind_str(&run, set->old_hash);
    sqlite_bind_str(&run, set->new_hash);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

/* Everybody else who is signed in as this person goes. */
static bool end_all(struct sqlite_db *db, struct store_session_add *add, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_SESSION_DELETE_ALL, err);
    sqlite_bind_i64(&run, add->person);
    return take_ended(&run, add);
}

bool sqlite_sessions_password_set(struct sqlite_writer *writer, struct store_op *op,
                                  bool *ret_changed)
{
    struct store_password_set *set = CONTAINER_OF(op, struct store_password_set, op);
    struct store_session_add *add = &set->session;
    struct sqlite_db *db = &writer->db;
    if (!replace_password(db, set)) {
        return false;
    }
    if (sqlite_changes(db) == 0) {
        (void)err_set(&set->op.err, ERR_CONFLICT, "the password is another one by now");
        return true;
    }
    *ret_changed = true;
    add->op.err = (struct err){0};
    add->person = set->person;
    add->now_ms = set->now_ms;
    add->ended_count = 0;
    bool is_sound = end_all(db, add, &add->op.err) && insert_session(db, add);
    set->op.err = add->op.err;
    return is_sound;
}

/* --- finding ---------------------------------------------------------------------------------- */

bool sqlite_sessions_find(struct sqlite_db *db, struct store_op *op)
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
            .shown_handle = sqlite_str(&run, arena, 7),
        };
        is_found = find->expires_ms > find->now_ms && find->person.state == PERSON_ACTIVE;
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_found || err_set(&find->op.err, ERR_MISSING, "no such session");
}
