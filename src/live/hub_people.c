/* hub_people.c -- the people with sockets on this loop: their limits, counters and hints.
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "live/live_socket.h"
#include "live/render.h"

/* --- coming and going ------------------------------------------------------------------------------- */

static struct hub_person *person_use(struct hub *hub, PersonId id)
{
    struct hub_person *person = map_get_i64(&hub->people, id);
    if (person == NULL) {
        person = mem_new(struct hub_person);
        person->id = id;
        list_init(&person->sockets);
        (void)map_put_i64(&hub->people, id, person);
    }
    return person;
}

/* --- the limit of sockets, which counts over all loops ------------------------------------------------ */

struct excess_letter {
    struct mail mail;
    struct hub *hub;
    PersonId person;
};

static void close_oldest(struct loop *loop, struct mail *mail)
{
    struct excess_letter *letter = CONTAINER_OF(mail, struct excess_letter, mail);
    struct hub_person *person = map_get_i64(&letter->hub->people, letter->person);
    struct live_socket *oldest = NULL;
    (void)loop;
    if (person != NULL) {
        LIST_EACH(node, next, &person->sockets) {
            struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
            if (oldest == NULL && socket->is_counted) {
                oldest = socket;
            }
        }
    }
    if (oldest != NULL) {
        oldest->is_counted = false; /* since the decision */
        live_socket_close(oldest, WS_CLOSE_TOO_MANY, "too many pages open");
    }
    mem_free(letter);
}

static void send_excess(struct hub *hub, PersonId person)
{
    struct excess_letter *letter = mem_new(struct excess_letter);
    letter->mail.deliver = close_oldest;
    letter->hub = hub;
    letter->person = person;
    mailbox_send(hub->loop, &letter->mail);
}

bool hub_person_enter(struct live_socket *socket)
{
    struct hub *hub = socket->hub;
    PersonId id = socket->session->person.id;
    int excess;
    if (!person_limits_open(&hub->live->limits, id, loop_index(hub->loop), loop_now(hub->loop), &excess)) {
        return false;
    }
    struct hub_person *person = person_use(hub, id);
    socket->person = person;
    socket->is_counted = true;
    list_push_back(&person->sockets, &socket->person_node);
    person->socket_count++;
    if (excess >= 0) {
        send_excess(hub->live->hubs[excess], id);
    }
    return true;
}

void hub_person_uncount(struct live_socket *socket)
{
    struct hub *hub = socket->hub;
    if (socket->is_counted) {
        socket->is_counted = false;
        person_limits_close(&hub->live->limits, socket->person->id, loop_index(hub->loop),
                            loop_now(hub->loop));
    }
}

void hub_person_leave(struct live_socket *socket)
{
    struct hub_person *person = socket->person;
    if (person == NULL) {
        return;
    }
    hub_person_uncount(socket);
    list_remove(&socket->person_node);
    socket->person = NULL;
    if (--person->socket_count == 0) {
        (void)map_remove_i64(&socket->hub->people, person->id);
        mem_free(person);
    }
}

void hub_end_session(struct hub *hub, PersonId id, const uint8_t *token_hash)
{
    struct hub_person *person = map_get_i64(&hub->people, id);
    if (person == NULL) {
        return;
    }
    LIST_EACH(node, next, &person->sockets) {
        struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
        if (memcmp(socket->session->token_hash, token_hash, STORE_TOKEN_HASH_LEN) == 0) {
            live_socket_close(socket, WS_CLOSE_NO_SESSION, "signed out");
        }
    }
}

void hub_end_membership(struct hub *hub, PersonId id, RoomId room)
{
    struct hub_person *person = map_get_i64(&hub->people, id);
    if (person == NULL) {
        return;
    }
    LIST_EACH(node, next, &person->sockets) {
        struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
        if (socket->room != NULL && socket->room->id == room) {
            live_socket_close(socket, WS_CLOSE_NO_ROOM, "no longer in this room");
        }
    }
}

bool hub_is_here(const struct hub *hub, PersonId id, RoomId room)
{
    struct hub_person *person = map_get_i64(&hub->people, id);
    if (person == NULL) {
        return false;
    }
    LIST_EACH(node, next, &person->sockets) {
        const struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
        if (socket->room != NULL && socket->room->id == room) {
            return true;
        }
    }
    return false;
}

/* --- counters and hints ------------------------------------------------------------------------------- */

static void put_counter(struct buf *markup, RoomId room, PostNo last_post)
{
    buf_printf(markup, "<b id=u%lld data-post=%lld hx-swap-oob=true></b>", (long long)room,
               (long long)last_post);
}

void hub_send_counters(struct live_socket *socket, const struct dir_rooms *rooms)
{
    struct buf markup = {0};
    for (size_t i = 0; i < rooms->count; i++) {
        const struct room_entry *room = &rooms->items[i];
        put_counter(&markup, room->id, hub_last_post(socket->hub, room->id, room->last_post));
    }
    if (markup.len > 0) {
        struct blob *frame = render_private(buf_str(&markup));
        live_socket_send_counters(socket, frame);
        blob_unref(frame);
    }
    buf_finish(&markup);
}

/* Somebody's room list on its way, because the directory has forgotten it: each of their own read
 * marks makes it do so. */
struct rooms_ask {
    struct dir_lookup lookup;
    struct hub *hub;
    PersonId person;
};

static void send_counters_to(struct hub_person *person, const struct dir_rooms *rooms)
{
    LIST_EACH(node, next, &person->sockets) {
        hub_send_counters(CONTAINER_OF(node, struct live_socket, person_node), rooms);
    }
}

