/* join.c -- coming in by the invitation's link, or without one where the house is open.
 *
 * Looking at the link changes nothing, however often it is looked at, by whomever; only the form
 * spends anything. A code that does not hold is told so kindly, whatever was typed.
 * SPDX-License-Identifier: MIT */
#include "live/live.h"
#include "template/join_new.h"
#include "template/join_none.h"
#include "web/admission.h"
#include "web/handlers.h"
#include "web/invitation.h"
#include "web/new_session.h"
#include "web/pages.h"

struct coming {
    struct errand errand;
    struct live *live;
    struct store_house house;
    struct store_join join;
    struct admission admission;
};

static void show_form(struct admission *admission, int status)
{
    struct coming *coming = CONTAINER_OF(admission, struct coming, admission);
    struct web_request *request = admission->request;
    struct join_new_view view = {
        .newcomer = admission->view,
        .inviter = coming->join.needs_code ? coming->house.inviter : S(""),
        .action = request->exchange->request.path,
    };
    page_fill(request, S("Come in"), 0, &view.page);
    view.page.is_signed_in = false;
    http_respond_html(request->exchange, status);
    template_join_new(&request->exchange->body, &view);
    arena_finish(&coming->house.op.arena);
    web_send(request);
}

static void show_none(struct coming *coming)
{
    struct web_request *request = coming->admission.request;
    struct join_none_view view = {0};
    page_fill(request, S("This invitation does not hold"), 0, &view.page);
    view.page.is_signed_in = false;
    http_respond_html(request->exchange, 404);
    template_join_none(&request->exchange->body, &view);
    arena_finish(&coming->house.op.arena);
    web_send(request);
}

/* --- the form was sent
 * ------------------------------------------------------------------------------------ */

static void joined(struct errand *errand)
{
    struct coming *coming = CONTAINER_OF(errand, struct coming, errand);
    struct admission *admission = &coming->admission;
    struct arena *arena = &admission->request->exchange->arena;
    struct err err = coming->join.op.err;
    if (err.kind == ERR_NONE) {
        Str path = coming->join.room == 0
                       ? S("/rooms")
                       : str_format(arena, "/rooms/%lld", (long long)coming->join.room);
        arena_finish(&coming->house.op.arena);
        admission_done(admission, path);
    } else if (err.kind == ERR_MISSING) {
        arena_finish(&admission->check.arena); /* the link was renewed meanwhile */
        arena_finish(&coming->join.session.op.arena);
        show_none(coming);
    } else {
        admission_refuse(admission, &err);
    }
}

/* On the writer's thread, before the answer. */
static void announce(struct store_op *op)
{
    struct coming *coming = CONTAINER_OF(op, struct coming, join.op);
    new_session_announce(coming->live, &coming->join.session);
    live_invalidate(coming->live, coming->join.person.id);
}

static void store(struct admission *admission)
{
    struct coming *coming = CONTAINER_OF(admission, struct coming, admission);
    struct web_request *request = admission->request;
    coming->join.person.role = PERSON_MEMBER;
    coming->join.op.after = announce;
    errand_start(&coming->errand, request->home->loop, request->home->web->store, &coming->join.op,
                 STORE_JOIN, joined);
}

/* --- does the code hold?
 * ---------------------------------------------------------------------------------- */

static void house_read(struct errand *errand)
{
    struct coming *coming = CONTAINER_OF(errand, struct coming, errand);
    struct admission *admission = &coming->admission;
    struct web_request *request = admission->request;
    struct err err = coming->house.op.err;
    if (err.kind != ERR_NONE) {
        arena_finish(&coming->house.op.arena);
        web_fail_err(request, &err);
    } else if (coming->join.needs_code && !invitation_is(coming->house.code, coming->join.code)) {
        show_none(coming);
    } else if (request->route->method == HTTP_GET) {
        show_form(admission, 200);
    } else if (admission_read(admission)) {
        admission_hash(admission);
    } else {
        show_form(admission, 422);
    }
}

static void look(struct web_request *request)
{
    struct coming *coming = arena_new(&request->exchange->arena, struct coming, 1);
    enum registration registration = request->home->web->settings->registration;
    bool has_code = request->params.count > 0;
    coming->live = request->home->web->live;
    coming->join.needs_code = has_code || registration != REGISTRATION_OPEN;
    coming->join.code = has_code ? request->params.values[0] : S("");
    coming->admission.person = &coming->join.person;
    coming->admission.session = &coming->join.session;
    coming->admission.show = show_form;
    coming->admission.store = store;
    admission_begin(&coming->admission, request);
    if (registration == REGISTRATION_CLOSED) {
        show_none(coming);
        return;
    }
    errand_start(&coming->errand, request->home->loop, request->home->web->store, &coming->house.op,
                 STORE_HOUSE, house_read);
}

void join_new(struct web_request *request)
{
    if (request->session != NULL) {
        web_redirect(request, S("/rooms"));
    } else {
        look(request);
    }
}

void join_create(struct web_request *request)
{
    look(request);
}
