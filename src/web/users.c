/* users.c -- a person, as everybody in the house may see them.
 * SPDX-License-Identifier: MIT */
#include "template/user_show.h"
#include "web/handlers.h"
#include "web/pages.h"

struct user_ask {
    struct errand errand;
    struct web_request *request;
    struct store_person_get get;
};

static void show(struct user_ask *ask)
{
    struct web_request *request = ask->request;
    const struct person *person = &ask->get.person;
    struct user_show_view view = {
        .id = person->id,
        .handle = person->handle,
        .name = person->name,
        .bio = ask->get.bio,
        .initials = person_initials(&request->exchange->arena, person->name),
        .hue = person_hue(person->id),
        .is_self = person->id == request->session->person.id,
        .is_admin = person->role == PERSON_ADMIN,
        .is_disabled = person->state == PERSON_DISABLED,
    };
    page_fill(request, person->name, 0, &view.page);
    http_respond_html(request->exchange, 200);
    template_user_show(&request->exchange->body, &view);
}

static void found(struct errand *errand)
{
    struct user_ask *ask = CONTAINER_OF(errand, struct user_ask, errand);
    struct web_request *request = ask->request;
    struct err err = ask->get.op.err;
    if (err.kind == ERR_NONE) {
        show(ask);
    }
    arena_finish(&ask->get.op.arena);
    if (err.kind == ERR_NONE) {
        web_send(request);
    } else {
        web_fail_err(request, &err);
    }
}

void users_show(struct web_request *request)
{
    struct user_ask *ask = arena_new(&request->exchange->arena, struct user_ask, 1);
    ask->request = request;
    ask->get.now_ms = clock_wall_ms();
    if (web_param_id(request, 0, &ask->get.id)) {
        errand_start(&ask->errand, request->home->loop, request->home->web->store, &ask->get.op,
                     STORE_PERSON_GET, found);
    }
}
