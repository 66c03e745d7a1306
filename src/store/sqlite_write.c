/* sqlite_write.c -- the writing verbs: read and judge first, then write.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/limits.h"
#include "store/sqlite_verbs.h"

enum { ID_SEQUENCE_BITS = 20 };

/* --- posts ------------------------------------------------------------------------------------ */

/* A message that is stored already with this nonce. */
static void read_repeated(const struct sqlite_run *run, struct store_post *post)
{
    struct message *message = &post->message;
    post->is_repeated = true;
    message->seq = sqlite_i64(run, 3);
    message->rev = sqlite_i64(run, 4);
    message->post = sqlite_i64(run, 5);
    message->created_ms = sqlite_i64(run, 6);
    message->body = sqlite_str(run, &post->op.arena, 7);
    message->edited_ms = sqlite_i64(run, 8);
    message->deleted = sqlite_i64(run, 9) != 0;
}

/* Whether the author may post here, and whether they did already: a repetition is answered even
 * when they have left since, because "denied" would say that the message is not there. A room that
 * does not exist and one that must not be known of look alike. The author's name goes into the
 * message. */
static bool judge_post(struct sqlite_db *db, struct store_post *post)
{
    struct sqlite_run run;
    bool may = false;
    sqlite_run(&run, db, SQL_POST_JUDGE, &post->op.err);
    sqlite_bind_i64(&run, post->room);
    sqlite_bind_i64(&run, post->author);
    sqlite_bind_str(&run, post->nonce);
    if (sqlite_row(&run) && sqlite_i64(&run, 2) == PERSON_ACTIVE) {
        may = room_may_post((enum member_role)sqlite_i64(&run, 0));
        post->message.author_name = sqlite_str(&run, &post->op.arena, 1);
        if (!sqlite_is_null(&run, 3)) {
            read_repeated(&run, post);
        }
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    if (!may && !post->is_repeated) {
        (void)err_set(&post->op.err, ERR_DENIED, "person %lld may not post in room %lld",
                      (long long)post->author, (long long)post->room);
    }
    return true;
}

static bool advance_room(struct sqlite_db *db, struct store_post *post)
{
    struct sqlite_run run;
    struct message *message = &post->message;
    sqlite_run(&run, db, SQL_ROOM_ADVANCE, &post->op.err);
    sqlite_bind_i64(&run, post->room);
    sqlite_bind_i64(&run, post->now_ms);
    if (sqlite_row(&run)) {
        message->seq = message->rev = sqlite_i64(&run, 0);
        message->post = sqlite_i64(&run, 1);
        message->created_ms = sqlite_i64(&run, 2);
    }
    return sqlite_done(&run);
}

/* Increasing on this node, whatever the clock does. */
static bool next_message_id(struct sqlite_writer *writer, Millis created_ms, int64_t *ret_id,
                            struct err *err)
{
    if (writer->last_message_id == 0) {
        struct sqlite_run run;
        sqlite_run(&run, &writer->db, SQL_MESSAGE_LAST_ID, err);
        writer->last_message_id = sqlite_row(&run) ? sqlite_i64(&run, 0) : 0;
        if (!sqlite_done(&run)) {
            return false;
        }
    }
    writer->last_message_id = MAX(writer->last_message_id + 1, created_ms << ID_SEQUENCE_BITS);
    *ret_id = writer->last_message_id;
    return true;
}

static bool insert_message(struct sqlite_writer *writer, struct store_post *post)
{
    struct sqlite_run run;
    const struct message *message = &post->message;
    int64_t id;
    if (!next_message_id(writer, message->created_ms, &id, &post->op.err)) {
        return false;
    }
    sqlite_run(&run, &writer->db, SQL_MESSAGE_INSERT, &post->op.err);
    sqlite_bind_i64(&run, id);
    sqlite_bind_i64(&run, post->room);
    sqlite_bind_i64(&run, message->seq);
    sqlite_bind_i64(&run, message->post);
    sqlite_bind_i64(&run, post->author);
    sqlite_bind_str(&run, post->nonce);
    sqlite_bind_i64(&run, message->created_ms);
    sqlite_bind_str(&run, post->body);
    (void)sqlite_row(&run); /* no rows; sqlite_done tells of failures */
    return sqlite_done(&run);
}

static bool follow_own_post(struct sqlite_db *db, struct store_post *post)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_MEMBER_FOLLOW, &post->op.err);
    sqlite_bind_i64(&run, post->room);
    sqlite_bind_i64(&run, post->author);
    sqlite_bind_i64(&run, post->message.post);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

