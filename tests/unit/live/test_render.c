/* test_render.c -- the same bytes for page, push and replay; frames of a bounded size; the head
 * mark last. SPDX-License-Identifier: MIT */
#include "live/render.h"

#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "tests/support/cmocka_all.h"
#include "ws/ws_frame.h"

static struct message message_of(Seq seq, Str body)
{
    return (struct message){
        .room = 7,
        .seq = seq,
        .rev = seq,
        .post = seq,
        .author = 3,
        .author_name = S("Ada <b>"),
        .nonce = S("n-1"),
        .body = body,
        .created_ms = 1795515431123,
    };
}

static Str payload_of(const char *frame)
{
    uint64_t len = ws_frame_len(frame);
    size_t header_len = (uint8_t)frame[1] < 126 ? 2 : (uint8_t)frame[1] == 126 ? 4 : 10;
    assert_int_equal((uint8_t)frame[0], 0x81);
    return str_of(frame + header_len, len - header_len);
}

static int count_of(Str text, Str needle)
{
    int count = 0;
    while (str_contains(text, needle)) {
        const char *at = memmem(text.data, text.len, needle.data, needle.len);
        text = str_skip(text, (size_t)(at - text.data) + needle.len);
        count++;
    }
    return count;
}

static void push_page_and_replay_are_the_same_bytes(void **state)
{
    struct message message = message_of(12, S("a < b & \"c\" <hx-x>"));
    uint32_t markup_at;
    HtmlPiece piece;
    (void)state;
    struct blob *frame = render_frame(&message, &markup_at);
    struct blob *page = render_fragments((Messages){&message, 1}, &piece);
    struct blob *replay = render_replay((Messages){&message, 1}, 7, S("e1-0"), 12);
    Str push = payload_of(frame->data);
    assert_int_equal(markup_at, push.data - frame->data);
    assert_int_equal(ws_frame_len(frame->data), frame->len);
    assert_true(str_starts(
        push, S("<article class=\"message\" id=\"m-7-12\" data-seq=\"12\" data-post=\"12\"")));
    assert_true(str_contains(push, S("a &lt; b &amp; ")) && !str_contains(push, S("<hx")));
    assert_true(str_contains(push, S("Ada &lt;b&gt;")));
    assert_true(piece.blob == page);
    assert_true(str_eq(str_of(page->data + piece.offset, piece.len), push));
    assert_true(str_eq(payload_of(replay->data), push));
    Str mark = payload_of(replay->data + ws_frame_len(replay->data));
    assert_true(str_starts(mark, S("<i id=sys data-head=7:e1-0:12 ")));
    assert_int_equal(ws_frame_len(replay->data) + ws_frame_len(mark.data - 2), replay->len);
    blob_unref(frame);
    blob_unref(page);
    blob_unref(replay);
}

static void a_replay_comes_in_frames_of_twenty(void **state)
{
    struct message messages[2 * LIMIT_REPLAY_PER_FRAME + 1];
    static const int expected[] = {LIMIT_REPLAY_PER_FRAME, LIMIT_REPLAY_PER_FRAME, 1, 0};
    uint64_t at = 0;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        messages[i] = message_of((Seq)i + 1, S("x"));
    }
    struct blob *replay = render_replay((Messages){messages, ARRAY_LEN(messages)}, 7, S("e"), 41);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(at < replay->len);
        assert_int_equal(count_of(payload_of(replay->data + at), S("<article ")), expected[i]);
        at += ws_frame_len(replay->data + at);
    }
    assert_int_equal(at, replay->len);
    blob_unref(replay);
}

static void an_empty_replay_is_its_head_mark(void **state)
{
    (void)state;
    struct blob *replay = render_replay((Messages){0}, 7, S("e"), 5);
    assert_int_equal(ws_frame_len(replay->data), replay->len);
    assert_true(str_starts(payload_of(replay->data), S("<i id=sys data-head=7:e:5 ")));
    blob_unref(replay);
}

static void a_replay_too_long_is_none(void **state)
{
    struct message messages[20];
    (void)state;
    char *text = mem_alloc(LIMIT_MESSAGE);
    memset(text, 'x', LIMIT_MESSAGE);
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        messages[i] = message_of((Seq)i + 1, str_of(text, LIMIT_MESSAGE));
    }
    assert_null(render_replay((Messages){messages, ARRAY_LEN(messages)}, 7, S("e"), 20));
    struct blob *replay = render_replay((Messages){messages, 10}, 7, S("e"), 20);
    assert_non_null(replay);
    assert_true(replay->len <= LIMIT_REPLAY + 100);
    blob_unref(replay);
    mem_free(text);
}

/* Escaping makes five bytes of one: the fragment stays in bounds all the same. */
static void a_fragment_is_bounded(void **state)
{
    uint32_t markup_at;
    (void)state;
    char *text = mem_alloc(LIMIT_MESSAGE);
    memset(text, '&', LIMIT_MESSAGE);
    struct message message = message_of(1, str_of(text, LIMIT_MESSAGE));
    struct blob *frame = render_frame(&message, &markup_at);
    Str markup = payload_of(frame->data);
    assert_true(markup.len <= LIMIT_FRAGMENT);
    assert_true(
        str_contains(markup, S("<a href=\"/rooms/7/messages/1\">Read the whole message</a>")));
    blob_unref(frame);
    mem_free(text);
}

static void a_deleted_message_is_a_blank_article(void **state)
{
    uint32_t markup_at;
    struct message message = message_of(5, S(""));
    (void)state;
    message.deleted = true;
    message.rev = 9;
    struct blob *frame = render_frame(&message, &markup_at);
    Str markup = payload_of(frame->data);
    assert_true(str_contains(markup, S("id=\"m-7-5\"")) &&
                str_contains(markup, S("data-rev=\"9\"")));
    assert_true(str_contains(markup, S(" data-gone")) && !str_contains(markup, S("Ada")));
    blob_unref(frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(push_page_and_replay_are_the_same_bytes),
        cmocka_unit_test(a_replay_comes_in_frames_of_twenty),
        cmocka_unit_test(an_empty_replay_is_its_head_mark),
        cmocka_unit_test(a_replay_too_long_is_none),
        cmocka_unit_test(a_fragment_is_bounded),
        cmocka_unit_test(a_deleted_message_is_a_blank_article),
    };
    return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
