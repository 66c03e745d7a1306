/* room_log.h -- the recent frames of one room on one loop, as a stream that members read by cursor.
 *
 * A frame is appended once, ready to send; a member is nothing but an offset into the stream, so there
 * is no queue, copy or allocation per member. The stream lies in segments of LIMIT_LOG_SEGMENT and is
 * trimmed from the front, a segment at a time. Offsets count from the log's beginning and never wrap.
 * Knows bytes and numbers only: no sockets, no people, no rights.
 * Owned by a hub; thread: that hub's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <sys/uio.h>

#include "base/clock.h"
#include "chat/ids.h"

struct room_log_segment;

struct room_log_frame {
    uint64_t end; /* offset of the first byte after it */
    Seq seq;
    Millis at_ms;
};

struct room_log {
    struct room_log_segment *first, *last;
    uint64_t start; /* offset of the first byte kept */
    uint64_t end;   /* offset after the last byte */
    Seq base;       /* number of the last change before the first frame kept */
    Seq head;       /* number of the last change; base when empty */
    struct room_log_frame *frames; /* ring of the frames kept, oldest at frame_first */
    size_t frame_first, frame_count, frame_cap;
};

/* An empty log that continues after change `head`. */
void room_log_init(struct room_log *log, Seq head);
void room_log_finish(struct room_log *log);

/* Copies a frame that carries change `seq` (head + 1, CHECKed) to the end. */
void room_log_append(struct room_log *log, Seq seq, Str frame, Millis now);

/* Where trimming would move `start` to now: whole segments that are beyond LIMIT_LOG or whose newest
 * frame is older than LIMIT_LOG_MS. Equal to start when there is nothing to trim. */
uint64_t room_log_trim_point(const struct room_log *log, Millis now);
/* Drops everything before `point`, which room_log_trim_point gave. */
void room_log_trim(struct room_log *log, uint64_t point);

/* The offset at which a member that has everything up to `after` goes on; false when the log does not
 * reach back so far, or `after` is beyond the head. */
MUST_USE bool room_log_find(const struct room_log *log, Seq after, uint64_t *ret_offset);
/* The end of the frame in which `offset` lies; `offset` itself when it is a boundary. */
uint64_t room_log_frame_end(const struct room_log *log, uint64_t offset);
/* Number of the last change that ends at or before `offset`; and how many frames kept end there. */
Seq room_log_seq_at(const struct room_log *log, uint64_t offset);
size_t room_log_frames_before(const struct room_log *log, uint64_t offset);
/* Points `iov` at the bytes [from, to), at most `max` pieces; returns how many, *ret_len the bytes. */
int room_log_slices(const struct room_log *log, uint64_t from, uint64_t to, struct iovec *iov, int max,
                    size_t *ret_len);
