/* test_room_log.c -- a log against a plain model: the concatenation of all frames.
 * SPDX-License-Identifier: MIT */
#include "live/room_log.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "tests/support/cmocka_all.h"

/* A frame of `len` bytes that is different for each seq. */
static Str frame_of(struct buf *buf, Seq seq, size_t len)
{
    buf_clear(buf);
    while (buf->len < len) {
        buf_put_char(buf, (char)('a' + (seq * 7 + (Seq)buf->len) % 26));
    }
    return buf_str(buf);
}

static void append(struct room_log *log, struct buf *all, Seq seq, size_t len, Millis now)
{
    struct buf buf = {0};
    Str frame = frame_of(&buf, seq, len);
    room_log_append(log, seq, frame, now);
    buf_put_str(all, frame);
    buf_finish(&buf);
}

/* What the log says it holds from `from` on must be what the model holds there. */
static void assert_same(const struct room_log *log, const struct buf *all, uint64_t from)
{
    uint64_t at = from;
    while (at < log->end) {
        struct iovec slices[4];
        size_t len;
        int count = room_log_slices(log, at, log->end, slices, 4, &len);
        assert_true(count > 0);
        for (int i = 0; i < count; i++) {
            assert_memory_equal(slices[i].iov_base, all->data + at, slices[i].iov_len);
            at += slices[i].iov_len;
        }
    }
    assert_int_equal(at, log->end);
}

static void frames_straddle_segments(void **state)
{
    (void)state;
    struct room_log log;
    struct buf all = {0};
    room_log_init(&log, 41);
    for (Seq seq = 42; seq < 242; seq++) {
        append(&log, &all, seq, (size_t)(seq * 13 % 700) + 1, 0);
    }
    assert_int_equal(log.head, 241);
    assert_int_equal(log.end, all.len);
    assert_same(&log, &all, 0);
    assert_same(&log, &all, LIMIT_LOG_SEGMENT - 1);
    assert_same(&log, &all, LIMIT_LOG_SEGMENT);
    room_log_finish(&log);
    buf_finish(&all);
}

static void a_member_goes_on_behind_what_it_has(void **state)
{
    (void)state;
    struct room_log log;
    struct buf all = {0};
    uint64_t offset = 77;
    room_log_init(&log, 10);
    assert_true(room_log_find(&log, 10, &offset));
    assert_int_equal(offset, 0);
    append(&log, &all, 11, 100, 0);
    append(&log, &all, 12, 50, 0);
    assert_true(room_log_find(&log, 10, &offset));
    assert_int_equal(offset, 0);
    assert_true(room_log_find(&log, 11, &offset));
    assert_int_equal(offset, 100);
    assert_true(room_log_find(&log, 12, &offset));
    assert_int_equal(offset, 150);
    assert_false(room_log_find(&log, 9, &offset));
    assert_false(room_log_find(&log, 13, &offset));
    assert_int_equal(offset, 150); /* untouched on failure */
    room_log_finish(&log);
    buf_finish(&all);
}

static void boundaries_are_known(void **state)
{
    (void)state;
    struct room_log log;
    struct buf all = {0};
    room_log_init(&log, 0);
    append(&log, &all, 1, 10, 0);
    append(&log, &all, 2, 20, 0);
    assert_int_equal(room_log_frame_end(&log, 0), 0);
    assert_int_equal(room_log_frame_end(&log, 1), 10);
    assert_int_equal(room_log_frame_end(&log, 10), 10);
    assert_int_equal(room_log_frame_end(&log, 11), 30);
    assert_int_equal(room_log_frame_end(&log, 30), 30);
    assert_int_equal(room_log_seq_at(&log, 0), 0);
    assert_int_equal(room_log_seq_at(&log, 9), 0);
    assert_int_equal(room_log_seq_at(&log, 10), 1);
    assert_int_equal(room_log_seq_at(&log, 29), 1);
    assert_int_equal(room_log_seq_at(&log, 30), 2);
    assert_int_equal(room_log_frames_before(&log, 29), 1);
    room_log_finish(&log);
    buf_finish(&all);
}

static void old_segments_go_whole_frames_stay(void **state)
{
    (void)state;
    struct room_log log;
    struct buf all = {0};
    room_log_init(&log, 0);
    for (Seq seq = 1; seq <= 1000; seq++) {
        append(&log, &all, seq, 1000, 0);
    }
    uint64_t point = room_log_trim_point(&log, 0);
    assert_true(point > log.start);
    room_log_trim(&log, point);
    assert_true(log.end - log.start <= LIMIT_LOG);
    assert_int_equal(room_log_frame_end(&log, log.start), log.start);
    assert_int_equal(log.start, (uint64_t)log.base * 1000);
    assert_same(&log, &all, log.start);
    uint64_t offset;
    assert_true(room_log_find(&log, log.base, &offset));
    assert_int_equal(offset, log.start);
    assert_false(room_log_find(&log, log.base - 1, &offset));
    assert_true(room_log_find(&log, 1000, &offset));
    assert_int_equal(offset, log.end);
    assert_int_equal(room_log_trim_point(&log, 0), room_log_trim_point(&log, 1));
    room_log_finish(&log);
    buf_finish(&all);
}

static void age_empties_a_quiet_log(void **state)
{
    (void)state;
    struct room_log log;
    struct buf all = {0};
    uint64_t offset;
    room_log_init(&log, 0);
    append(&log, &all, 1, 500, 1000);
    append(&log, &all, 2, 500, 2000);
    assert_int_equal(room_log_trim_point(&log, 1000 + LIMIT_LOG_MS), log.start);
    room_log_trim(&log, room_log_trim_point(&log, 2000 + LIMIT_LOG_MS));
    assert_int_equal(log.start, log.end);
    assert_int_equal(log.base, 2);
    assert_false(room_log_find(&log, 1, &offset));
    assert_true(room_log_find(&log, 2, &offset));
    append(&log, &all, 3, 500, 3000 + LIMIT_LOG_MS); /* goes on at the same offset */
    assert_int_equal(offset, 1000);
    assert_same(&log, &all, offset);
    room_log_finish(&log);
    buf_finish(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_straddle_segments),
        cmocka_unit_test(a_member_goes_on_behind_what_it_has),
        cmocka_unit_test(boundaries_are_known),
        cmocka_unit_test(old_segments_go_whole_frames_stay),
        cmocka_unit_test(age_empties_a_quiet_log),
    };
    return cmocka_run_group_tests_name("room_log", tests, NULL, NULL);
}
