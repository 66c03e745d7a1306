/* handlers.h -- what the route table names; each group is one file of the same name.
 *
 * A handler gets a request that the guard let through and ends it with web_send, web_fail or
 * web_redirect, at once or later. Thread: the request's loop.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "web/web.h"

void home_show(struct web_request *request);

void session_new(struct web_request *request);
void session_create(struct web_request *request);
void session_destroy(struct web_request *request);

void setup_new(struct web_request *request);
void setup_create(struct web_request *request);

void join_new(struct web_request *request);
void join_create(struct web_request *request);

void account_show(struct web_request *request);
void account_update(struct web_request *request);
void account_set_password(struct web_request *request);

void invitation_create(struct web_request *request);

void users_show(struct web_request *request);

void rooms_show(struct web_request *request);

void room_list_show(struct web_request *request);
void room_list_add(struct web_request *request);

void room_edit_show(struct web_request *request);
void room_edit_save(struct web_request *request);

void room_people_show(struct web_request *request);

void memberships_create(struct web_request *request);
void memberships_destroy(struct web_request *request);
/* Not a route: shows the door of a room that the person is not in, or that there is nothing. */
void memberships_offer(struct web_request *request, RoomId room);

void changes_index(struct web_request *request);
void changes_read_mark(struct web_request *request);

void messages_index(struct web_request *request);
void messages_show(struct web_request *request);
/* In message_forms.c. */
void messages_create(struct web_request *request);
void messages_update(struct web_request *request);
void messages_destroy(struct web_request *request);

void live_show(struct web_request *request);

void health_show(struct web_request *request);
void readiness_show(struct web_request *request);
void metrics_show(struct web_request *request);
