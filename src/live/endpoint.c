/* endpoint.c -- opening a live socket, and the verbs of its client.
 *
 * A verb is one JSON object a text frame: post, open, read. Unknown fields are ignored, unknown verbs
 * end the connection with 1008, refusals come as private frames that name the nonce.
 * SPDX-License-Identifier: MIT */
#include "live/endpoint.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "auth/origin.h"
#include "auth/token.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metrics.h"
#include "chat/cursor.h"
#include "http/form.h"
#include "http/refusal.h"
#include "live/live_socket.h"
#include "ws/ws_handshake.h"

/* Where a client wants to be. */
struct place {
    RoomId room;
    bool has_after;
    bool is_known_epoch;
    Seq after;
    PersonId whose; /* the page is this person's; 0: it does not say */
};

/* A socket on its way into a room: who is it, and may they? */
struct entering {
    struct dir_lookup lookup;
    struct live_socket *socket;
    struct place place;
    uint16_t number; /* of the socket's opens */
    uint64_t endings; /* of the directory, when it was asked */
};

/* --- places ------------------------------------------------------------------------------------------- */

static bool place_parse(const struct live *live, Str room, bool has_after, Str after,
                        struct place *ret_place)
{
    struct place place = {.has_after = has_after, .is_known_epoch = true};
    Cursor cursor;
    if (!id_parse(room, &place.room)) {
        return false;
    }
    if (has_after) {
        if (!cursor_parse(after, &cursor)) {
            return false;
        }
        place.after = cursor.seq;
        place.is_known_epoch = str_eq(cursor.epoch, live->epoch);
    }
    *ret_place = place;
    return true;
}

/* --- entering a room ------------------------------------------------------------------------------------ */

static void enter_room(struct live_socket *socket, const struct dir_rooms *rooms,
                       const struct place *place)
{
    const struct room_entry *entry = dir_rooms_get(rooms, place->room);
    if (entry == NULL || !room_may_read(entry->role)) {
        live_socket_close(socket, WS_CLOSE_NO_ROOM, "no such room");
        return;
    }
    if (socket->room != NULL) {
        read_marks_flush(socket->hub, socket->person->id, socket->room->id);
        hub_leave(socket);
    }
    socket->state = LIVE_IDLE;
    hub_send_counters(socket, rooms);
    if (socket->state == LIVE_ENDING) {
        return; /* it was too far behind to take them */
    }
    if (!place->is_known_epoch) {
        live_socket_send_reset(socket, place->room);
        return;
    }
    hub_join(hub_room_use(socket->hub, place->room), socket, place->has_after, place->after);
}

static void ask_directory(struct entering *entering)
{
    struct hub *hub = entering->socket->hub;
    entering->endings = hub->directory.endings;
    hub_find(hub, &entering->lookup);
}

/* Left open while somebody else signed in here: see guard.c. */
static bool is_page_of_another(const struct entering *entering)
{
    const struct dir_session *session = entering->lookup.session;
    return session != NULL && entering->place.whose != 0 && entering->place.whose != session->person.id;
}

/* The directory's answer, for a new socket and for `open` alike. */
static void entering_known(struct dir_lookup *lookup)
{
    struct entering *entering = CONTAINER_OF(lookup, struct entering, lookup);
    struct live_socket *socket = entering->socket;
    bool is_there = socket->conn != NULL && socket->state != LIVE_ENDING;
    if (is_there && lookup->error == ERR_NONE &&
        entering->endings != socket->hub->directory.endings) {
        dir_session_unref(lookup->session); /* may tell of what has ended meanwhile */
        dir_rooms_unref(lookup->rooms);
        ask_directory(entering);
        return;
    }
    bool is_last = entering->number == socket->opens; /* answers come in any order */
    if (is_last) {
        socket->opening = 0;
    }
    if (is_there && socket->hub->is_draining) {
        live_socket_close(socket, WS_CLOSE_RESTART, "restarting");
    } else if (is_there && (lookup->error == ERR_MISSING || is_page_of_another(entering))) {
        live_socket_close(socket, WS_CLOSE_NO_SESSION, "signed out");
    } else if (is_there && lookup->error != ERR_NONE) {
        live_socket_close(socket, WS_CLOSE_LAGGING, "try again");
    } else if (is_there) {
        if (socket->session == NULL) {
            socket->session = dir_session_ref(lookup->session);
        }
        if (socket->person == NULL && !hub_person_enter(socket)) {
            live_socket_close(socket, WS_CLOSE_LAGGING, "too many new connections");
        } else if (is_last) {
            enter_room(socket, lookup->rooms, &entering->place);
        }
    }
    if (lookup->error == ERR_NONE) {
        dir_session_unref(lookup->session);
        dir_rooms_unref(lookup->rooms);
    }
    mem_free(entering);
    live_socket_op_done(socket);
}

