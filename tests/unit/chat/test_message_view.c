/* test_message_view.c -- what the fragment of a message shows of its body, and what it weighs.
 * SPDX-License-Identifier: MIT */
#include "chat/message_view.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "template/message_message.h"
#include "tests/support/cmocka_all.h"

static struct message message_of(Str body)
{
    return (struct message){
        .room = 12,
        .seq = 123456,
        .rev = 123456,
        .post = 123456,
        .author = 42,
        .author_name = S("Marguerite Okafor"),
        .author_handle = S("marguerite.okafor"), /* the heavier case */
        .nonce = S("AAAAAAAAAAAAAAAAAAAAAA"),
        .body = body,
        .created_ms = 1790000000000,
    };
}

static struct message_view view_of(struct arena *arena, Str body)
{
    struct message_view view;
    struct message message = message_of(body);
    message_view_make(arena, &message, &view);
    return view;
}

static void a_short_message_weighs_little(void **state)
{
    struct arena arena = {0};
    struct html_out out = {0};
    struct message_view view = view_of(&arena, S("Is anybody here?"));
    (void)state;
    assert_true(str_eq(view.body.markup, S("Is anybody here?")));
    template_message_message(&out, &view);
    assert_in_range(html_out_len(&out) - view.body.markup.len, 1, 350);
    html_out_finish(&out);
    arena_finish(&arena);
}

static void a_body_is_shown_as_markup(void **state)
{
    struct arena arena = {0};
    struct message_view view = view_of(&arena, S("**yes** <no>"));
    (void)state;
    assert_true(str_eq(view.body.markup, S("<strong>yes</strong> &lt;no&gt;")));
    assert_false(view.is_cut || view.is_emoji_only);
    assert_true(view_of(&arena, S("👍 👍")).is_emoji_only);
    arena_finish(&arena);
}

/* Markup of 16 KiB of emphasis does not fit, its text does. */
static void markup_that_is_too_long_gives_way_to_text(void **state)
{
    struct arena arena = {0};
    char *text = mem_zalloc(LIMIT_MESSAGE + 1);
    (void)state;
    for (size_t i = 0; i < LIMIT_MESSAGE; i++) {
        text[i] = "*a* "[i % 4];
    }
    struct message_view view = view_of(&arena, str_from_z(text));
    assert_true(str_eq(view.body.markup, str_from_z(text)));
    assert_false(view.is_cut);
    struct message message = message_of(str_from_z(text));
    assert_true(str_starts(message_view_whole(&arena, &message).markup, S("<em>a</em> ")));
    mem_free(text);
    arena_finish(&arena);
}

static void text_that_is_too_long_is_cut(void **state)
{
    struct arena arena = {0};
    struct html_out out = {0};
    char *text = mem_zalloc(LIMIT_MESSAGE + 1);
    (void)state;
    memset(text, '"', LIMIT_MESSAGE);
    struct message_view view = view_of(&arena, str_from_z(text));
    assert_true(view.is_cut);
    assert_in_range(view.body.markup.len, LIMIT_FRAGMENT_PLAIN / 2, LIMIT_FRAGMENT_PLAIN);
    template_message_message(&out, &view);
    assert_true(str_contains(buf_str(&out.buf), S("Read the whole message")));
    struct message message = message_of(str_from_z(text));
    assert_int_equal(message_view_whole(&arena, &message).markup.len, LIMIT_MESSAGE * 6);
    html_out_finish(&out);
    mem_free(text);
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_message_weighs_little),
        cmocka_unit_test(a_body_is_shown_as_markup),
        cmocka_unit_test(markup_that_is_too_long_gives_way_to_text),
        cmocka_unit_test(text_that_is_too_long_is_cut),
    };
    return cmocka_run_group_tests_name("chat/message_view", tests, NULL, NULL);
}
