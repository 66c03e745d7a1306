/* crowd.h -- many WebSocket clients on one thread: they post, count what they get, and audit it.
 *
 * One epoll, one receive buffer. Each article frame is looked at as far as its id, `m-ROOM-SEQ`,
 * which must be the one after the last that this member got: a gap, a repetition or a wrong order
 * ends the run. So "n members got everything" is a comparison of two numbers. Knows nothing of
 * processes or of what is measured.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "peer.h"
#include "times.h"

enum { COOKIE_LEN = 64, POST_BODY_LEN = 100, POST_BODY_MAX = 4096 };

struct pace;

struct member {
    int fd;
    int index;
    bool is_open;     /* the handshake is done */
    bool is_resuming; /* until the mark that ends its replay */
    bool is_stalled;  /* reads no more, and is not audited */
    int64_t room;
    int64_t last_seq; /* of the last article that came */
    int64_t articles;
    uint64_t sum, order; /* of a peer's posts: which came, and in which order */
    char *carry;         /* the beginning of a frame whose rest is to come */
    uint32_t carry_len, carry_cap;
};

struct crowd {
    struct member *members;
    int count, open_count;
    int epoll;
    int port;
    const struct peer *peer; /* another server; null: Parlor, or a floor */
    int64_t first;           /* what a peer is told for post 0 */
    bool is_bare;            /* no handshake: frames from the first byte, of a floor */
    char letter;             /* with which its nonces begin */
    int body_len;            /* of a post */
    int64_t history;         /* messages that were stored before anybody posted */
    int64_t resumed;         /* members whose replay is whole */
    int64_t articles;        /* of all members together */
    int64_t article_bytes;   /* with their frame heads */
    int64_t posted, acked;
    int64_t *acked_seq;     /* by number of the post; 0: not yet */
    int *posted_by;         /* by number of the post: the member */
    Nanos *posted_at;       /* by number of the post */
    struct times ack_times; /* from a post until it was acknowledged */
    int64_t acked_cap;
    Nanos woken; /* when the last bytes were seen */

    /* After each acknowledgement and each article; may post. Null: nobody cares. */
    void (*on_ack)(struct crowd *crowd, struct member *member, int64_t number);
    void (*on_article)(struct crowd *crowd, struct member *member, int64_t seq);
    void *context;
    struct pace *pace; /* what is under way in pace.c */
};

/* Who comes, and where to. `cookies` is used round and round. `rooms` null: all in `room`. */
struct crowd_plan {
    int port, count;
    const char (*cookies)[COOKIE_LEN];
    int cookie_count;
    int64_t room;
    const int64_t *rooms;
    int64_t last_seq;  /* of the room, or of each of them, when they come */
    const char *epoch; /* not null: they come back, and have everything up to last_seq */
    int body_len;      /* of their posts; 0: POST_BODY_LEN */
    char letter;       /* of their nonces, where two crowds post to one server; 0: b */
    bool is_bare;
    const struct peer *peer; /* not null: it says what is sent and expected */
};

/* Connects everybody and returns when all are connected. */
void crowd_open(struct crowd *crowd, const struct crowd_plan *plan);
/* Resets the connections, so that no port waits for a late packet; what was counted stays. */
void crowd_cut(struct crowd *crowd);
/* Cuts those that are still there, and frees everything. */
void crowd_close(struct crowd *crowd);

/* Takes what has come, waiting up to `timeout_ms` for something. */
void crowd_poll(struct crowd *crowd, int timeout_ms);
/* Takes what has come to at most `sockets` of them, without waiting. */
void crowd_poll_few(struct crowd *crowd, int sockets);
/* Polls until `*value` is at least `least`; fails after a generous time without it. */
void crowd_await(struct crowd *crowd, const int64_t *value, int64_t least, const char *what);

/* This member reads no more, though its connection stays. */
void crowd_stall(struct crowd *crowd, struct member *member);

/* Posts to the member's room; the number of the post, counted from 0. */
int64_t crowd_post(struct crowd *crowd, struct member *member);
/* Fails unless every post was acknowledged and every member got `per_member` articles. */
void crowd_audit(const struct crowd *crowd, int64_t per_member);

/* Of a peer's members, those that got the posts in another order than the first one. */
int crowd_orders_apart(const struct crowd *crowd);
/* A number that stands for a post in a member's `sum`. */
uint64_t crowd_mark(int64_t number);

/* The text of a post, the same for the same number: `len` bytes, from 32 to POST_BODY_MAX, and a
 * NUL. */
void crowd_body(int64_t number, int len, char ret_body[POST_BODY_MAX + 1]);
