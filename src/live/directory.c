/* directory.c -- a look-up goes: session (memory or store), then rooms (memory or store), then done.
 *
 * Reads under way are shared: the first asker starts one, the others hang themselves onto it. A read
 * that an invalidation has overtaken still answers those who asked before, but is not remembered.
 * SPDX-License-Identifier: MIT */
#include "live/directory.h"

#include <string.h>

#include "base/mem.h"
#include "base/metrics.h"
#include "base/limits.h"
#include "live/errand.h"

/* A read of a session, or of a person's rooms. */
struct dir_read {
    struct errand errand;
    struct directory *directory;
    uint64_t generation;
    struct dir_lookup *waiting;
    uint8_t key[STORE_TOKEN_HASH_LEN + 1]; /* in directory->reads */
    uint8_t key_len;
    union {
        struct store_session_find session;
        struct store_room_list rooms;
    } op;
};

static void find_rooms(struct directory *directory, struct dir_lookup *lookup);

void directory_init(struct directory *directory, struct loop *loop, struct store *store)
{
    *directory = (struct directory){.loop = loop, .store = store};
    list_init(&directory->session_order);
    list_init(&directory->rooms_order);
}

/* --- values ----------------------------------------------------------------------------------- */

/* Each is one allocation of exact size: whoever is online keeps theirs for as long. */

static Str pack(char **at, Str s)
{
    Str packed = {.data = *at, .len = s.len};
    if (s.len > 0) {
        memcpy(*at, s.data, s.len);
    }
    *at += s.len;
    return packed;
}

static struct dir_session *session_make(const struct store_session_find *found, Millis now)
{
    size_t strings = found->person.handle.len + found->person.name.len +
                     found->person.shown_handle.len;
    struct dir_session *session = mem_zalloc(sizeof(*session) + strings);
    char *at = session->strings;
    session->refs = 1;
    memcpy(session->token_hash, found->token_hash, STORE_TOKEN_HASH_LEN);
    session->person = found->person;
    session->person.handle = pack(&at, found->person.handle);
    session->person.name = pack(&at, found->person.name);
    session->person.shown_handle = pack(&at, found->person.shown_handle);
    session->expires_ms = found->expires_ms;
    session->seen_ms = found->seen_ms;
    session->loaded_ms = now;
    return session;
}

static struct dir_rooms *rooms_make(const struct store_room_list *list, Millis now)
{
    size_t strings = 0;
    for (size_t i = 0; i < list->room_count; i++) {
        strings += list->rooms[i].name.len + list->rooms[i].topic.len;
    }
    struct dir_rooms *rooms =
        mem_zalloc(sizeof(*rooms) + list->room_count * sizeof(rooms->items[0]) + strings);
    char *at = (char *)(rooms->items + list->room_count);
    rooms->refs = 1;
    rooms->person = list->person;
    rooms->loaded_ms = now;
    rooms->count = list->room_count;
    for (size_t i = 0; i < list->room_count; i++) {
        rooms->items[i] = list->rooms[i];
        rooms->items[i].name = pack(&at, list->rooms[i].name);
        rooms->items[i].topic = pack(&at, list->rooms[i].topic);
    }
    return rooms;
}

struct dir_session *dir_session_ref(struct dir_session *session)
{
    session->refs++;
    return session;
}

void dir_session_unref(struct dir_session *session)
{
    if (session != NULL && --session->refs == 0) {
        mem_free(session);
    }
}

struct dir_rooms *dir_rooms_ref(struct dir_rooms *rooms)
{
    rooms->refs++;
    return rooms;
}

void dir_rooms_unref(struct dir_rooms *rooms)
{
    if (rooms != NULL && --rooms->refs == 0) {
        mem_free(rooms);
    }
}

const struct room_entry *dir_rooms_get(const struct dir_rooms *rooms, RoomId room)
{
    for (size_t i = 0; i < rooms->count; i++) {
        if (rooms->items[i].id == room) {
            return &rooms->items[i];
        }
    }
    return NULL;
}

/* --- keeping and forgetting --------------------------------------------------------------------- */

static Str session_key(const uint8_t *token_hash)
{
    return str_of(token_hash, STORE_TOKEN_HASH_LEN);
}

static void forget_session(struct directory *directory, struct dir_session *session)
{
    (void)map_remove(&directory->sessions, session_key(session->token_hash));
    list_remove(&session->node);
    dir_session_unref(session);
}

static void forget_rooms(struct directory *directory, struct dir_rooms *rooms)
{
    (void)map_remove_i64(&directory->rooms, rooms->person);
    list_remove(&rooms->node);
    dir_rooms_unref(rooms);
}

static void keep_session(struct directory *directory, struct dir_session *session)
{
    struct dir_session *old = map_get(&directory->sessions, session_key(session->token_hash));
    if (old != NULL) {
        forget_session(directory, old);
    }
    if (directory->sessions.len >= LIMIT_DIRECTORY) {
        forget_session(directory,
                       CONTAINER_OF(list_first(&directory->session_order), struct dir_session, node));
    }
    (void)map_put(&directory->sessions, session_key(session->token_hash), dir_session_ref(session));
    list_push_back(&directory->session_order, &session->node);
}

