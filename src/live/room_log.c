/* room_log.c -- segments of bytes, and a ring of frame boundaries beside them.
 *
 *   frames   |f1 |f2    |f3 |f4       |          seq base+1 … head
 *   bytes    [ segment 0 ][ segment 1 ][ seg…    start … end
 *                 ^ a member's cursor may stand anywhere: a frame may be sent in part
 * SPDX-License-Identifier: MIT */
#include "live/room_log.h"

#include <string.h>

#include "base/mem.h"
#include "base/limits.h"

struct room_log_segment {
    struct room_log_segment *next;
    uint64_t offset; /* of bytes[0] */
    char bytes[LIMIT_LOG_SEGMENT];
};

void room_log_init(struct room_log *log, Seq head)
{
    *log = (struct room_log){.base = head, .head = head};
}

void room_log_finish(struct room_log *log)
{
    while (log->first != NULL) {
        struct room_log_segment *next = log->first->next;
        mem_free(log->first);
        log->first = next;
    }
    mem_free(log->frames);
    *log = (struct room_log){0};
}

static struct room_log_frame *frame_at(const struct room_log *log, size_t index)
{
    return &log->frames[(log->frame_first + index) & (log->frame_cap - 1)];
}

/* --- appending -------------------------------------------------------------------------------- */

static void add_segment(struct room_log *log)
{
    struct room_log_segment *segment = mem_alloc(sizeof(*segment));
    segment->next = NULL;
    segment->offset = log->end;
    if (log->last == NULL) {
        log->first = segment;
    } else {
        log->last->next = segment;
    }
    log->last = segment;
}

static void add_frame(struct room_log *log, Seq seq, Millis now)
{
    if (log->frame_count == log->frame_cap) {
        size_t cap = MAX((size_t)16, log->frame_cap * 2); /* a power of two */
        struct room_log_frame *frames = mem_array(cap, sizeof(*frames));
        for (size_t i = 0; i < log->frame_count; i++) {
            frames[i] = *frame_at(log, i);
        }
        mem_free(log->frames);
        log->frames = frames;
        log->frame_first = 0;
        log->frame_cap = cap;
    }
    log->frame_count++;
    *frame_at(log, log->frame_count - 1) =
        (struct room_log_frame){.end = log->end, .seq = seq, .at_ms = now};
}

void room_log_append(struct room_log *log, Seq seq, Str frame, Millis now)
{
    CHECK_EQ(seq, log->head + 1);
    while (frame.len > 0) {
        if (log->last == NULL || log->end == log->last->offset + LIMIT_LOG_SEGMENT) {
            add_segment(log);
        }
        size_t used = (size_t)(log->end - log->last->offset);
        size_t part = MIN(frame.len, (size_t)LIMIT_LOG_SEGMENT - used);
        memcpy(log->last->bytes + used, frame.data, part);
        log->end += part;
        frame = str_skip(frame, part);
    }
    log->head = seq;
    add_frame(log, seq, now);
}

/* --- trimming --------------------------------------------------------------------------------- */

/* The newest frame that has bytes in `segment` decides how old the segment is. */
static Millis segment_age(const struct room_log *log, const struct room_log_segment *segment,
                          Millis now)
{
    uint64_t last_byte = MIN(segment->offset + LIMIT_LOG_SEGMENT, log->end) - 1;
    size_t index = room_log_frames_before(log, last_byte);
    return now - frame_at(log, index)->at_ms;
}

uint64_t room_log_trim_point(const struct room_log *log, Millis now)
{
    uint64_t point = log->start;
    for (const struct room_log_segment *segment = log->first; segment != NULL;
         segment = segment->next) {
        uint64_t segment_end = MIN(segment->offset + LIMIT_LOG_SEGMENT, log->end);
        bool is_too_much = log->end - segment->offset > LIMIT_LOG;
        if (!is_too_much && segment_age(log, segment, now) < LIMIT_LOG_MS) {
            break;
        }
        point = segment_end;
    }
    return point;
}

void room_log_trim(struct room_log *log, uint64_t point)
{
    while (log->first != NULL &&
           MIN(log->first->offset + LIMIT_LOG_SEGMENT, log->end) <= point) {
        struct room_log_segment *next = log->first->next;
        mem_free(log->first);
        log->first = next;
    }
    if (log->first == NULL) {
        log->last = NULL;
    }
    /* A frame that began before `point` cannot be read whole any more, so it goes too; `start` moves
     * to the first boundary that is kept. */
    while (log->frame_count > 0) {
        struct room_log_frame *oldest = frame_at(log, 0);
        if (log->start >= point) {
            break;
        }
        log->start = oldest->end;
        log->base = oldest->seq;
        log->frame_first++;
        log->frame_count--;
    }
    if (log->frame_count == 0) {
        log->start = log->end;
        log->base = log->head;
    }
}

/* --- finding ---------------------------------------------------------------------------------- */

size_t room_log_frames_before(const struct room_log *log, uint64_t offset)
{
    size_t low = 0;
    size_t high = log->frame_count; /* the answer is in [low, high] */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (frame_at(log, middle)->end <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Seq room_log_seq_at(const struct room_log *log, uint64_t offset)
{
    size_t before = room_log_frames_before(log, offset);
    return before == 0 ? log->base : frame_at(log, before - 1)->seq;
}

uint64_t room_log_frame_end(const struct room_log *log, uint64_t offset)
{
    size_t before = room_log_frames_before(log, offset);
    uint64_t boundary = before == 0 ? log->start : frame_at(log, before - 1)->end;
    return offset == boundary || before == log->frame_count ? offset : frame_at(log, before)->end;
}

bool room_log_find(const struct room_log *log, Seq after, uint64_t *ret_offset)
{
    if (after < log->base || after > log->head) {
        return false;
    }
    if (after == log->base) {
        *ret_offset = log->start;
    } else {
        *ret_offset = frame_at(log, (size_t)(after - log->base - 1))->end; /* numbers have no gap */
    }
    return true;
}

int room_log_slices(const struct room_log *log, uint64_t from, uint64_t to, struct iovec *iov, int max,
                    size_t *ret_len)
{
    int count = 0;
    size_t len = 0;
    for (struct room_log_segment *segment = log->first; segment != NULL && count < max;
         segment = segment->next) {
        uint64_t begin = MAX(segment->offset, from);
        uint64_t end = MIN(segment->offset + LIMIT_LOG_SEGMENT, to);
        if (begin >= end) {
            continue;
        }
        iov[count].iov_base = segment->bytes + (begin - segment->offset);
        iov[count].iov_len = (size_t)(end - begin);
        len += (size_t)(end - begin);
        count++;
    }
    *ret_len = len;
    return count;
}
