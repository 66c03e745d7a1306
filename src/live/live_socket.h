/* live_socket.h -- one browser's live connection, as little of it as possible.
 *
 * Two sources feed it: its room's log, read by the cursor in its hub_slot, and a short chain of private
 * bytes (acknowledgements, refusals, replays, close) that goes between the log's frames, never into
 * one. An idle socket holds neither buffer nor chain. What the client sends is live/endpoint.c.
 * Owned by its connection; operations under way hold references. Thread: its loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "auth/bucket.h"
#include "live/hub.h"
#include "net/conn.h"
#include "ws/ws_reader.h"

enum live_state {
    LIVE_OPENING, /* asking who this is and whether they may */
    LIVE_IDLE,    /* signed in, in no room (after a reset, until `open`) */
    LIVE_JOINING, /* waits for a replay */
    LIVE_WAITING, /* replayed up to `target`; waits for the log to get there */
    LIVE_MEMBER,  /* written to from the log */
    LIVE_ENDING,  /* a close frame is queued; nothing more is read as a message */
};

struct private_piece {
    struct private_piece *next; /* circular; the socket points to the last */
    struct blob *blob;
    uint32_t sent;
    bool is_counted; /* in the socket's private_bytes */
    bool is_hint;    /* counters of rooms: a newer frame may take its place as long as none of it is sent */
};

/* Over its rate, a client is not read until there is a token again: slowed, not cut. */
struct live_pause {
    struct loop_timer timer;
    struct live_socket *socket;
};

/* What came in one piece with what the client may send, and lies behind it: before it is known whose socket this
 * is, during a pause, or behind LIMIT_IN_FLIGHT operations. As long as there is some the socket is not read, so
 * it is at most what one read brought. */
struct live_unread {
    struct buf bytes;
    size_t at; /* read up to here */
};

struct live_socket {
    struct conn *conn; /* null once closed */
    struct hub *hub;
    struct hub_room *room;
    struct dir_session *session;
    struct hub_person *person;
    struct list_node person_node;
    struct private_piece *private_last;
    struct ws_reader reader;
    struct live_unread *unread; /* came before it may be read on; null as a rule */
    RoomId opening;     /* room that it is not in yet: of an `open` under way, or of a reset; or 0 */
    struct live_socket *next_waiting; /* for a replay or for the log's head */
    Seq target;     /* JOINING: has everything up to here; WAITING: replayed up to here */
    Millis sent_ms; /* monotonic; of the last bytes that the kernel took */
    struct bucket frames;
    struct live_pause *pause; /* over its rate: not read for a while; null as a rule */
    uint32_t slot;
    uint32_t private_bytes; /* waiting, a shared replay and the log's last words not counted */
    uint16_t refs;
    uint16_t in_flight;     /* operations at the store */
    uint16_t opens;         /* counts them, so that only the last one's answer leads into a room */
    uint16_t excess_s;      /* second since which the client is over its rate; 0: it is not */
    uint8_t state;          /* enum live_state */
    bool is_counted;        /* towards its person's limit of sockets */
    bool is_draining;       /* close with 1012 once in_flight is 0 */
    bool is_writer;         /* in hub->writers */
    bool is_reading;        /* messages are being read: not to be begun again within */
    bool has_message;       /* came whole with the bytes that are being fed */
    bool has_peer_closed;   /* its close frame came: TCP ends when ours is written */
};

/* Takes an upgraded connection over; the state is LIVE_OPENING. */
extern const struct conn_protocol live_socket_protocol;
struct live_socket *live_socket_create(struct hub *hub);
void live_socket_attach(struct live_socket *socket, struct conn *conn);
struct live_socket *live_socket_ref(struct live_socket *socket);
void live_socket_unref(struct live_socket *socket);

/* Queues a whole frame for this socket alone, with a reference of its own; written at the end of the
 * turn, together with what its room has. More than LIMIT_PRIVATE that waits: the socket is closed as
 * lagging. `is_shared`: a replay, which others hold too, does not count. */
void live_socket_send(struct live_socket *socket, struct blob *frame, bool is_shared);
/* The same for markup that becomes a frame. */
PRINTF(2, 3) void live_socket_sendf(struct live_socket *socket, const char *format, ...);
/* Queues the counters of all rooms of the socket's person: a frame of them that waits for the socket to take it, or
 * hints that do, are replaced, for this says all that they say. */
void live_socket_send_counters(struct live_socket *socket, struct blob *frame);
/* The same for a hint of some rooms. False: counters wait, and it was not queued: all are to be sent. */
MUST_USE bool live_socket_send_hint(struct live_socket *socket, struct blob *frame);
/* Tells the page to load a room anew: what it has cannot be continued. Until it opens the room again the
 * socket is in none, but its person may post there. */
void live_socket_send_reset(struct live_socket *socket, RoomId room);
/* Puts the rest of a log frame that was sent in part before everything else. */
void live_socket_send_rest(struct live_socket *socket, struct blob *rest);

/* Writes what waits for this socket: private bytes and, as a member, its room's log. */
void live_socket_write(struct live_socket *socket);

/* Begins the end: what the log held at this moment, then a close frame with `code`, then TCP. */
void live_socket_close(struct live_socket *socket, int code, const char *reason);
/* Graceful shutdown of one hub's sockets, on its loop. */
void live_socket_drain_all(struct hub *hub);
/* An operation of this socket has been answered. */
void live_socket_op_done(struct live_socket *socket);
/* Stops reading for a while; no-op during one. */
void live_socket_pause(struct live_socket *socket, Millis duration_ms);
/* Has the client read on or not, by its rate, its operations in flight and its state; what had come already is
 * read first. */
void live_socket_update_reading(struct live_socket *socket);

/* In endpoint.c: takes a frame from the client's rate; over it, the client is slowed. */
void endpoint_count_frame(struct live_socket *socket);
/* In endpoint.c: one text message of the client. */
void endpoint_message(struct live_socket *socket, Str text);
/* In endpoint.c: asks the store whether the session still holds, for another page may have renewed it; closes with
 * 4401 if not. */
void endpoint_recheck(struct live_socket *socket);
