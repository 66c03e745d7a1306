/* sqlite_room_changes.c -- what people do to a room that is there: it is judged, done, numbered,
 * and put into the room's log as an event. SPDX-License-Identifier: MIT */
#include "store/sqlite_verbs.h"

static enum right right_of(enum change_kind kind)
{
    switch (kind) {
    case CHANGE_JOIN:
        return RIGHT_JOIN;
    case CHANGE_LEAVE:
        return RIGHT_LEAVE;
    case CHANGE_RENAME:
        return RIGHT_RENAME;
    case CHANGE_TOPIC:
        return RIGHT_TOPIC;
    case CHANGE_NONE:
    case CHANGE_EDIT:
    case CHANGE_DELETE:
    case CHANGE_REACTION:
    case CHANGE_PIN:
    case CHANGE_THREAD:
        break; /* happens to a message, not to a room */
    }
    UNREACHABLE("not a change of a room");
}

/* Whether the room, as its row says, is already as it is to be. */
static bool is_done(struct store_room_change *change, const struct sqlite_run *run)
{
    bool is_in = sqlite_i64(run, 5) != MEMBER_LEFT;
    if (change->kind == CHANGE_JOIN || change->kind == CHANGE_LEAVE) {
        return is_in == (change->kind == CHANGE_JOIN);
    }
    int column = change->kind == CHANGE_RENAME ? 2 : 3;
    return str_eq(sqlite_str(run, &change->op.arena, column), change->text);
}

/* A room that does not exist and one that must not be known of look alike. */
static bool judge(struct sqlite_db *db, struct store_room_change *change, bool *ret_is_done)
{
    struct sqlite_run run;
    bool may = false;
    *ret_is_done = false;
    sqlite_run(&run, db, SQL_ROOM_FOR_PERSON, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->actor);
    if (sqlite_row(&run)) {
        enum standing standing = rights_standing(
            (enum room_kind)sqlite_i64(&run, 1), (enum member_role)sqlite_i64(&run, 5),
            (enum person_role)sqlite_i64(&run, 9), (enum person_state)sqlite_i64(&run, 10));
        may = rights_may(standing, right_of(change->kind));
        change->message.author_name = sqlite_str(&run, &change->op.arena, 8);
        change->message.author_handle = sqlite_str(&run, &change->op.arena, 11);
        *ret_is_done = is_done(change, &run);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    if (!may) {
        (void)err_set(&change->op.err, ERR_DENIED, "person %lld may not do %d to room %lld",
                      (long long)change->actor, (int)change->kind, (long long)change->room);
    }
    return true;
}

static bool set_text(struct sqlite_db *db, struct store_room_change *change,
                     enum sql_query_id query)
{
    struct sqlite_run run;
    sqlite_run(&run, db, query, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_str(&run, change->text);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

static bool set_membership(struct sqlite_db *db, struct store_room_change *change)
{
    struct sqlite_run run;
    bool is_join = change->kind == CHANGE_JOIN;
    sqlite_run(&run, db, is_join ? SQL_MEMBER_JOIN : SQL_MEMBER_SET_ROLE, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->actor);
    sqlite_bind_i64(&run, is_join ? change->now_ms : MEMBER_LEFT);
    (void)sqlite_row(&run);
    return sqlite_done(&run) && sqlite_count_people(db, change->room, &change->op.err);
}

static bool apply(struct sqlite_db *db, struct store_room_change *change)
{
    if (change->kind == CHANGE_RENAME) {
        return set_text(db, change, SQL_ROOM_RENAME);
    }
    if (change->kind == CHANGE_TOPIC) {
        return set_text(db, change, SQL_ROOM_SET_TOPIC);
    }
    return set_membership(db, change);
}

/* Takes the room's next number. */
static bool advance_room(struct sqlite_db *db, struct store_room_change *change)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_ROOM_CHANGE, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->now_ms);
    if (sqlite_row(&run)) {
        change->message.seq = change->message.rev = sqlite_i64(&run, 0);
        change->last_post = sqlite_i64(&run, 1);
        change->message.created_ms = sqlite_i64(&run, 2);
    }
    return sqlite_done(&run);
}

static bool insert_event(struct sqlite_writer *writer, struct store_room_change *change)
{
    struct sqlite_run run;
    const struct message *message = &change->message;
    int64_t id;
    if (!sqlite_next_message_id(writer, message->created_ms, &id, &change->op.err)) {
        return false;
    }
    sqlite_run(&run, &writer->db, SQL_EVENT_INSERT, &change->op.err);
    sqlite_bind_i64(&run, id);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, message->seq);
    sqlite_bind_i64(&run, change->actor);
    sqlite_bind_i64(&run, message->created_ms);
    sqlite_bind_str(&run, message->body);
    sqlite_bind_i64(&run, change->kind);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_room_changes_make(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_room_change *change = CONTAINER_OF(op, struct store_room_change, op);
    bool has_text = change->kind == CHANGE_RENAME || change->kind == CHANGE_TOPIC;
    bool is_nothing;
    change->message = (struct message){.room = change->room,
                                       .author = change->actor,
                                       .body = has_text ? change->text : S(""),
                                       .event = change->kind};
    if (!judge(&writer->db, change, &is_nothing)) {
        return false;
    }
    if (op->err.kind != ERR_NONE || is_nothing) {
        return true;
    }
    if (!apply(&writer->db, change) || !advance_room(&writer->db, change) ||
        !insert_event(writer, change)) {
        return false;
    }
    *ret_changed = true;
    return true;
}
