/* hub.h -- what one loop knows of live rooms: their logs, windows, and the sockets that follow them.
 *
 * A publication arrives here as a letter, is appended once to the room's log, and is written to every
 * member at the end of the turn (hub_flush.c), from the member's own cursor to the log's end, with
 * one sendmsg. How a socket becomes a member is hub_join.c; what a socket is, live_socket.h.
 * Everything here belongs to the hub's loop, except hub_send, which any thread may call.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <pthread.h>

#include "bus/bus.h"
#include "live/directory.h"
#include "live/interest.h"
#include "live/live.h"
#include "live/read_marks.h"
#include "live/room_log.h"
#include "live/window.h"

struct live_socket;
struct replay;

/* A member's place in its room: all that the flush looks at. */
struct hub_slot {
    uint64_t cursor; /* offset in the room's log, or HUB_NOT_LIVE */
    struct live_socket *socket;
};

/* Nothing is written from the log to a slot with this cursor: joining. */
#define HUB_NOT_LIVE UINT64_MAX

struct hub_room {
    RoomId id;
    struct hub *hub;
    struct list_node node; /* in hub->rooms_list */
    Millis used_ms;
    bool has_head;         /* `log` is initialised: the room's head is known here */
    struct room_log log;
    struct window window;

    struct hub_slot *slots; /* dense; a socket knows its index */
    uint32_t slot_count, slot_cap;

    struct list_node dirty; /* in hub->dirty while members may have something to be sent */
    uint32_t flush_next;    /* slot at which the flush goes on after yielding */
    bool flush_again;       /* something came while a flush was under way */

    struct replay *replays;              /* under way, or fresh enough to be shared */
    struct live_socket *waiting_for_head; /* replayed beyond the log's head: live when it arrives */
};

/* A person with sockets on this loop. Their limits count over all loops: person_limits.h. */
struct hub_person {
    PersonId id;
    struct list sockets;  /* oldest first */
    uint32_t socket_count;
    bool is_asking;       /* for their room list, to send them their counters */
    bool has_new_rooms;   /* to be told at the next tick */
};

/* The newest last_post of rooms that changed lately: latest wins. */
struct hint {
    RoomId room;
    PostNo last_post;
};

struct hub {
    struct live *live;
    struct loop *loop;
    struct loop_hook hook;
    struct loop_timer tick; /* hints, read marks, ageing: once a second */
    struct directory directory;
    struct interest interest;
    struct map rooms; /* id → struct hub_room */
    struct list rooms_list;
    struct list dirty;
    struct map people; /* id → struct hub_person */
    /* Room id → PostNo as pointer: newer than the directory's. Those of the last LIMIT_DIRECTORY_MS, after
     * which every entry of the directory is newer, and those of the time before that. */
    struct map last_posts, last_posts_before;
    Millis last_posts_ms; /* when last_posts was begun */
    struct read_marks read_marks;
    struct map telling;  /* the hints that people here are being told, LIMIT_HINTED_A_TURN a turn; */
    PersonId *told;      /* who was here when that began, */
    size_t told_next, told_count, told_cap; /* and up to whom it has come */
    struct live_socket **writers; /* have private bytes to write at the end of this turn; referenced */
    size_t writer_count, writer_cap;
    uint32_t socket_count;
    bool is_draining;
    bool has_new_rooms;     /* somebody here, */
    bool have_all_new_rooms; /* or everybody, is to be told at the next tick that their rooms changed */

    pthread_mutex_t hints_lock;
    struct map hints;  /* room id → struct hint; guarded by hints_lock */
    struct map posted; /* people whose post moved their own read mark, as pointers; likewise */
};

struct hub *hub_create(struct live *live, struct loop *loop);
void hub_destroy(struct hub *hub); /* after the loop has ended, its sockets closed */

/* Takes a publication to the hub's loop, if it is interested. Thread: any. */
void hub_send(struct hub *hub, const struct bus_frame *frame, bool is_interested);

/* The room as this loop knows it, made and its interest bit set when new. Counts as a use. */
struct hub_room *hub_room_use(struct hub *hub, RoomId id);
/* The room's head is known now, from a read or a first frame. No-op when it was known. */
void hub_room_set_head(struct hub_room *room, Seq head);
/* Has the room flushed at the end of this turn. */
void hub_room_mark_dirty(struct hub_room *room);

/* Finds who a session belongs to, as directory_find does, and their rooms with all their own posts read. */
void hub_find(struct hub *hub, struct dir_lookup *lookup);

/* The newest post number of a room, at least `known`. */
PostNo hub_last_post(const struct hub *hub, RoomId room, PostNo known);

/* In hub_people.c. Signs the socket in as its session's person; the oldest socket above the person's
 * limit closes with 4409, on whichever loop it is. False: too many were opened lately. */
MUST_USE bool hub_person_enter(struct live_socket *socket);
void hub_person_leave(struct live_socket *socket); /* fine when it never entered */
/* The socket is ending: it counts no more towards the limit, however long its client takes. */
void hub_person_uncount(struct live_socket *socket);
/* Sends the counters of all its rooms to one socket. */
void hub_send_counters(struct live_socket *socket, const struct dir_rooms *rooms);
/* Begins to tell the people here what became known of last posts: once a second, unless the last is still told. */
void hub_begin_hints(struct hub *hub);
/* Goes on with the hints that are being told. True: there is more to do. */
bool hub_tell_hints(struct hub *hub);
/* Frees hints, and their map's memory. */
void hub_free_hints(struct map *hints);
/* Has the pages of a person (0: of everybody) fetch their list of rooms, at most once a second. */
void hub_note_rooms(struct hub *hub, PersonId id);
void hub_tell_rooms(struct hub *hub);
/* Whether somebody has a socket in a room on this loop. */
bool hub_is_here(const struct hub *hub, PersonId person, RoomId room);
/* Closes the sockets of a session; and those of a person in a room. */
void hub_end_session(struct hub *hub, PersonId id, const uint8_t *token_hash);
void hub_end_membership(struct hub *hub, PersonId id, RoomId room);

/* In hub_flush.c: writes to the members of dirty rooms. True: there is more to do. */
bool hub_flush(struct hub *hub);
/* Has a socket's private bytes written at the end of this turn. */
void hub_queue_writer(struct hub *hub, struct live_socket *socket);
/* Drops log segments that are too old or too much; members left behind join again. */
void hub_room_trim(struct hub_room *room);

/* In hub_join.c. */
/* Makes the socket a member of the room and brings it up to date: from the log, or by a replay. With
 * has_after false: live from now on. The epoch is right and the right to read was judged before. */
void hub_join(struct hub_room *room, struct live_socket *socket, bool has_after, Seq after);
/* Ends a membership: nothing more is written from the room's log. Fine without one. */
void hub_leave(struct live_socket *socket);
/* Takes the members whose cursors are before an offset off the log, as a list by next_waiting; then the
 * log may change; then they join again from what they have. */
struct live_socket *hub_detach(struct hub_room *room, uint64_t before);
void hub_rejoin(struct live_socket *detached);
/* The log's head has moved: those who waited for it become live. */
void hub_wake_waiting(struct hub_room *room);
/* Drops replays that are too old to be shared. */
void hub_age_replays(struct hub_room *room);
/* Drops all of them; none is under way. */
void hub_drop_replays(struct hub_room *room);
