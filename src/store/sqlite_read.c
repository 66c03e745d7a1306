/* sqlite_read.c -- the reading verbs, each in one read transaction.
 * SPDX-License-Identifier: MIT */
#include "base/metrics.h"
#include "base/limits.h"
#include "store/sqlite_verbs.h"

#define DAY_MS ((Millis)24 * 60 * 60 * 1000)

/* --- sessions, people, room lists ------------------------------------------------------------- */

static bool find_session(struct sqlite_db *db, struct store_session_find *find)
{
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

static bool find_person(struct sqlite_db *db, struct store_person_find *find)
{
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

static bool list_rooms(struct sqlite_db *db, struct store_room_list *list)
{
    struct sqlite_run run;
    struct arena *arena = &list->op.arena;
    struct room_entry *rooms = arena_new(arena, struct room_entry, LIMIT_ROOMS_PER_PERSON);
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
    list->rooms = rooms;
    list->room_count = count;
    return sqlite_done(&run);
}

/* --- messages --------------------------------------------------------------------------------- */

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
        .nonce = sqlite_str(run, arena, 5),
        .created_ms = sqlite_i64(run, 6),
        .body = sqlite_str(run, arena, 7),
        .edited_ms = sqlite_i64(run, 8),
        .deleted = sqlite_i64(run, 9) != 0,
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
static bool read_page(struct sqlite_db *db, struct store_message_page *page)
{
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

static bool get_message(struct sqlite_db *db, struct store_message_get *get)
{
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

static bool read_replay(struct sqlite_db *db, struct store_replay *replay)
{
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

/* --- dispatch --------------------------------------------------------------------------------- */

static bool run_read(struct sqlite_db *db, struct store_op *op)
{
    switch (op->verb) {
    case STORE_SESSION_FIND:
        return find_session(db, CONTAINER_OF(op, struct store_session_find, op));
    case STORE_PERSON_FIND:
        return find_person(db, CONTAINER_OF(op, struct store_person_find, op));
    case STORE_ROOM_LIST:
        return list_rooms(db, CONTAINER_OF(op, struct store_room_list, op));
    case STORE_MESSAGE_PAGE:
        return read_page(db, CONTAINER_OF(op, struct store_message_page, op));
    case STORE_MESSAGE_GET:
        return get_message(db, CONTAINER_OF(op, struct store_message_get, op));
    case STORE_REPLAY:
        return read_replay(db, CONTAINER_OF(op, struct store_replay, op));
    case STORE_POST:
    case STORE_PERSON_ADD:
    case STORE_ROOM_ADD:
    case STORE_SESSION_ADD:
    case STORE_SESSION_TOUCH:
    case STORE_SESSION_END:
    case STORE_READ_MARK:
    case STORE_VERB_COUNT:
        break;
    }
    UNREACHABLE("a write was given to a reader");
}

void sqlite_read(struct sqlite_db *db, struct store_op *op)
{
    op->err = (struct err){0};
    metrics_add(store_reads_total, 1);
    db->read_deadline_ms = clock_mono_ms() + LIMIT_READ_MS;
    if (!sqlite_db_exec(db, "BEGIN", &op->err)) {
        return;
    }
    (void)run_read(db, op); /* op->err says how it ended */
    db->read_deadline_ms = 0;
    sqlite_db_try(db, "COMMIT"); /* nothing was written: it only ends the view */
}