static void rooms_known(struct dir_lookup *lookup)
{
    struct rooms_ask *ask = CONTAINER_OF(lookup, struct rooms_ask, lookup);
    struct hub_person *person = map_get_i64(&ask->hub->people, ask->person);
    if (person != NULL) {
        person->is_asking = false;
    }
    if (lookup->error == ERR_NONE) {
        if (person != NULL) {
            send_counters_to(person, lookup->rooms);
        }
        dir_session_unref(lookup->session);
        dir_rooms_unref(lookup->rooms);
    }
    mem_free(ask);
}

/* A socket whose session holds, as far as is known; null: all are on their way out. */
static const struct live_socket *lasting_socket(struct hub_person *person)
{
    LIST_EACH(node, next, &person->sockets) {
        const struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
        if (socket->state != LIVE_ENDING) {
            return socket;
        }
    }
    return NULL;
}

static void ask_rooms(struct hub *hub, struct hub_person *person)
{
    const struct live_socket *any = lasting_socket(person);
    if (any == NULL || person->is_asking || hub->is_draining) {
        return;
    }
    struct rooms_ask *ask = mem_new(struct rooms_ask);
    person->is_asking = true;
    ask->hub = hub;
    ask->person = person->id;
    ask->lookup.done = rooms_known;
    memcpy(ask->lookup.token_hash, any->session->token_hash, STORE_TOKEN_HASH_LEN);
    directory_find(&hub->directory, &ask->lookup);
}

/* The same bytes for each of a person's sockets. */
static void hint_person(struct hub *hub, struct hub_person *person, const struct map *hints)
{
    struct dir_rooms *rooms = map_get_i64(&hub->directory.rooms, person->id);
    if (rooms == NULL) {
        ask_rooms(hub, person);
        return;
    }
    struct buf markup = {0};
    for (size_t i = 0; i < rooms->count; i++) {
        const struct hint *hint = map_get_i64(hints, rooms->items[i].id);
        if (hint != NULL) {
            put_counter(&markup, hint->room, hint->last_post);
        }
    }
    if (markup.len > 0) {
        struct blob *frame = render_private(buf_str(&markup));
        LIST_EACH(node, next, &person->sockets) {
            struct live_socket *socket = CONTAINER_OF(node, struct live_socket, person_node);
            if (!live_socket_send_hint(socket, frame)) {
                hub_send_counters(socket, rooms); /* it has not taken the last: one frame with all */
            }
        }
        blob_unref(frame);
    }
    buf_finish(&markup);
}

static void remember_last_posts(struct hub *hub, const struct map *hints)
{
    size_t pos = 0;
    void *value;
    while (map_next(hints, &pos, &value)) {
        const struct hint *hint = value;
        (void)map_put_i64(&hub->last_posts, hint->room, (void *)(intptr_t)hint->last_post);
    }
}

void hub_free_hints(struct map *hints)
{
    size_t pos = 0;
    void *hint;
    while (map_next(hints, &pos, &hint)) {
        mem_free(hint);
    }
    map_finish(hints);
    *hints = (struct map){0};
}

static void list_people(struct hub *hub)
{
    if (hub->told_cap < hub->people.len) {
        hub->told_cap = hub->people.len + hub->people.len / 2;
        hub->told = mem_grow(hub->told, hub->told_cap, sizeof(PersonId));
    }
    size_t pos = 0;
    void *person;
    hub->told_next = hub->told_count = 0;
    while (map_next(&hub->people, &pos, &person)) {
        hub->told[hub->told_count++] = ((struct hub_person *)person)->id;
    }
}

void hub_begin_hints(struct hub *hub)
{
    if (hub->telling.len > 0) {
        return; /* the last ones are still being told: these gather */
    }
    pthread_mutex_lock(&hub->hints_lock);
    hub->telling = hub->hints;
    hub->hints = (struct map){0};
    pthread_mutex_unlock(&hub->hints_lock);
    if (hub->telling.len > 0) {
        remember_last_posts(hub, &hub->telling);
        list_people(hub);
    }
}

bool hub_tell_hints(struct hub *hub)
{
    if (hub->telling.len == 0) {
        return false;
    }
    for (int i = 0; i < LIMIT_HINTED_A_TURN && hub->told_next < hub->told_count; i++) {
        struct hub_person *person = map_get_i64(&hub->people, hub->told[hub->told_next++]);
        if (person != NULL) {
            hint_person(hub, person, &hub->telling);
        }
    }
    if (hub->told_next < hub->told_count) {
        return true;
    }
    hub_free_hints(&hub->telling);
    return false;
}

/* --- other rooms ------------------------------------------------------------------------------------- */

void hub_note_rooms(struct hub *hub, PersonId id)
{
    struct hub_person *person = map_get_i64(&hub->people, id);
    if (person != NULL) {
        person->has_new_rooms = true;
    }
    hub->has_new_rooms |= person != NULL;
    hub->have_all_new_rooms |= id == 0;
}

static void tell_person(struct hub *hub, struct hub_person *person, struct blob *frame)
{
    if (!person->has_new_rooms && !hub->have_all_new_rooms) {
        return;
    }
    person->has_new_rooms = false;
    LIST_EACH(node, next, &person->sockets) {
        live_socket_send(CONTAINER_OF(node, struct live_socket, person_node), frame, false);
    }
}

void hub_tell_rooms(struct hub *hub)
{
    if (!hub->has_new_rooms && !hub->have_all_new_rooms) {
        return;
    }
    struct blob *frame = render_private(S("<i id=sys data-do=rooms hx-swap-oob=true></i>"));
    size_t pos = 0;
    void *person;
    while (map_next(&hub->people, &pos, &person)) {
        tell_person(hub, person, frame);
    }
    blob_unref(frame);
    hub->has_new_rooms = hub->have_all_new_rooms = false;
}
