/* message_view.h -- what templates/message/_message.html shows of a message.
 *
 * The same for every reader: nothing here depends on who looks or on the neighbours, so the rendered
 * bytes serve first page, live push and replay alike.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/message.h"
#include "html/html.h"

struct message_view {
    RoomId room;
    Seq seq;
    Seq rev;
    PostNo post;
    PersonId author;
    int hue;          /* of the author's initials, 0 to 11 */
    Str initials;
    Str author_name;
    Str author_handle; /* behind the name; empty: the name is enough */
    Str nonce;
    Str time_iso;     /* "2026-11-24T10:17:11Z", for <time datetime> */
    Str time_text;    /* "10:17", UTC: what is read without JavaScript */
    Html body;
    bool is_changed;  /* rev differs from seq */
    bool is_edited;
    bool is_gone;     /* deleted: a blank article that moves the cursor */
    bool is_emoji_only; /* up to three, drawn large */
    Str event;          /* "join", "leave", "rename", "topic"; empty: somebody wrote it */
    bool is_join, is_leave, is_rename, is_topic, is_no_topic; /* which sentence it is */
    Str change;  /* the new name or topic, of an event that has one */
    bool is_cut; /* the fragment would be too long: the text is cut, with a link to the whole */
};

/* Fills a view whose strings live in `arena`. */
void message_view_make(struct arena *arena, const struct message *message,
                       struct message_view *ret_view);

/* The whole body however long, for the page of its own. */
Html message_view_whole(struct arena *arena, const struct message *message);