static void keep_rooms(struct directory *directory, struct dir_rooms *rooms)
{
    struct dir_rooms *old = map_get_i64(&directory->rooms, rooms->person);
    if (old != NULL) {
        forget_rooms(directory, old);
    }
    if (directory->rooms.len >= LIMIT_DIRECTORY) {
        forget_rooms(directory,
                     CONTAINER_OF(list_first(&directory->rooms_order), struct dir_rooms, node));
    }
    (void)map_put_i64(&directory->rooms, rooms->person, dir_rooms_ref(rooms));
    list_push_back(&directory->rooms_order, &rooms->node);
}

void directory_drop_session(struct directory *directory, const uint8_t *token_hash)
{
    struct dir_session *session = map_get(&directory->sessions, session_key(token_hash));
    directory->generation++;
    directory->endings++;
    if (session != NULL) {
        forget_session(directory, session);
    }
}

static void drop_all_rooms(struct directory *directory)
{
    LIST_EACH(node, next, &directory->rooms_order) {
        forget_rooms(directory, CONTAINER_OF(node, struct dir_rooms, node));
    }
}

/* Sessions hold the person's name and state. There is no index by person: all are walked. */
static void drop_sessions_of(struct directory *directory, PersonId person)
{
    LIST_EACH(node, next, &directory->session_order) {
        struct dir_session *session = CONTAINER_OF(node, struct dir_session, node);
        if (session->person.id == person) {
            forget_session(directory, session);
        }
    }
}

void directory_drop_person(struct directory *directory, PersonId person)
{
    directory->generation++;
    if (person == 0) {
        drop_all_rooms(directory);
        return;
    }
    directory_drop_rooms(directory, person);
    drop_sessions_of(directory, person);
}

/* The key of a read in directory->reads. */
static size_t read_key(uint8_t key[STORE_TOKEN_HASH_LEN + 1], char kind, const void *id, size_t id_len)
{
    key[0] = (uint8_t)kind;
    memcpy(key + 1, id, id_len);
    return id_len + 1;
}

/* A read of the person's rooms that is under way began before what has just happened. */
static void overtake_rooms(struct directory *directory, PersonId person)
{
    uint8_t key[STORE_TOKEN_HASH_LEN + 1];
    size_t key_len = read_key(key, 'r', &person, sizeof(person));
    struct dir_read *read = map_get(&directory->reads, str_of(key, key_len));
    if (read != NULL) {
        read->generation = directory->generation - 1;
    }
}

void directory_note_read(struct directory *directory, PersonId person, RoomId room, PostNo post)
{
    struct dir_rooms *rooms = map_get_i64(&directory->rooms, person);
    overtake_rooms(directory, person);
    for (size_t i = 0; rooms != NULL && i < rooms->count; i++) {
        if (rooms->items[i].id == room) {
            rooms->items[i].read_post = MAX(rooms->items[i].read_post, post);
        }
    }
}

void directory_drop_rooms(struct directory *directory, PersonId person)
{
    struct dir_rooms *rooms = map_get_i64(&directory->rooms, person);
    overtake_rooms(directory, person);
    if (rooms != NULL) {
        forget_rooms(directory, rooms);
    }
}

void directory_end_membership(struct directory *directory, PersonId person)
{
    directory->endings++;
    directory_drop_person(directory, person);
}

