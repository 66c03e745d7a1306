/* sqlite_names.c -- see sqlite_names.h.
 * SPDX-License-Identifier: MIT */
#include "store/sqlite_names.h"

#include "chat/person_name.h"

enum { FILLED_AT_ONCE = 500 };

/* Whether somebody else is shown by a name of this key alone. */
static bool is_key_taken(struct sqlite_db *db, PersonId person, Str key, bool *ret_taken,
                         struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_WITH_BARE_NAME, err);
    sqlite_bind_str(&run, key);
    sqlite_bind_i64(&run, person);
    *ret_taken = sqlite_row(&run);
    return sqlite_done(&run);
}

static bool set_key(struct sqlite_db *db, PersonId person, Str key, bool shows_handle,
                    struct err *err)
{
    struct sqlite_run run;
    sqlite_run(&run, db, SQL_PERSON_SET_NAME_KEY, err);
    sqlite_bind_i64(&run, person);
    sqlite_bind_str(&run, key);
    sqlite_bind_i64(&run, shows_handle);
    (void)sqlite_row(&run);
    return sqlite_done(&run);
}

bool sqlite_names_settle(struct sqlite_db *db, PersonId person, Str name, struct err *err)
{
    struct arena arena = {0};
    bool is_taken;
    Str key = person_name_skeleton(&arena, name);
    bool is_sound = is_key_taken(db, person, key, &is_taken, err) &&
                    set_key(db, person, key, is_taken || person_name_has_at(&arena, name), err);
    arena_finish(&arena);
    return is_sound;
}

/* Reads first and writes then, so that no cursor stands on the index that is written. */
static bool fill_some(struct sqlite_db *db, struct arena *arena, size_t *ret_count, struct err *err)
{
    struct sqlite_run run;
    PersonId *people = arena_new(arena, PersonId, FILLED_AT_ONCE);
    Str *names = arena_new(arena, Str, FILLED_AT_ONCE);
    size_t count = 0;
    sqlite_run(&run, db, SQL_PERSON_WITHOUT_KEY, err);
    sqlite_bind_i64(&run, FILLED_AT_ONCE);
    while (sqlite_row(&run)) {
        people[count] = sqlite_i64(&run, 0);
        names[count++] = sqlite_str(&run, arena, 1);
    }
    bool is_sound = sqlite_done(&run);
    for (size_t i = 0; is_sound && i < count; i++) {
        is_sound = sqlite_names_settle(db, people[i], names[i], err);
    }
    *ret_count = count;
    return is_sound;
}

bool sqlite_names_fill(struct sqlite_db *db, struct err *err)
{
    size_t count = FILLED_AT_ONCE;
    while (count == FILLED_AT_ONCE) {
        struct arena arena = {0};
        bool is_sound = sqlite_db_exec(db, "BEGIN IMMEDIATE", err);
        if (is_sound &&
            !(fill_some(db, &arena, &count, err) && sqlite_db_exec(db, "COMMIT", err))) {
            sqlite_db_try(db, "ROLLBACK"); /* the first error is the one to report */
            is_sound = false;
        }
        arena_finish(&arena);
        if (!is_sound) {
            return err_wrap(err, "names");
        }
    }
    return true;
}
