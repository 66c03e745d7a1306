/* hub_write.h -- what goes onto one live socket's wire, in which order.
 *
 * A frame that was begun is finished first, from whichever source it came; then private bytes; then
 * the room's log. One sendmsg a call as a rule. Included by live/ only; thread: the loop's.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "live/live_socket.h"

enum hub_write_result { HUB_WRITE_DONE, HUB_WRITE_BLOCKED, HUB_WRITE_DEAD };

/* Writes all that waits for a socket. BLOCKED: the caller asks for writability. */
enum hub_write_result hub_write(struct live_socket *socket);

/* The log's bytes from one offset to its end, cut into slices once for all members who stand there. */
struct hub_span {
    uint64_t from;
    int count;
    size_t len;
    size_t frames; /* that end in it */
    struct iovec slices[LIMIT_SEND_IOV];
};

/* Makes `span` begin at `from`. */
void hub_span_set(struct hub_span *span, const struct room_log *log, uint64_t from);
/* The same as hub_write for a member without private bytes: no look at anything but slot and span. */
enum hub_write_result hub_write_span(struct hub_room *room, struct hub_slot *slot,
                                     const struct hub_span *span);

/* A copy of the log's bytes [from, to). */
struct blob *hub_write_copy(const struct room_log *log, uint64_t from, uint64_t to);
void hub_write_drop_first_piece(struct live_socket *socket);
