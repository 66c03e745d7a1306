/* views.h -- what the templates of pages show; one struct a template, filled in by web/pages.c and the
 * handlers. (A message's own view is chat/message_view.h.)
 *
 * Values only: strings live in the request's arena or in cached values that the request holds.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "chat/message_view.h"
#include "chat/room.h"

/* A row of the sidebar. */
struct room_row_view {
    RoomId id;
    Str name;
    PostNo last_post;
    PostNo read_post;
    PostNo unread;
    bool is_current;
};

struct room_rows_view {
    const struct room_row_view *items;
    size_t count;
};

/* layout/_head.html, _sidebar.html and _foot.html: what every page has. */
struct page_view {
    Str title;
    bool is_signed_in;
    bool is_live;     /* has the live socket: rooms change in place */
    bool is_insecure; /* plain http beyond this machine: say so */
    PersonId person;  /* 0 when nobody is signed in */
    bool is_admin;
    Str person_name;
    Str person_handle; /* behind the name; empty: the name is enough */
    Str person_initials;
    int person_hue;
    struct room_rows_view rooms;
};

/* room/show.html: a room with its newest messages, or with those around one. */
struct room_show_view {
    struct page_view page;
    RoomId id;
    Str name;
    Str topic;
    Str people;      /* "12 people" */
    Str cursor;      /* EPOCH:SEQ */
    Seq first, last; /* seq of the oldest and newest message shown; 0: none is shown */
    PostNo last_post;
    PostNo read_post;
    bool has_older, has_newer;
    HtmlPieces messages;
    Str nonce;       /* of the form without JavaScript */
    struct message_view echo; /* what the optimistic echo is made of: nothing but its author */
};

/* room/changes.html: what changed in a room, for a page without a socket. */
struct room_changes_view {
    struct page_view page; /* of which the rooms are shown, as counters */
    RoomId id;
    Str head;      /* the cursor that the page has with this: EPOCH:SEQ */
    bool is_reset; /* it cannot be told: the page is to load the room anew */
    HtmlPieces messages;
};

/* A row of the list of rooms. */
struct room_choice_view {
    RoomId id;
    Str name;
    Str topic;
    Str people;
    PostNo unread;
};

struct room_choices_view {
    const struct room_choice_view *items;
    size_t count;
};

/* room/index.html: the rooms of a person, those that they could join, and a form for a new one. */
struct room_index_view {
    struct page_view page;
    struct room_choices_view mine, others;
    Str name;  /* of the new one, as typed before */
    Str error; /* empty: none */
    RoomId namesake; /* a room that is called so already; 0: none, or the person knows */
    Str namesake_people;
};

/* room/door.html: a room that the person is not in. */
struct room_door_view {
    struct page_view page;
    RoomId id;
    Str name;
    Str topic;
    Str people;
};

/* room/edit.html: what a room is called, and the way out of it. */
struct room_edit_view {
    struct page_view page;
    RoomId id;
    Str room;        /* its name as it is */
    Str name, topic; /* as they are, or as typed before */
    Str name_error, topic_error;
    Str error;       /* of the whole; empty: none */
    bool may_change;
    bool may_leave;
};

/* Somebody on the page of who is in a room. */
struct room_person_view {
    PersonId id;
    Str name;
    Str shown_handle; /* behind the name; empty: the name is enough */
    Str initials;
    int hue;
    bool is_moderator;
    bool is_admin;
};

struct room_people_list_view {
    const struct room_person_view *items;
    size_t count;
};

/* room/people.html */
struct room_people_view {
    struct page_view page;
    RoomId id;
    Str name;
    struct room_people_list_view here, away;
    bool has_more;
};

/* room/_older.html and _newer.html answer the page's sentinels; room/messages.html is the same as a page of
 * its own. */
struct room_messages_view {
    struct page_view page;
    RoomId id;
    Str name;
    Seq first; /* seq of the oldest and newest message here; 0: none */
    Seq last;
    bool has_older, has_newer;
    Seq head; /* up to which change it was read */
    HtmlPieces messages;
};

/* message/show.html: one message on a page of its own. */
struct message_show_view {
    struct page_view page;
    RoomId id;
    Str name;
    struct message_view message;
    Html whole; /* its whole text, however long */
    Str source; /* the same as it was written */
    bool may_change;
};

/* session/new.html: signing in. */
struct session_new_view {
    struct page_view page;
    Str handle; /* as typed before */
    Str error;  /* empty: none */
    Str next;   /* where to go afterwards; empty: the rooms */
    bool is_open;   /* whoever has no account may make one, */
    bool is_closed; /* or nobody may: between them one needs the invitation */
    Str host;       /* whom to ask; empty: nobody is known */
};

/* newcomer/_fields.html: what a new person is asked; empty errors: nothing is wrong. */
struct newcomer_view {
    Str name, name_error;
    Str handle, handle_error;
    Str password_error;
    int64_t password_least;
    Str error; /* of the form as a whole */
};

/* setup/new.html: the first person and the first room. */
struct setup_new_view {
    struct page_view page;
    struct newcomer_view newcomer;
    Str room, room_error;
};

/* join/new.html: coming in. */
struct join_new_view {
    struct page_view page;
    struct newcomer_view newcomer;
    Str inviter; /* empty: the house is open */
    Str action;  /* where the form goes */
};

/* join/none.html: an invitation that does not hold. */
struct join_none_view {
    struct page_view page;
};

/* account/show.html: one's own profile, password and devices; for an admin the invitation too. */
struct account_show_view {
    struct page_view page;
    Str notice; /* what has just been done; empty: nothing */
    Str handle;
    Str name, name_error;
    Str bio, bio_error;
    Str current_error, password_error;
    int64_t bio_most, password_least;
    int64_t other_sessions;
    bool is_admin;
    bool is_closed; /* the setting lets nobody in: the invitation is of no use */
    Str link;       /* empty: there is none yet */
};

/* user/show.html: a person, as everybody in the house may see them. */
struct user_show_view {
    struct page_view page;
    PersonId id;
    Str handle, name, bio, initials;
    int hue;
    bool is_self, is_admin, is_disabled;
};

/* error/show.html */
struct again_field_view {
    Str name, value;
};

struct again_fields_view {
    const struct again_field_view *items;
    size_t count;
};

struct error_show_view {
    struct page_view page;
    int status;
    Str drawing; /* a name in assets/img/drawings.svg */
    Str title;
    Str text;
    Str action;                     /* where `fields` were sent */
    struct again_fields_view fields; /* the form that came too soon, to be sent again; or none */
    bool is_ours;     /* nobody but us is to blame */
    uint64_t request; /* its number, for the log */
};