/* Replays are shared and so not counted as private bytes; but each `open` may bring another one, and
 * whoever does not read them would keep them all in memory. */
static bool has_unread_replays(const struct live_socket *socket)
{
    size_t len = 0;
    const struct private_piece *piece = socket->private_last;
    while (piece != NULL) {
        len += piece->is_counted ? 0 : piece->blob->len - piece->sent;
        piece = piece->next == socket->private_last ? NULL : piece->next;
    }
    return len > LIMIT_REPLAY;
}

static void enter(struct live_socket *socket, const uint8_t *token_hash, const struct place *place)
{
    struct entering *entering = mem_new(struct entering);
    entering->socket = live_socket_ref(socket);
    socket->in_flight++;
    socket->opening = place->room;
    entering->number = ++socket->opens;
    entering->place = *place;
    entering->lookup.done = entering_known;
    memcpy(entering->lookup.token_hash, token_hash, STORE_TOKEN_HASH_LEN);
    ask_directory(entering);
}

/* --- whether the session still holds ---------------------------------------------------------------------- */

struct recheck {
    struct dir_lookup lookup;
    struct live_socket *socket;
};

static void recheck_known(struct dir_lookup *lookup)
{
    struct recheck *recheck = CONTAINER_OF(lookup, struct recheck, lookup);
    struct live_socket *socket = recheck->socket;
    bool is_there = socket->conn != NULL && socket->state != LIVE_ENDING;
    if (is_there && lookup->error == ERR_MISSING) {
        live_socket_close(socket, WS_CLOSE_NO_SESSION, "signed out");
    } else if (is_there && lookup->error == ERR_NONE) {
        dir_session_unref(socket->session);
        socket->session = dir_session_ref(lookup->session);
    } /* else it is asked again soon */
    if (lookup->error == ERR_NONE) {
        dir_session_unref(lookup->session);
        dir_rooms_unref(lookup->rooms);
    }
    mem_free(recheck);
    live_socket_op_done(socket);
}

void endpoint_recheck(struct live_socket *socket)
{
    struct hub *hub = socket->hub;
    if (socket->in_flight >= LIMIT_IN_FLIGHT || hub->is_draining) {
        return;
    }
    struct recheck *recheck = mem_new(struct recheck);
    recheck->socket = live_socket_ref(socket);
    socket->in_flight++;
    recheck->lookup.done = recheck_known;
    memcpy(recheck->lookup.token_hash, socket->session->token_hash, STORE_TOKEN_HASH_LEN);
    directory_drop_session(&hub->directory, recheck->lookup.token_hash); /* what it knows is as old */
    directory_find(&hub->directory, &recheck->lookup);
}

/* --- the handshake -------------------------------------------------------------------------------------- */

static void refuse(struct http_exchange *exchange, int status, Str why)
{
    http_respond_text(exchange, status, S("text/plain; charset=utf-8"), why);
    if (status == 426) {
        http_respond_field(exchange, S("Upgrade"), S("websocket"));
        http_respond_field(exchange, S("Sec-WebSocket-Version"), S("13"));
    }
    refusal_log(exchange);
    http_exchange_send(exchange);
}

static bool is_own_origin(const struct live *live, const struct http_request *request)
{
    struct origin_facts facts = {
        .fetch_site = http_request_field(request, S("Sec-Fetch-Site")),
        .origin = http_request_field(request, S("Origin")),
        .host = request->host,
        .public_url = str_from_z(live->settings->public_url),
        .has_cookie = true,
    };
    return http_request_field_count(request, S("Origin")) <= 1 && origin_is_own_socket(&facts);
}

