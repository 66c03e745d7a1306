/* conn.h -- one accepted connection: a raw non-blocking descriptor, watched by its loop.
 *
 * Bytes in go to the protocol that holds the connection (HTTP at first, WebSocket after the upgrade);
 * bytes out are written at once with one call, and what the kernel does not take stays with the
 * protocol, which asks for a call when the socket is writable again. There is no buffer here: an idle
 * connection is this struct and nothing else. Thread: its loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <sys/uio.h>

#include "base/clock.h"
#include "base/str.h"

struct conn;
struct loop;

/* What a protocol does with its connection. `conn_user` is the protocol's own struct. */
struct conn_protocol {
    /* Bytes arrived; they lie in the loop's scratch buffer, may be changed in place, and are gone
     * after the call. */
    void (*on_data)(struct conn *conn, char *data, size_t len);
    /* The peer will send no more. */
    void (*on_eof)(struct conn *conn);
    /* After conn_want_writable: called once, then asked for again if still blocked. */
    void (*on_writable)(struct conn *conn);
    void (*on_deadline)(struct conn *conn);
    /* Last call: the descriptor is closed; release `conn_user`. */
    void (*on_close)(struct conn *conn);
};

/* Address of a peer, for limits and logs; IPv4-mapped IPv6 addresses are IPv4. */
typedef struct {
    uint8_t bytes[16];
    uint16_t port;
    bool is_v4; /* the address is in bytes[0..3] */
} ConnAddress;

/* Takes over `fd`, which address_table_take has counted; on_close follows sooner or later. */
struct conn *conn_create(struct loop *loop, int fd, ConnAddress peer,
                         const struct conn_protocol *protocol, void *user);
void conn_set_protocol(struct conn *conn, const struct conn_protocol *protocol, void *user);
void *conn_user(const struct conn *conn);
struct loop *conn_loop(const struct conn *conn);
ConnAddress conn_peer(const struct conn *conn);
bool conn_peer_is_loopback(const struct conn *conn);
/* "192.0.2.7" or "2001:db8::1" into ret[46], NUL-ended. */
void conn_address_text(ConnAddress address, char ret[46]);
/* The other way, strict: an address alone, without port or brackets. The port is 0. */
MUST_USE bool conn_address_parse(Str text, ConnAddress *ret_address);
bool conn_address_is_same(ConnAddress a, ConnAddress b); /* whatever the ports */

/* Stops or resumes reading: backpressure on a peer that is too fast. */
void conn_set_reading(struct conn *conn, bool is_reading);
/* Sends what the kernel takes now: bytes sent (0: would block), or -1 when the connection is dead (it
 * then closes by itself at the end of the turn). */
ssize_t conn_send(struct conn *conn, const struct iovec *iov, int count);
void conn_want_writable(struct conn *conn);
/* Whether conn_want_writable is waiting: nothing more can be sent now. */
bool conn_is_blocked(const struct conn *conn);
/* One deadline a connection; 0 clears it. */
void conn_set_deadline(struct conn *conn, Millis duration_ms);
/* Sends FIN; reading goes on. */
void conn_shutdown(struct conn *conn);
/* Closes at the end of the turn; callable from anywhere on the loop, also twice. */
void conn_close(struct conn *conn);
bool conn_is_closing(const struct conn *conn);
