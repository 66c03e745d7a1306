/* setup.c -- the first person makes the house: themselves, its first room, and its invitation.
 *
 * Whoever is first wins; the guard shows nobody this page once somebody lives here, and the store
 * judges it again in its transaction. SPDX-License-Identifier: MIT */
#include "chat/room.h"
#include "live/live.h"
#include "template/setup_new.h"
#include "web/admission.h"
#include "web/handlers.h"
#include "web/invitation.h"
#include "web/new_session.h"
#include "web/pages.h"

struct opening {
    struct errand errand;
    struct live *live;
    struct store_setup setup;
    struct admission admission;
    Str room, room_error;
};

static void show_form(struct admission *admission, int status)
{
    struct opening *opening = CONTAINER_OF(admission, struct opening, admission);
    struct web_request *request = admission->request;
    struct setup_new_view view = {
        .newcomer = admission->view, .room = opening->room, .room_error = opening->room_error};
    page_fill(request, S("Nobody lives here yet"), 0, &view.page);
    http_respond_html(request->exchange, status);
    template_setup_new(&request->exchange->body, &view);
    web_send(request);
}

static struct opening *begin(struct web_request *request)
{
    struct opening *opening = arena_new(&request->exchange->arena, struct opening, 1);
    opening->live = request->home->web->live;
    opening->admission.person = &opening->setup.person;
    opening->admission.session = &opening->setup.session;
    opening->admission.show = show_form;
    admission_begin(&opening->admission, request);
    return opening;
}

void setup_new(struct web_request *request)
{
    struct opening *opening = begin(request);
    opening->room = S("Front room");
    show_form(&opening->admission, 200);
}

static void opened(struct errand *errand)
{
    struct opening *opening = CONTAINER_OF(errand, struct opening, errand);
    struct admission *admission = &opening->admission;
    struct web_request *request = admission->request;
    struct err err = opening->setup.op.err;
    if (err.kind == ERR_NONE) {
        atomic_store(&request->home->web->is_settled, true);
        admission_done(admission, str_format(&request->exchange->arena, "/rooms/%lld",
                                             (long long)opening->setup.room.id));
    } else if (err.kind == ERR_CONFLICT) {
        arena_finish(&admission->check.arena);
        web_fail(request, 409); /* there is no form to show any more */
    } else {
        admission_refuse(admission, &err);
    }
}

/* On the writer's thread, before the answer. */
static void announce(struct store_op *op)
{
    struct opening *opening = CONTAINER_OF(op, struct opening, setup.op);
    new_session_announce(opening->live, &opening->setup.session);
    live_invalidate(opening->live, 0);
}

static void store(struct admission *admission)
{
    struct opening *opening = CONTAINER_OF(admission, struct opening, admission);
    struct web_request *request = admission->request;
    opening->setup.person.role = PERSON_ADMIN;
    opening->setup.room.now_ms = opening->setup.person.now_ms;
    opening->setup.code = invitation_code(&request->exchange->arena);
    opening->setup.op.after = announce;
    errand_start(&opening->errand, request->home->loop, request->home->web->store,
                 &opening->setup.op, STORE_SETUP, opened);
}

void setup_create(struct web_request *request)
{
    struct err err = {0};
    struct opening *opening = begin(request);
    opening->admission.store = store;
    opening->room = form_get(&request->form, S("room"));
    bool is_good = admission_read(&opening->admission);
    if (!room_name_clean(&request->exchange->arena, opening->room, &opening->setup.room.name,
                         &err)) {
        opening->room_error = page_sentence(request, &err);
        is_good = false;
    }
    if (is_good) {
        admission_hash(&opening->admission);
    } else {
        show_form(&opening->admission, 422);
    }
}
