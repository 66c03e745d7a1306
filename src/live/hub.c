/* hub.c -- the rooms of one loop, and the letters that bring their changes.
 * SPDX-License-Identifier: MIT */
#include "live/hub.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "live/live_socket.h"

static bool turn_end(struct loop_hook *hook);
static void tick(struct loop_timer *timer);
static void room_drop(struct hub_room *room);

struct hub *hub_create(struct live *live, struct loop *loop)
{
    struct hub *hub = mem_new(struct hub);
    hub->live = live;
    hub->loop = loop;
    list_init(&hub->rooms_list);
    list_init(&hub->dirty);
    pthread_mutex_init(&hub->hints_lock, NULL);
    interest_init(&hub->interest, &live->interest, loop_index(loop));
    directory_init(&hub->directory, loop, live->store);
    hub->hook.run = turn_end;
    loop_add_hook(loop, &hub->hook);
    loop_timer_start(loop, &hub->tick, LIMIT_HINT_MS, LIMIT_HINT_MS, tick);
    return hub;
}

void hub_destroy(struct hub *hub)
{
    loop_timer_stop(&hub->tick);
    LIST_EACH(node, next, &hub->rooms_list) {
        room_drop(CONTAINER_OF(node, struct hub_room, node));
    }
    CHECK_EQ(hub->people.len, 0); /* sockets hold people; they were closed before the loop ended */
    map_finish(&hub->rooms);
    map_finish(&hub->people);
    map_finish(&hub->last_posts);
    map_finish(&hub->last_posts_before);
    read_marks_finish(&hub->read_marks);
    directory_finish(&hub->directory);
    hub_free_hints(&hub->hints);
    hub_free_hints(&hub->telling);
    mem_free(hub->told);
    map_finish(&hub->posted);
    mem_free(hub->writers);
    pthread_mutex_destroy(&hub->hints_lock);
    mem_free(hub);
}

static bool turn_end(struct loop_hook *hook)
{
    struct hub *hub = CONTAINER_OF(hook, struct hub, hook);
    bool has_more_hints = hub_tell_hints(hub);
    return hub_flush(hub) || has_more_hints;
}

/* --- rooms ---------------------------------------------------------------------------------------- */

struct hub_room *hub_room_use(struct hub *hub, RoomId id)
{
    struct hub_room *room = map_get_i64(&hub->rooms, id);
    if (room == NULL) {
        room = mem_new(struct hub_room);
        room->id = id;
        room->hub = hub;
        (void)map_put_i64(&hub->rooms, id, room);
        list_push_back(&hub->rooms_list, &room->node);
        interest_add(&hub->interest, id); /* before anything of the room is read */
        metrics_add(rooms_watched, 1);
    }
    room->used_ms = loop_now(hub->loop);
    return room;
}

void hub_room_set_head(struct hub_room *room, Seq head)
{
    if (!room->has_head) {
        room_log_init(&room->log, head);
        room->has_head = true;
    }
}

void hub_room_mark_dirty(struct hub_room *room)
{
    room->flush_again = true;
    if (!list_is_linked(&room->dirty)) {
        list_push_back(&room->hub->dirty, &room->dirty);
    }
}

static void room_drop(struct hub_room *room)
{
    struct hub *hub = room->hub;
    CHECK_EQ(room->slot_count, 0);
    window_clear(room);
    hub_drop_replays(room);
    interest_drop(&hub->interest, room->id);
    (void)map_remove_i64(&hub->rooms, room->id);
    list_remove(&room->node);
    list_remove(&room->dirty);
    if (room->has_head) {
        room_log_finish(&room->log);
    }
    mem_free(room->slots);
    mem_free(room);
    metrics_add(rooms_watched, -1);
}

/* Trims logs by age, and drops rooms that nobody has used for LIMIT_INTEREST_MS. */
static void age_rooms(struct hub *hub)
{
    Millis now = loop_now(hub->loop);
    LIST_EACH(node, next, &hub->rooms_list) {
        struct hub_room *room = CONTAINER_OF(node, struct hub_room, node);
        hub_age_replays(room);
        if (room->has_head) {
            hub_room_trim(room);
        }
        if (room->slot_count > 0) {
            room->used_ms = now;
        }
        bool is_idle = now - room->used_ms > LIMIT_INTEREST_MS;
        if (is_idle && room->replays == NULL && room->window.state != WINDOW_LOADING) {
            room_drop(room);
        }
    }
}

static void age_last_posts(struct hub *hub)
{
    if (loop_now(hub->loop) - hub->last_posts_ms < LIMIT_DIRECTORY_MS) {
        return;
    }
    map_finish(&hub->last_posts_before);
    hub->last_posts_before = hub->last_posts;
    hub->last_posts = (struct map){0};
    hub->last_posts_ms = loop_now(hub->loop);
}

static void tick(struct loop_timer *timer)
{
    struct hub *hub = CONTAINER_OF(timer, struct hub, tick);
    hub_begin_hints(hub);
    hub_tell_rooms(hub);
    read_marks_tick(hub, false);
    age_rooms(hub);
    age_last_posts(hub);
    if (hub == hub->live->hubs[0]) {
        person_limits_age(&hub->live->limits, loop_now(hub->loop));
    }
}