void endpoint_open(struct hub *hub, struct http_exchange *exchange, Str token)
{
    const struct http_request *request = &exchange->request;
    struct err err = {0};
    struct form query;
    struct place place;
    int status = ws_handshake_judge(request);
    if (status != 0) {
        refuse(exchange, status, S("This address speaks WebSocket only.\n"));
        return;
    }
    if (!is_own_origin(hub->live, request)) {
        refuse(exchange, 403, S("Foreign origin.\n"));
        return;
    }
    if (!form_parse(&exchange->arena, request->query, &query, &err) ||
        !place_parse(hub->live, form_get(&query, S("room")), form_has(&query, S("after")),
                     form_get(&query, S("after")), &place) ||
        (form_has(&query, S("me")) && !id_parse(form_get(&query, S("me")), &place.whose))) {
        refuse(exchange, 400, S("Malformed room or cursor.\n"));
        return;
    }
    if (hub->is_draining) {
        refuse(exchange, 503, S("Restarting.\n"));
        return;
    }
    uint8_t hash[TOKEN_HASH_LEN];
    bool has_token = token_hash(token, hash);
    struct live_socket *socket = live_socket_create(hub);
    (void)live_socket_ref(socket); /* bytes behind the handshake may end it at once */
    Str head = ws_handshake_accept(&exchange->arena, request);
    struct conn *conn =
        http_exchange_upgrade(exchange, head, &live_socket_protocol, socket);
    live_socket_attach(socket, conn);
    if (!has_token) {
        live_socket_close(socket, WS_CLOSE_NO_SESSION, "signed out");
    } else {
        enter(socket, hash, &place);
    }
    live_socket_unref(socket);
}

/* --- verbs ---------------------------------------------------------------------------------------------- */

/* A message of this socket on its way to the store. */
struct endpoint_post {
    struct live_post post;
    struct live_socket *socket;
    struct arena arena; /* nonce and body */
};

static Str text_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return json_is_string(value) ? str_of(json_string_value(value), json_string_length(value))
                                 : (Str){0};
}

/* A positive integer; 0 when it is not one. */
static int64_t number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    int64_t number = json_is_integer(value) ? (int64_t)json_integer_value(value) : 0;
    return number > 0 ? number : 0;
}

static const char *refusal_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_INPUT:
    case ERR_CONFLICT:
        return "input";
    case ERR_DENIED:
    case ERR_MISSING:
        return "denied";
    case ERR_BUSY:
        return "busy";
    case ERR_FULL:
        return "full";
    case ERR_NONE:
    case ERR_INTERNAL:
        return "internal";
    }
    return "internal";
}

/* `nonce` is valid, so it needs no escaping. */
static void refuse_post(struct live_socket *socket, Str nonce, enum err_kind kind)
{
    live_socket_sendf(socket, "<i id=sys data-err=%s data-nonce=%.*s hx-swap-oob=true></i>",
                      refusal_name(kind), STR_ARG(nonce));
}

static void post_done(struct errand *errand)
{
    struct live_post *live_post = CONTAINER_OF(errand, struct live_post, errand);
    struct endpoint_post *post = CONTAINER_OF(live_post, struct endpoint_post, post);
    const struct store_post *stored = &post->post.post;
    struct live_socket *socket = post->socket;
    if (stored->op.err.kind == ERR_INTERNAL) {
        log_error("post", log_i64("room", stored->room), log_err(&stored->op.err));
    }
    if (socket->conn != NULL && stored->op.err.kind != ERR_NONE) {
        refuse_post(socket, stored->nonce, stored->op.err.kind);
    } else if (socket->conn != NULL) {
        live_socket_sendf(socket, "<i id=sys data-ack=%.*s data-seq=%lld hx-swap-oob=true></i>",
                          STR_ARG(stored->nonce), (long long)stored->message.seq);
    }
    arena_finish(&post->arena);
    arena_finish(&post->post.post.op.arena);
    mem_free(post);
    live_socket_op_done(socket);
}

/* Over its rate: slowed. Whoever floods with frames like that is closed in the end; posts over their own rate
 * are only slowed, for a page that comes back may have many to send. */
static void slow_down(struct live_socket *socket, Millis wait_ms)
{
    uint16_t now = (uint16_t)(loop_now(socket->hub->loop) / 1000);
    if (socket->pause != NULL) {
        return;
    }
    if (socket->excess_s == 0) {
        socket->excess_s = MAX(now, (uint16_t)1);
    } else if ((uint16_t)(now - socket->excess_s) > LIMIT_EXCESS_MS / 1000) {
        live_socket_close(socket, WS_CLOSE_POLICY, "too many messages");
        return;
    }
    live_socket_pause(socket, wait_ms);
}

