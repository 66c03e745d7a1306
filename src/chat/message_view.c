/* message_view.c -- see message_view.h.
 * SPDX-License-Identifier: MIT */
#include "chat/message_view.h"

#include "base/limits.h"
#include "base/text.h"
#include "chat/emoji.h"
#include "chat/markdown.h"
#include "chat/person.h"

/* Escaping lengthens a byte to at most six ("&quot;"), so short texts cannot come out too long. */
enum { ESCAPE_GROWTH = 6, LARGE_EMOJI = 3, AROUND_THE_TEXT = 4096 };

_Static_assert(LIMIT_FRAGMENT_PLAIN + AROUND_THE_TEXT <= LIMIT_FRAGMENT, "a cut fragment fits");
_Static_assert(LIMIT_PERSON_NAME * ESCAPE_GROWTH + LIMIT_HANDLE + LIMIT_NONCE + 1024 <= AROUND_THE_TEXT,
               "what surrounds the text: name, handle, nonce, numbers and tags");

/* Shortens `s` to at most `len` bytes, at a code point's beginning. */
static Str cut_at_code_point(Str s, size_t len)
{
    if (s.len <= len) {
        return s;
    }
    while (len > 0 && ((uint8_t)s.data[len] & 0xC0) == 0x80) {
        len--;
    }
    return str_sub(s, 0, len);
}

static Html body_markup(struct arena *arena, Str body, bool *ret_is_cut)
{
    Html markup;
    *ret_is_cut = false;
    if (markdown_render(arena, body, LIMIT_FRAGMENT_PLAIN, &markup)) {
        return markup;
    }
    markup = markdown_plain(arena, body);
    *ret_is_cut = markup.markup.len > LIMIT_FRAGMENT_PLAIN;
    if (*ret_is_cut) {
        markup =
            markdown_plain(arena, cut_at_code_point(body, LIMIT_FRAGMENT_PLAIN / ESCAPE_GROWTH));
    }
    return markup;
}

Html message_view_whole(struct arena *arena, const struct message *message)
{
    Html markup;
    if (!markdown_render(arena, message->body, LIMIT_MARKUP, &markup)) {
        markup = markdown_plain(arena, message->body);
    }
    return markup;
}

/* The word in data-event; empty for what somebody wrote. */
static Str event_word(enum change_kind event)
{
    switch (event) {
    case CHANGE_JOIN:
        return S("join");
    case CHANGE_LEAVE:
        return S("leave");
    case CHANGE_RENAME:
        return S("rename");
    case CHANGE_TOPIC:
        return S("topic");
    case CHANGE_NONE:
    case CHANGE_EDIT:
    case CHANGE_DELETE:
    case CHANGE_REACTION:
    case CHANGE_PIN:
    case CHANGE_THREAD:
        return (Str){0};
    }
    UNREACHABLE("no such kind of change");
}

void message_view_make(struct arena *arena, const struct message *message,
                       struct message_view *ret_view)
{
    char iso[25];
    text_iso8601(message->created_ms, iso);
    Str time_iso = str_dup(arena, str_of(iso, 24));
    *ret_view = (struct message_view){
        .room = message->room,
        .seq = message->seq,
        .rev = message->rev,
        .post = message->post,
        .author = message->author,
        .hue = person_hue(message->author),
        .initials = person_initials(arena, message->author_name),
        .author_name = message->author_name,
        .author_handle = message->author_handle,
        .nonce = message->nonce,
        .time_iso = time_iso,
        .time_text = str_sub(time_iso, 11, 5),
        .is_changed = message->rev != message->seq,
        .is_edited = message->edited_ms != 0,
        .is_gone = message->deleted,
        .is_emoji_only = emoji_is_only(message->body, LARGE_EMOJI),
        .event = event_word(message->event),
        .is_join = message->event == CHANGE_JOIN,
        .is_leave = message->event == CHANGE_LEAVE,
        .is_rename = message->event == CHANGE_RENAME,
        .is_topic = message->event == CHANGE_TOPIC && message->body.len > 0,
        .is_no_topic = message->event == CHANGE_TOPIC && message->body.len == 0,
    };
    if (ret_view->event.len > 0) {
        ret_view->change = message->body; /* a name or a topic: text, not markup */
        return;
    }
    ret_view->body = body_markup(arena, message->body, &ret_view->is_cut);
}