void directory_finish(struct directory *directory)
{
    CHECK_EQ(directory->reads.len, 0); /* the store is closed before */
    drop_all_rooms(directory);
    LIST_EACH(node, next, &directory->session_order) {
        forget_session(directory, CONTAINER_OF(node, struct dir_session, node));
    }
    map_finish(&directory->sessions);
    map_finish(&directory->rooms);
    map_finish(&directory->reads);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void finish(struct dir_lookup *lookup, enum err_kind error)
{
    lookup->error = error;
    if (error != ERR_NONE) {
        dir_session_unref(lookup->session);
        lookup->session = NULL;
    }
    lookup->done(lookup);
}

/* Joins a read of `key` that is under way, or returns a new one, registered, for the caller to start;
 * null when it joined. */
static struct dir_read *join_read(struct directory *directory, struct dir_lookup *lookup, char kind,
                                  const void *id, size_t id_len)
{
    uint8_t key[STORE_TOKEN_HASH_LEN + 1];
    Str name = str_of(key, read_key(key, kind, id, id_len));
    struct dir_read *read = map_get(&directory->reads, name);
    bool is_new = read == NULL || read->generation != directory->generation;
    if (is_new) {
        read = mem_new(struct dir_read);
        read->directory = directory;
        read->generation = directory->generation;
        memcpy(read->key, key, name.len);
        read->key_len = (uint8_t)name.len;
        (void)map_put(&directory->reads, name, read); /* replaces one that was overtaken */
    }
    lookup->next = read->waiting;
    read->waiting = lookup;
    metrics_add(directory_misses_total, 1);
    return is_new ? read : NULL;
}

/* Takes a finished read off the books; the waiting askers are returned. */
static struct dir_lookup *leave_read(struct dir_read *read)
{
    Str name = str_of(read->key, read->key_len);
    if (map_get(&read->directory->reads, name) == read) {
        (void)map_remove(&read->directory->reads, name);
    }
    return read->waiting;
}

/* A session on its way out of the store. */
struct expiry {
    struct errand errand;
    struct store_session_end end;
};

static void expired(struct errand *errand)
{
    struct expiry *expiry = CONTAINER_OF(errand, struct expiry, errand);
    arena_finish(&expiry->end.op.arena);
    mem_free(expiry); /* had it failed, whoever asks next would find the session expired again */
}

/* Else a clock that is set back would revive it. Only what the store itself said is believed here: what is
 * remembered may be older than the last use. */
static void remove_expired(struct directory *directory, const uint8_t *token_hash)
{
    struct expiry *expiry = mem_new(struct expiry);
    memcpy(expiry->end.token_hash, token_hash, STORE_TOKEN_HASH_LEN);
    errand_start(&expiry->errand, directory->loop, directory->store, &expiry->end.op,
                 STORE_SESSION_END, expired);
}

static void session_read(struct errand *errand)
{
    struct dir_read *read = CONTAINER_OF(errand, struct dir_read, errand);
    struct directory *directory = read->directory;
    const struct store_session_find *find = &read->op.session;
    struct store_op *op = &read->op.session.op;
    struct dir_lookup *lookup = leave_read(read);
    enum err_kind error = op->err.kind;
    struct dir_session *session = NULL;
    if (error == ERR_NONE) {
        session = session_make(&read->op.session, loop_now(directory->loop));
        if (read->generation == directory->generation) {
            keep_session(directory, session);
        }
    }
    if (error == ERR_MISSING && find->expires_ms != 0 && find->expires_ms <= find->now_ms) {
        remove_expired(directory, find->token_hash);
    }
    arena_finish(&op->arena);
    mem_free(read);
    while (lookup != NULL) {
        struct dir_lookup *next = lookup->next;
        if (session != NULL) {
            lookup->session = dir_session_ref(session);
            find_rooms(directory, lookup);
        } else {
            finish(lookup, error);
        }
        lookup = next;
    }
    dir_session_unref(session);
}

static void rooms_read(struct errand *errand)
{
    struct dir_read *read = CONTAINER_OF(errand, struct dir_read, errand);
    struct directory *directory = read->directory;
    struct store_op *op = &read->op.rooms.op;
    struct dir_lookup *lookup = leave_read(read);
    enum err_kind error = op->err.kind;
    struct dir_rooms *rooms = rooms_make(&read->op.rooms, loop_now(directory->loop));
    if (error == ERR_NONE && read->generation == directory->generation) {
        keep_rooms(directory, rooms);
    }
    arena_finish(&op->arena);
    mem_free(read);
    while (lookup != NULL) {
        struct dir_lookup *next = lookup->next;
        if (error == ERR_NONE) {
            lookup->rooms = dir_rooms_ref(rooms);
        }
        finish(lookup, error);
        lookup = next;
    }
    dir_rooms_unref(rooms);
}

static bool is_fresh(const struct directory *directory, Millis loaded_ms)
{
    return loop_now(directory->loop) - loaded_ms < LIMIT_DIRECTORY_MS;
}

static void find_rooms(struct directory *directory, struct dir_lookup *lookup)
{
    PersonId person = lookup->session->person.id;
    struct dir_rooms *rooms = map_get_i64(&directory->rooms, person);
    if (rooms != NULL && is_fresh(directory, rooms->loaded_ms)) {
        metrics_add(directory_hits_total, 1);
        lookup->rooms = dir_rooms_ref(rooms);
        finish(lookup, ERR_NONE);
        return;
    }
    struct dir_read *read = join_read(directory, lookup, 'r', &person, sizeof(person));
    if (read != NULL) {
        read->op.rooms.person = person;
        errand_start(&read->errand, directory->loop, directory->store, &read->op.rooms.op,
                     STORE_ROOM_LIST, rooms_read);
    }
}

void directory_find(struct directory *directory, struct dir_lookup *lookup)
{
    struct dir_session *session = map_get(&directory->sessions, session_key(lookup->token_hash));
    lookup->directory = directory;
    lookup->session = NULL;
    lookup->rooms = NULL;
    if (session != NULL && is_fresh(directory, session->loaded_ms)) {
        metrics_add(directory_hits_total, 1);
        lookup->session = dir_session_ref(session);
        find_rooms(directory, lookup);
        return;
    }
    struct dir_read *read =
        join_read(directory, lookup, 's', lookup->token_hash, STORE_TOKEN_HASH_LEN);
    if (read != NULL) {
        memcpy(read->op.session.token_hash, lookup->token_hash, STORE_TOKEN_HASH_LEN);
        read->op.session.now_ms = clock_wall_ms();
        errand_start(&read->errand, directory->loop, directory->store, &read->op.session.op,
                     STORE_SESSION_FIND, session_read);
    }
}