PostNo hub_last_post(const struct hub *hub, RoomId room, PostNo known)
{
    PostNo recent = (PostNo)(intptr_t)map_get_i64(&hub->last_posts, room);
    PostNo before = (PostNo)(intptr_t)map_get_i64(&hub->last_posts_before, room);
    return MAX(known, MAX(recent, before));
}

/* --- letters ---------------------------------------------------------------------------------------- */

struct hub_letter {
    struct mail mail;
    struct hub *hub;
    struct bus_frame frame;
};

/* A number is missing (only a bus between nodes can lose one): what the log holds cannot be continued.
 * Everybody joins again from what they have, and the window is read anew. */
static void restart_log(struct hub_room *room, Seq head)
{
    log_warn("room.gap", log_i64("room", room->id), log_i64("head", room->log.head),
             log_i64("next", head + 1));
    struct live_socket *detached = hub_detach(room, HUB_NOT_LIVE);
    struct live_socket *waiting = room->waiting_for_head;
    room->waiting_for_head = NULL;
    window_clear(room);
    room_log_finish(&room->log);
    room_log_init(&room->log, head);
    hub_rejoin(detached);
    hub_rejoin(waiting);
}

static void receive_change(struct hub *hub, const struct bus_frame *frame)
{
    struct hub_room *room = map_get_i64(&hub->rooms, frame->room);
    if (room == NULL) {
        return; /* shares a slot of the interest table with a room that is used here */
    }
    hub_room_set_head(room, frame->seq - 1);
    if (frame->seq <= room->log.head) {
        return; /* known already */
    }
    if (frame->seq > room->log.head + 1) {
        restart_log(room, frame->seq - 1);
    }
    room_log_append(&room->log, frame->seq, blob_str(frame->blob), loop_now(hub->loop));
    metrics_add(log_appends_total, 1);
    window_apply(room, frame);
    hub_room_mark_dirty(room);
    hub_wake_waiting(room);
    if (room->log.end - room->log.start > LIMIT_LOG_HARD) {
        hub_room_trim(room); /* else after the flush, so that nobody who keeps up is left behind */
    }
}

/* Somebody's name stands in any of them: they are loaded anew when they are wanted. */
static void age_windows(struct hub *hub)
{
    LIST_EACH(node, next, &hub->rooms_list) {
        window_age(CONTAINER_OF(node, struct hub_room, node));
    }
}

static void deliver(struct loop *loop, struct mail *mail)
{
    struct hub_letter *letter = CONTAINER_OF(mail, struct hub_letter, mail);
    const struct bus_frame *frame = &letter->frame;
    (void)loop;
    switch (frame->kind) {
    case BUS_CHANGE:
        receive_change(letter->hub, frame);
        break;
    case BUS_INVALIDATE:
        directory_drop_person(&letter->hub->directory, frame->person);
        break;
    case BUS_READ:
        directory_note_read(&letter->hub->directory, frame->person, frame->room, frame->post);
        break;
    case BUS_RENAME:
        directory_drop_person(&letter->hub->directory, frame->person);
        age_windows(letter->hub);
        break;
    case BUS_SESSION_END:
        directory_drop_session(&letter->hub->directory, frame->session);
        hub_end_session(letter->hub, frame->person, frame->session);
        break;
    case BUS_ROOMS:
        directory_drop_person(&letter->hub->directory, frame->person);
        hub_note_rooms(letter->hub, frame->person);
        break;
    case BUS_MEMBER_END:
        directory_end_membership(&letter->hub->directory, frame->person);
        hub_end_membership(letter->hub, frame->person, frame->room);
        break;
    }
    blob_unref(letter->frame.blob);
    mem_free(letter);
}

static void note_post(struct hub *hub, RoomId room, PostNo last_post, PersonId author)
{
    pthread_mutex_lock(&hub->hints_lock);
    (void)map_put_i64(&hub->posted, author, (void *)(intptr_t)author);
    struct hint *hint = map_get_i64(&hub->hints, room);
    if (hint == NULL) {
        hint = mem_new(struct hint);
        hint->room = room;
        (void)map_put_i64(&hub->hints, room, hint);
    }
    hint->last_post = MAX(hint->last_post, last_post);
    pthread_mutex_unlock(&hub->hints_lock);
}

/* Room lists say how far their person has read. Telling every loop of every post at once would cost a
 * letter each; so it is noted, and the list forgotten when somebody is looked up. */
void hub_find(struct hub *hub, struct dir_lookup *lookup)
{
    pthread_mutex_lock(&hub->hints_lock);
    struct map posted = hub->posted;
    hub->posted = (struct map){0};
    pthread_mutex_unlock(&hub->hints_lock);
    size_t pos = 0;
    void *person;
    while (map_next(&posted, &pos, &person)) {
        directory_drop_rooms(&hub->directory, (PersonId)(intptr_t)person);
    }
    map_finish(&posted);
    directory_find(&hub->directory, lookup);
}

void hub_send(struct hub *hub, const struct bus_frame *frame, bool is_interested)
{
    if (frame->kind == BUS_CHANGE && frame->post > 0) { /* else there is nothing to be unread */
        note_post(hub, frame->room, frame->post, frame->person);
    }
    if (!is_interested) {
        return;
    }
    struct hub_letter *letter = mem_new(struct hub_letter);
    letter->mail.deliver = deliver;
    letter->hub = hub;
    letter->frame = *frame;
    if (frame->blob != NULL) {
        (void)blob_ref(frame->blob);
    }
    mailbox_send(hub->loop, &letter->mail);
}
