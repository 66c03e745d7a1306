/* read_marks.c -- see read_marks.h.
 * SPDX-License-Identifier: MIT */
#include "live/read_marks.h"

#include <string.h>

#include "base/mem.h"
#include "live/hub.h"

struct read_mark {
    struct errand errand;
    struct live *live;
    struct store_read_mark op;
    Millis since_ms; /* monotonic; of the first note since the last write */
};

/* The key's bytes; small enough to be made anew for each look-up. */
struct mark_key {
    PersonId person;
    RoomId room;
};

static Str key_str(const struct mark_key *key)
{
    return str_of(key, sizeof(*key));
}

void read_marks_note(struct hub *hub, PersonId person, RoomId room, PostNo post)
{
    struct mark_key key = {.person = person, .room = room};
    struct read_mark *mark = map_get(&hub->read_marks.pending, key_str(&key));
    if (mark == NULL) {
        mark = mem_new(struct read_mark);
        mark->live = hub->live;
        mark->op.person = person;
        mark->op.room = room;
        mark->since_ms = loop_now(hub->loop);
        (void)map_put(&hub->read_marks.pending, key_str(&key), mark);
    }
    mark->op.post = MAX(mark->op.post, post);
}

/* On the writer lane: room lists hold read marks. */
static void mark_committed(struct store_op *op)
{
    struct read_mark *mark = CONTAINER_OF(op, struct read_mark, op.op);
    bus_publish(mark->live->bus, &(struct bus_frame){.kind = BUS_READ,
                                                       .person = mark->op.person,
                                                       .room = mark->op.room,
                                                       .post = mark->op.post});
}

static void mark_written(struct errand *errand)
{
    struct read_mark *mark = CONTAINER_OF(errand, struct read_mark, errand);
    arena_finish(&mark->op.op.arena); /* a mark that failed is sent again by the next visit */
    mem_free(mark);
}

static void write_mark(struct hub *hub, struct read_mark *mark)
{
    struct mark_key key = {.person = mark->op.person, .room = mark->op.room};
    (void)map_remove(&hub->read_marks.pending, key_str(&key));
    mark->op.op.after = mark_committed;
    errand_start(&mark->errand, hub->loop, hub->live->store, &mark->op.op, STORE_READ_MARK,
                 mark_written);
}

void read_marks_flush(struct hub *hub, PersonId person, RoomId room)
{
    struct mark_key key = {.person = person, .room = room};
    struct read_mark *mark = map_get(&hub->read_marks.pending, key_str(&key));
    if (mark != NULL) {
        write_mark(hub, mark);
    }
}

void read_marks_tick(struct hub *hub, bool all)
{
    struct map *pending = &hub->read_marks.pending;
    struct read_mark **due = mem_array(pending->len + 1, sizeof(*due));
    size_t due_count = 0;
    size_t pos = 0;
    void *value;
    while (map_next(pending, &pos, &value)) {
        struct read_mark *mark = value;
        if (all || loop_now(hub->loop) - mark->since_ms >= LIMIT_READ_MARK_MS) {
            due[due_count++] = mark;
        }
    }
    for (size_t i = 0; i < due_count; i++) {
        write_mark(hub, due[i]);
    }
    mem_free(due);
}

void read_marks_finish(struct read_marks *marks)
{
    size_t pos = 0;
    void *value;
    while (map_next(&marks->pending, &pos, &value)) {
        mem_free(value);
    }
    map_finish(&marks->pending);
}
