/* route_list.c -- `parlor routes --json`: the route table for people and tests.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "command/command.h"
#include "web/web.h"

static const char *who_name(enum web_who who)
{
    switch (who) {
    case WEB_FIRST:
        return "first";
    case WEB_ANYONE:
        return "anyone";
    case WEB_MAYBE:
        return "anyone, session looked up";
    case WEB_SIGNED_IN:
        return "signed in";
    case WEB_WATCHER:
        return "watcher or admin";
    }
    return "nobody";
}

/* The values hold no character that JSON would escape. */
int command_routes(struct command_line *line)
{
    (void)line;
    (void)printf("[\n");
    for (const struct web_route *route = web_routes; route->pattern != NULL; route++) {
        (void)printf("  {\"method\": \"%s\", \"path\": \"%s\", \"who\": \"%s\"}%s\n",
                     http_method_name(route->method).data, route->pattern, who_name(route->who),
                     route[1].pattern == NULL ? "" : ",");
    }
    (void)printf("]\n");
    return COMMAND_OK;
}
