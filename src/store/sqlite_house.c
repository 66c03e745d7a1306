/* sqlite_house.c -- store_house.h on SQLite.
 *
 * Coming in runs other verbs as its steps. A step that may refuse runs before anything is written.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_verbs.h"

/* Runs another verb inside `whole`, which ends as the step does. True: go on. */
static bool run_step(struct sqlite_writer *writer, struct store_op *whole, struct store_op *step,
                     bool (*verb)(struct sqlite_writer *writer, struct store_op *op,
                                  bool *ret_changed),
                     bool *ret_sound)
{
    bool has_changed = false;
    step->err = (struct err){0};
    *ret_sound = verb(writer, step, &has_changed);
    whole->err = step->err;
    return *ret_sound && step->err.kind == ERR_NONE;
}

static bool add_invitation(struct sqlite_db *db, Str code, PersonId person, Millis now,
                           struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_INVITATION_CLEAR, err);
    (void)sqlite_row(&run);
    if (!sqlite_done(&run)) {
        return false;
    }
    sqlite_run(&run, db, SQL_INVITATION_INSERT, err);
    sqlite_bind_str(&run, code);
    sqlite_bind_i64(&run, person);
    sqlite_bind_i64(&run, now);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

/* Whether a statement without parameters finds anything. */
static bool finds(struct sqlite_run *run, bool *ret_found)
{
    *ret_found = sqlite_row(run);
    return sqlite_done(run);
}

/* --- the first person ------------------------------------------------------------------------- */

bool sqlite_house_setup(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_setup *setup = CONTAINER_OF(op, struct store_setup, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    bool is_settled;
    bool is_sound;
    sqlite_run(&run, db, SQL_PERSON_ANY, &setup->op.err);
    if (!finds(&run, &is_settled)) {
        return false;
    }
    if (is_settled) {
        (void)err_set(&setup->op.err, ERR_CONFLICT, "somebody lives here already");
        return true;
    }
    /* The room comes first: whoever comes in joins the rooms that are there. */
    if (!run_step(writer, op, &setup->room.op, sqlite_rooms_add, &is_sound) ||
        !run_step(writer, op, &setup->person.op, sqlite_people_add, &is_sound)) {
        return is_sound;
    }
    setup->session.person = setup->person.id;
    *ret_changed = true;
    return run_step(writer, op, &setup->session.op, sqlite_sessions_add, &is_sound) &&
           add_invitation(db, setup->code, setup->person.id, setup->person.now_ms, &setup->op.err);
}

/* --- coming in -------------------------------------------------------------------------------- */

static bool code_holds(struct sqlite_db *db, struct store_join *join, bool *ret_holds)
{
    struct sqlite_run run;
    if (!join->needs_code) {
        *ret_holds = true;
        return true;
    }
    sqlite_run(&run, db, SQL_INVITATION_HOLDS, &join->op.err);
    sqlite_bind_str(&run, join->code);
    return finds(&run, ret_holds);
}

static bool find_first_room(struct sqlite_db *db, struct store_join *join)
{
    struct sqlite_run run;
    join->room = 0;
    sqlite_run(&run, db, SQL_MEMBER_FIRST_ROOM, &join->op.err);
    sqlite_bind_i64(&run, join->person.id);
    if (sqlite_row(&run)) {
        join->room = sqlite_i64(&run, 0);
    }
    return sqlite_done(&run);
}

bool sqlite_house_join(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_join *join = CONTAINER_OF(op, struct store_join, op);
    struct sqlite_db *db = &writer->db;
    bool holds;
    bool is_sound;
    if (!code_holds(db, join, &holds)) {
        return false;
    }
    if (!holds) {
        (void)err_set(&join->op.err, ERR_MISSING, "no such invitation");
        return true;
    }
    if (!run_step(writer, op, &join->person.op, sqlite_people_add, &is_sound)) {
        return is_sound;
    }
    join->session.person = join->person.id;
    *ret_changed = true;
    return run_step(writer, op, &join->session.op, sqlite_sessions_add, &is_sound) &&
           find_first_room(db, join);
}

/* --- the invitation --------------------------------------------------------------------------- */

bool sqlite_house_invite(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_invite *invite = CONTAINER_OF(op, struct store_invite, op);
    struct sqlite_db *db = &writer->db;
    struct sqlite_run run;
    bool is_admin;
    sqlite_run(&run, db, SQL_PERSON_IS_ADMIN, &invite->op.err);
    sqlite_bind_i64(&run, invite->person);
    if (!finds(&run, &is_admin)) {
        return false;
    }
    if (!is_admin) {
        (void)err_set(&invite->op.err, ERR_DENIED, "only an admin asks people in");
        return true;
    }
    *ret_changed = true;
    return add_invitation(db, invite->code, invite->person, invite->now_ms, &invite->op.err);
}

bool sqlite_house_get(struct sqlite_db *db, struct store_op *op)
{
    struct store_house *house = CONTAINER_OF(op, struct store_house, op);
    struct arena *arena = &house->op.arena;
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_ANY, &house->op.err);
    if (!finds(&run, &house->is_settled)) {
        return false;
    }
    sqlite_run(&run, db, SQL_INVITATION_GET, &house->op.err);
    if (sqlite_row(&run)) {
        house->code = sqlite_str(&run, arena, 0);
        house->inviter = sqlite_str(&run, arena, 1);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    sqlite_run(&run, db, SQL_PERSON_FIRST_ADMIN, &house->op.err);
    if (sqlite_row(&run)) {
        house->host = sqlite_str(&run, arena, 0);
    }
    return sqlite_done(&run);
}