static bool take_post(struct live_socket *socket)
{
    Millis wait = person_limits_take_post(&socket->hub->live->limits, socket->person->id,
                                          loop_now(socket->hub->loop));
    if (wait == 0) {
        return true;
    }
    slow_down(socket, wait);
    return false;
}

static void verb_post(struct live_socket *socket, json_t *object)
{
    struct err err = {0};
    Str nonce = text_of(object, "nonce");
    RoomId room = number_of(object, "room");
    if (!message_nonce_is_valid(nonce)) {
        live_socket_close(socket, WS_CLOSE_POLICY, "malformed nonce");
        return;
    }
    bool is_here = socket->room != NULL && room == socket->room->id;
    if (room == 0 || (!is_here && room != socket->opening)) {
        refuse_post(socket, nonce, ERR_DENIED);
        return;
    }
    if (!take_post(socket)) {
        refuse_post(socket, nonce, ERR_BUSY);
        return;
    }
    struct endpoint_post *post = mem_new(struct endpoint_post);
    struct store_post *store_post = &post->post.post;
    if (!message_body_clean(&post->arena, text_of(object, "body"), &store_post->body, &err)) {
        refuse_post(socket, nonce, ERR_INPUT);
        arena_finish(&post->arena);
        mem_free(post);
        return;
    }
    store_post->room = room;
    store_post->author = socket->person->id;
    store_post->nonce = str_dup(&post->arena, nonce);
    store_post->now_ms = clock_wall_ms();
    post->socket = live_socket_ref(socket);
    socket->in_flight++;
    live_socket_update_reading(socket);
    live_post_start(&post->post, socket->hub->live, socket->hub->loop, post_done);
}

static void verb_open(struct live_socket *socket, json_t *object)
{
    struct place place;
    char room[24];
    json_t *after = json_object_get(object, "after");
    int len = snprintf(room, sizeof(room), "%lld", (long long)number_of(object, "room"));
    if (!place_parse(socket->hub->live, str_of(room, (size_t)len), after != NULL,
                     text_of(object, "after"), &place)) {
        live_socket_close(socket, WS_CLOSE_POLICY, "malformed room or cursor");
        return;
    }
    if (has_unread_replays(socket)) {
        live_socket_close(socket, WS_CLOSE_LAGGING, "too far behind");
        return;
    }
    enter(socket, socket->session->token_hash, &place);
}

static void verb_read(struct live_socket *socket, json_t *object)
{
    RoomId room = number_of(object, "room");
    PostNo post = number_of(object, "post");
    if (socket->room != NULL && room == socket->room->id && post > 0) {
        read_marks_note(socket->hub, socket->person->id, room, post);
    }
}

static const struct verb {
    const char *name;
    void (*run)(struct live_socket *socket, json_t *object);
} verbs[] = {
    {"post", verb_post},
    {"open", verb_open},
    {"read", verb_read},
};

static void run_verb(struct live_socket *socket, json_t *object)
{
    Str type = text_of(object, "type");
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        if (str_eq(type, str_from_z(verbs[i].name))) {
            verbs[i].run(socket, object);
            return;
        }
    }
    live_socket_close(socket, WS_CLOSE_POLICY, "unknown type");
}

void endpoint_count_frame(struct live_socket *socket)
{
    const struct settings *settings = socket->hub->live->settings;
    int rate = (int)settings->frames_per_second;
    Millis wait = bucket_take(&socket->frames, loop_now(socket->hub->loop), rate, 2 * rate);
    if (wait > 0) {
        slow_down(socket, wait);
    } else if (bucket_is_rested(&socket->frames, 2 * rate)) {
        socket->excess_s = 0; /* a token that came during the pause is no end of the flood */
    }
}

void endpoint_message(struct live_socket *socket, Str text)
{
    if (socket->person == NULL) {
        live_socket_close(socket, WS_CLOSE_POLICY, "too early");
        return;
    }
    endpoint_count_frame(socket);
    json_error_t error;
    json_t *object = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(object)) {
        run_verb(socket, object);
    } else {
        live_socket_close(socket, WS_CLOSE_POLICY, "malformed message");
    }
    json_decref(object);
}
