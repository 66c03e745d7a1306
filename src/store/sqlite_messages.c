/* sqlite_messages.c -- store_messages.h on SQLite: read and judge first, then write.
 * SPDX-License-Identifier: MIT */
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
        post->message.author_handle = sqlite_str(&run, &post->op.arena, 10);
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

bool sqlite_next_message_id(struct sqlite_writer *writer, Millis created_ms, int64_t *ret_id,
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
    if (!sqlite_next_message_id(writer, message->created_ms, &id, &post->op.err)) {
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

bool sqlite_messages_post(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_post *post = CONTAINER_OF(op, struct store_post, op);
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

/* --- changes ---------------------------------------------------------------------------------- */

/* Reads the message, and judges whether it may be changed. */
static bool judge_change(struct sqlite_db *db, struct store_message_change *change)
{
    struct sqlite_run run;
    struct arena *arena = &change->op.arena;
    struct message *message = &change->message;
    bool may = false;
    sqlite_run(&run, db, SQL_MESSAGE_CHANGE_JUDGE, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->seq);
    sqlite_bind_i64(&run, change->actor);
    if (sqlite_row(&run)) {
        enum person_role role = (enum person_role)sqlite_i64(&run, 1);
        *message = (struct message){
            .room = change->room,
            .seq = change->seq,
            .rev = sqlite_i64(&run, 3),
            .post = sqlite_i64(&run, 4),
            .author = sqlite_i64(&run, 5),
            .author_name = sqlite_str(&run, arena, 6),
            .nonce = sqlite_str(&run, arena, 7),
            .created_ms = sqlite_i64(&run, 8),
            .body = sqlite_str(&run, arena, 9),
            .edited_ms = sqlite_i64(&run, 10),
            .event = (enum change_kind)sqlite_i64(&run, 12),
            .author_handle = sqlite_str(&run, arena, 13),
        };
        may = room_may_post((enum member_role)sqlite_i64(&run, 0)) &&
              sqlite_i64(&run, 2) == PERSON_ACTIVE &&
              message_may_change(message, change->actor, role);
        message->deleted = sqlite_i64(&run, 11) != 0;
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    if (!may) {
        (void)err_set(&change->op.err, ERR_DENIED,
                      "person %lld may not change message %lld of room %lld",
                      (long long)change->actor, (long long)change->seq, (long long)change->room);
    } else if (message->deleted && change->kind == CHANGE_EDIT) {
        (void)err_set(&change->op.err, ERR_MISSING, "message %lld of room %lld is deleted",
                      (long long)change->seq, (long long)change->room);
    }
    return true;
}

/* Takes the room's next number, and notes what has got it. */
static bool note_change(struct sqlite_db *db, struct store_message_change *change)
{
    struct sqlite_run run;
    Millis at_ms = 0;
    sqlite_run(&run, db, SQL_ROOM_CHANGE, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->now_ms);
    if (sqlite_row(&run)) {
        change->message.rev = sqlite_i64(&run, 0);
        change->last_post = sqlite_i64(&run, 1);
        at_ms = sqlite_i64(&run, 2);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    if (change->kind == CHANGE_EDIT) {
        change->message.edited_ms = at_ms;
    }
    sqlite_run(&run, db, SQL_CHANGE_INSERT, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->message.rev);
    sqlite_bind_i64(&run, change->kind);
    sqlite_bind_i64(&run, change->seq);
    sqlite_bind_i64(&run, change->actor);
    sqlite_bind_i64(&run, at_ms);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

static bool update_message(struct sqlite_db *db, struct store_message_change *change)
{
    struct sqlite_run run;
    const struct message *message = &change->message;
    sqlite_run(&run, db, SQL_MESSAGE_CHANGE, &change->op.err);
    sqlite_bind_i64(&run, change->room);
    sqlite_bind_i64(&run, change->seq);
    sqlite_bind_i64(&run, message->rev);
    sqlite_bind_str(&run, message->body);
    sqlite_bind_i64(&run, message->edited_ms);
    sqlite_bind_i64(&run, message->deleted);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_messages_change(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    struct store_message_change *change = CONTAINER_OF(op, struct store_message_change, op);
    struct message *message = &change->message;
    bool is_deletion = change->kind == CHANGE_DELETE;
    CHECK(is_deletion || change->kind == CHANGE_EDIT);
    if (!judge_change(&writer->db, change)) {
        return false;
    }
    bool is_done = is_deletion ? message->deleted : str_eq(message->body, change->body);
    if (op->err.kind != ERR_NONE || is_done) {
        return true;
    }
    message->body = is_deletion ? S("") : change->body;
    message->deleted = is_deletion;
    if (!note_change(&writer->db, change) || !update_message(&writer->db, change)) {
        return false;
    }
    *ret_changed = true;
    return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Reads a row of the columns that all message queries share. */
static void read_message(const struct sqlite_run *run, struct arena *arena, RoomId room,
                         struct message *ret)
{
    *ret = (struct message){
        .room = room,
        .seq = sqlite_i64(run, 0),
        .rev = sqlite_i64(run, 1),
        .post = sqlite_i64(run, 2),
        .author = sqlite_i64(run, 3),
        .author_name = sqlite_str(run, arena, 4),
        .author_handle = sqlite_str(run, arena, 11),
        .nonce = sqlite_str(run, arena, 5),
        .created_ms = sqlite_i64(run, 6),
        .body = sqlite_str(run, arena, 7),
        .edited_ms = sqlite_i64(run, 8),
        .deleted = sqlite_i64(run, 9) != 0,
        .event = (enum change_kind)sqlite_i64(run, 10),
    };
}

static bool read_head(struct sqlite_db *db, RoomId room, Seq *ret_seq, PostNo *ret_post,
                      struct err *err)
{
    struct sqlite_run run;
    bool is_found = false;
    sqlite_run(&run, db, SQL_ROOM_HEAD, err);
    sqlite_bind_i64(&run, room);
    if (sqlite_row(&run)) {
        is_found = true;
        *ret_seq = sqlite_i64(&run, 0);
        *ret_post = sqlite_i64(&run, 1);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_found || err_set(err, ERR_MISSING, "no room %lld", (long long)room);
}

/* Reads up to `limit` messages before or after an anchor into `items`, in the order of the query;
 * *ret_has_more: there was one beyond. */
static bool read_side(struct sqlite_db *db, struct store_message_page *page,
                      enum sql_query_id query, Seq anchor, int limit, struct message *items,
                      size_t *ret_count, bool *ret_has_more)
{
    struct sqlite_run run;
    *ret_count = 0;
    *ret_has_more = false;
    sqlite_run(&run, db, query, &page->op.err);
    sqlite_bind_i64(&run, page->room);
    sqlite_bind_i64(&run, anchor);
    sqlite_bind_i64(&run, limit + 1);
    while (sqlite_row(&run)) {
        if (*ret_count == (size_t)limit) {
            *ret_has_more = true;
            continue;
        }
        read_message(&run, &page->op.arena, page->room, &items[(*ret_count)++]);
    }
    return sqlite_done(&run);
}

static void reverse(struct message *items, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct message swapped = items[i];
        items[i] = items[count - 1 - i];
        items[count - 1 - i] = swapped;
    }
}

/* Where a page lies: up to `older` messages below `below`, and up to `newer` above `above`. One
 * more is read on each side, to tell whether there is more. */
struct page_span {
    Seq below, above;
    int older, newer;
};

static struct page_span page_span(const struct store_message_page *page)
{
    switch (page->from) {
    case STORE_PAGE_NEWEST:
        return (struct page_span){.below = INT64_MAX, .above = INT64_MAX, .older = page->limit};
    case STORE_PAGE_BEFORE:
        return (struct page_span){.below = page->seq, .above = page->seq - 1, .older = page->limit};
    case STORE_PAGE_AFTER:
        return (struct page_span){
            .below = MIN(page->seq, INT64_MAX - 1) + 1, .above = page->seq, .newer = page->limit};
    case STORE_PAGE_AROUND:
        return (struct page_span){.below = MIN(page->seq, INT64_MAX - 1) + 1,
                                  .above = page->seq,
                                  .older = (page->limit + 1) / 2,
                                  .newer = page->limit}; /* what the older ones leave of it */
    }
    UNREACHABLE("no such kind of page");
}

/* Older messages come newest first from the index and are turned around. */
bool sqlite_messages_page(struct sqlite_db *db, struct store_op *op)
{
    struct store_message_page *page = CONTAINER_OF(op, struct store_message_page, op);
    CHECK(page->limit >= 1 && page->limit <= 100);
    CHECK(page->seq >= 0 || page->from == STORE_PAGE_NEWEST);
    struct message *items = arena_new(&page->op.arena, struct message, (size_t)page->limit);
    struct page_span span = page_span(page);
    size_t older = 0;
    size_t newer = 0;
    if (!read_head(db, page->room, &page->last_seq, &page->last_post, &page->op.err) ||
        !read_side(db, page, SQL_PAGE_BEFORE, span.below, span.older, items, &older,
                   &page->has_older)) {
        return false;
    }
    reverse(items, older);
    int left = MIN(span.newer, page->limit - (int)older);
    if (!read_side(db, page, SQL_PAGE_AFTER, span.above, left, items + older, &newer,
                   &page->has_newer)) {
        return false;
    }
    page->messages = (Messages){.items = items, .count = older + newer};
    return true;
}

bool sqlite_messages_get(struct sqlite_db *db, struct store_op *op)
{
    struct store_message_get *get = CONTAINER_OF(op, struct store_message_get, op);
    struct sqlite_run run;
    bool is_found = false;
    sqlite_run(&run, db, SQL_MESSAGE_GET, &get->op.err);
    sqlite_bind_i64(&run, get->room);
    sqlite_bind_i64(&run, get->seq);
    if (sqlite_row(&run)) {
        is_found = true;
        read_message(&run, &get->op.arena, get->room, &get->message);
    }
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_found || err_set(&get->op.err, ERR_MISSING, "no message %lld in room %lld",
                               (long long)get->seq, (long long)get->room);
}

bool sqlite_messages_replay(struct sqlite_db *db, struct store_op *op)
{
    struct store_replay *replay = CONTAINER_OF(op, struct store_replay, op);
    struct sqlite_run run;
    size_t count = 0;
    CHECK(replay->after_seq >= 0);
    if (!read_head(db, replay->room, &replay->last_seq, &replay->last_post, &replay->op.err)) {
        return false;
    }
    replay->needs_reset = replay->after_seq > replay->last_seq ||
                          replay->last_seq - replay->after_seq > LIMIT_REPLAY_CHANGES;
    if (replay->needs_reset) {
        return true;
    }
    /* Each number after the cursor is one message, or one change that names at most one. */
    size_t most = (size_t)(replay->last_seq - replay->after_seq);
    struct message *items = arena_new(&replay->op.arena, struct message, most + 1);
    sqlite_run(&run, db, SQL_REPLAY, &replay->op.err);
    sqlite_bind_i64(&run, replay->room);
    sqlite_bind_i64(&run, replay->after_seq);
    while (sqlite_row(&run)) {
        CHECK(count < most);
        read_message(&run, &replay->op.arena, replay->room, &items[count++]);
    }
    replay->messages = (Messages){.items = items, .count = count};
    return sqlite_done(&run);
}
