/* sqlite_verbs.c -- see sqlite_verbs.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_verbs.h"

#include "base/limits.h"
#include "base/metrics.h"

/* One of the two is set. */
struct verb {
    bool (*write)(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed);
    bool (*read)(struct sqlite_db *db, struct store_op *op);
};

static const struct verb verbs[STORE_VERB_COUNT] = {
#define WRITE(function)                                                                            \
    {                                                                                              \
        .write = sqlite_##function                                                                 \
    }
#define READ(function)                                                                             \
    {                                                                                              \
        .read = sqlite_##function                                                                  \
    }
#define X(verb, kind, function) [STORE_##verb] = kind(function),
    SQLITE_VERBS(X)
#undef X
#undef READ
#undef WRITE
};

bool sqlite_is_write(enum store_verb verb)
{
    CHECK(verb < STORE_VERB_COUNT);
    return verbs[verb].write != NULL;
}

size_t sqlite_cost(const struct store_op *op)
{
    if (op->verb == STORE_POST) {
        return CONTAINER_OF(op, struct store_post, op)->body.len;
    }
    if (op->verb == STORE_MESSAGE_CHANGE) {
        return CONTAINER_OF(op, struct store_message_change, op)->body.len;
    }
    return 0;
}

bool sqlite_write(struct sqlite_writer *writer, struct store_op *op, bool *ret_changed)
{
    CHECK(sqlite_is_write(op->verb));
    *ret_changed = false;
    op->err = (struct err){0};
    return verbs[op->verb].write(writer, op, ret_changed);
}

void sqlite_read(struct sqlite_db *db, struct store_op *op)
{
    CHECK(!sqlite_is_write(op->verb));
    op->err = (struct err){0};
    metrics_add(store_reads_total, 1);
    db->read_deadline_ms = clock_mono_ms() + LIMIT_READ_MS;
    if (!sqlite_db_exec(db, "BEGIN", &op->err)) {
        return;
    }
    (void)verbs[op->verb].read(db, op); /* op->err says how it ended */
    db->read_deadline_ms = 0;
    sqlite_db_try(db, "COMMIT"); /* nothing was written: it only ends the view */
}

/* --- shared ----------------------------------------------------------------------------------- */

bool sqlite_next_id(struct sqlite_db *db, Str counter, int64_t *ret_id, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_COUNTER_NEXT, err);
    sqlite_bind_str(&run, counter);
    if (sqlite_row(&run)) {
        *ret_id = sqlite_i64(&run, 0);
    }
    return sqlite_done(&run);
}

bool sqlite_count_people(struct sqlite_db *db, int64_t room, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_ROOM_COUNT_PEOPLE, err);
    sqlite_bind_i64(&run, room);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

/* One more in each. */
static bool count_newcomer(struct sqlite_db *db, struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_OPEN_ROOMS_GROW, err);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_join_all(struct sqlite_db *db, enum sql_query_id query, int64_t id, Millis now,
                     struct err *err)
{
    struct sqlite_run run;
    bool is_person = query == SQL_PERSON_JOIN_OPEN_ROOMS;
    CHECK(is_person || query == SQL_ROOM_JOIN_EVERYBODY);
    sqlite_run(&run, db, query, err);
    sqlite_bind_i64(&run, id);
    sqlite_bind_i64(&run, now);
    (void)sqlite_row(&run);
    if (!sqlite_done(&run)) {
        return false;
    }
    return is_person ? count_newcomer(db, err) : sqlite_count_people(db, id, err);
}