static bool write_post(struct sqlite_writer *writer, struct store_post *post, bool *ret_changed)
{
    struct message *message = &post->message;
    *message = (struct message){
        .room = post->room, .author = post->author, .nonce = post->nonce, .body = post->body};
    post->is_repeated = false;
    if (!judge_post(&writer->db, post)) {
        return false;
    }
    if (post->is_repeated || post->op.err.kind != ERR_NONE) {
        return true;
    }
    if (!advance_room(&writer->db, post) || !insert_message(writer, post) ||
        !follow_own_post(&writer->db, post)) {
        return false;
    }
    *ret_changed = true;
    return true;
}

/* --- people and rooms ------------------------------------------------------------------------- */

static bool next_id(struct sqlite_db *db, Str counter, int64_t *ret_id, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_COUNTER_NEXT, err);
    sqlite_bind_str(&run, counter);
    if (sqlite_row(&run)) {
        *ret_id = sqlite_i64(&run, 0);
    }
    return sqlite_done(&run);
}

/* Runs one of the two statements that make members of everybody whom a new person or room concerns.
 */
static bool join_all(struct sqlite_db *db, enum sql_query_id query, int64_t id, Millis now,
                     struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, query, err);
    sqlite_bind_i64(&run, id);
    sqlite_bind_i64(&run, now);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

static bool is_handle_taken(struct sqlite_db *db, struct store_person_add *add, bool *ret_taken)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_BY_HANDLE, &add->op.err);
    sqlite_bind_str(&run, add->handle);
    *ret_taken = sqlite_row(&run);
    return sqlite_done(&run);
}

static bool write_person(struct sqlite_db *db, struct store_person_add *add, bool *ret_changed)
{
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
    if (!next_id(db, S("person"), &add->id, &add->op.err)) {
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
           join_all(db, SQL_PERSON_JOIN_OPEN_ROOMS, add->id, add->now_ms, &add->op.err);
}

static bool write_room(struct sqlite_db *db, struct store_room_add *add, bool *ret_changed)
{
    struct sqlite_run run;
    if (!next_id(db, S("room"), &add->id, &add->op.err)) {
        return false;
    }
    sqlite_run(&run, db, SQL_ROOM_INSERT, &add->op.err);
    sqlite_bind_i64(&run, add->id);
    sqlite_bind_str(&run, add->name);
    sqlite_bind_i64(&run, add->now_ms);
    (void)sqlite_row(&run);
    *ret_changed = true;
    return sqlite_done(&run) &&
           join_all(db, SQL_ROOM_JOIN_EVERYBODY, add->id, add->now_ms, &add->op.err);
}

/* --- sessions and read marks ------------------------------------------------------------------ */

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

static bool write_session(struct sqlite_db *db, struct store_session_add *add, bool *ret_changed)
{
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

static bool touch_session(struct sqlite_db *db, struct store_session_touch *touch,
                          bool *ret_changed)
{
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

static bool end_session(struct sqlite_db *db, struct store_session_end *end, bool *ret_changed)
{
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

static bool write_mark(struct sqlite_db *db, struct store_read_mark *mark, bool *ret_changed)
{
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

/* --- dispatch --------------------------------------------------------------------------------- */

bool sqlite_is_write(enum store_verb verb)
{
    return verb <= STORE_READ_MARK;
}

size_t sqlite_cost(const struct store_op *op)
{
    return op->verb == STORE_POST ? CONTAINER_OF(op, struct store_post, op)->body.len : 0;
}

bool sqlite_write(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct sqlite_db *db = &writer->db;
    *ret_changed = false;
    op->err = (struct err){0};
    switch (op->verb) {
    case STORE_POST:
        return write_post(writer, CONTAINER_OF(op, struct store_post, op), ret_changed);
    case STORE_PERSON_ADD:
        return write_person(db, CONTAINER_OF(op, struct store_person_add, op), ret_changed);
    case STORE_ROOM_ADD:
        return write_room(db, CONTAINER_OF(op, struct store_room_add, op), ret_changed);
    case STORE_SESSION_ADD:
        return write_session(db, CONTAINER_OF(op, struct store_session_add, op), ret_changed);
    case STORE_SESSION_TOUCH:
        return touch_session(db, CONTAINER_OF(op, struct store_session_touch, op), ret_changed);
    case STORE_SESSION_END:
        return end_session(db, CONTAINER_OF(op, struct store_session_end, op), ret_changed);
    case STORE_READ_MARK:
        return write_mark(db, CONTAINER_OF(op, struct store_read_mark, op), ret_changed);
    case STORE_SESSION_FIND:
    case STORE_PERSON_FIND:
    case STORE_ROOM_LIST:
    case STORE_MESSAGE_PAGE:
    case STORE_MESSAGE_GET:
    case STORE_REPLAY:
    case STORE_VERB_COUNT:
        break;
    }
    UNREACHABLE("a read was given to the writer");
}
