/* routes.c -- every address of Parlor: method, path, who may ask, what answers.
 *
 * Forms send only GET and POST: a POST with the field _method=delete or =patch counts as that. Assets are
 * served before this table is looked at (guard.c).
 * SPDX-License-Identifier: MIT */
#include "web/handlers.h"

const struct web_route web_routes[] = {
    {HTTP_GET, "/", WEB_MAYBE, home_show},

    {HTTP_GET, "/session", WEB_MAYBE, session_new},
    {HTTP_POST, "/session", WEB_MAYBE, session_create},
    {HTTP_DELETE, "/session", WEB_MAYBE, session_destroy},

    {HTTP_GET, "/setup", WEB_FIRST, setup_new},
    {HTTP_POST, "/setup", WEB_FIRST, setup_create},
    {HTTP_GET, "/join", WEB_MAYBE, join_new},
    {HTTP_POST, "/join", WEB_MAYBE, join_create},
    {HTTP_GET, "/join/:code", WEB_MAYBE, join_new},
    {HTTP_POST, "/join/:code", WEB_MAYBE, join_create},

    {HTTP_GET, "/account", WEB_SIGNED_IN, account_show},
    {HTTP_PATCH, "/account", WEB_SIGNED_IN, account_update},
    {HTTP_POST, "/account/password", WEB_SIGNED_IN, account_set_password},
    {HTTP_POST, "/invitation", WEB_SIGNED_IN, invitation_create},
    {HTTP_GET, "/users/:user", WEB_SIGNED_IN, users_show},

    {HTTP_GET, "/rooms", WEB_SIGNED_IN, room_list_show},
    {HTTP_POST, "/rooms", WEB_SIGNED_IN, room_list_add},
    {HTTP_GET, "/rooms/:room", WEB_SIGNED_IN, rooms_show},
    {HTTP_PATCH, "/rooms/:room", WEB_SIGNED_IN, room_edit_save},
    {HTTP_GET, "/rooms/:room/edit", WEB_SIGNED_IN, room_edit_show},
    {HTTP_GET, "/rooms/:room/people", WEB_SIGNED_IN, room_people_show},
    {HTTP_POST, "/rooms/:room/membership", WEB_SIGNED_IN, memberships_create},
    {HTTP_DELETE, "/rooms/:room/membership", WEB_SIGNED_IN, memberships_destroy},
    {HTTP_GET, "/rooms/:room/changes", WEB_SIGNED_IN, changes_index},
    {HTTP_POST, "/rooms/:room/read", WEB_SIGNED_IN, changes_read_mark},
    {HTTP_GET, "/rooms/:room/messages", WEB_SIGNED_IN, messages_index},
    {HTTP_POST, "/rooms/:room/messages", WEB_SIGNED_IN, messages_create},
    {HTTP_GET, "/rooms/:room/messages/:seq", WEB_SIGNED_IN, messages_show},
    {HTTP_PATCH, "/rooms/:room/messages/:seq", WEB_SIGNED_IN, messages_update},
    {HTTP_DELETE, "/rooms/:room/messages/:seq", WEB_SIGNED_IN, messages_destroy},

    {HTTP_GET, "/live", WEB_ANYONE, live_show},

    {HTTP_GET, "/healthz", WEB_ANYONE, health_show},
    {HTTP_GET, "/readyz", WEB_ANYONE, readiness_show},
    {HTTP_GET, "/metrics", WEB_WATCHER, metrics_show},
    {HTTP_GET, NULL, WEB_ANYONE, NULL},
};
