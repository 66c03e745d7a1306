/* admission.c -- see admission.h.
 * SPDX-License-Identifier: MIT */
#include "web/admission.h"

#include "auth/password.h"
#include "base/log.h"
#include "web/new_session.h"
#include "web/pages.h"
#include "web/tries.h"

void admission_begin(struct admission *admission, struct web_request *request)
{
    admission->request = request;
    admission->view.password_least = request->home->web->settings->password_least;
}

/* --- the form
 * ------------------------------------------------------------------------------------------- */

Str admission_password_error(struct web_request *request, Str password, Str handle)
{
    struct err err = {0};
    struct arena *arena = &request->exchange->arena;
    int64_t least = request->home->web->settings->password_least;
    long long missing = (long long)password_missing(password, least);
    if (password_check_rules(password, handle, least, &err)) {
        return S("");
    }
    if (missing > 0) {
        return str_format(arena, "Too short by %lld character%s. Three plain words do well.",
                          missing, missing == 1 ? "" : "s");
    }
    return page_sentence(request, &err);
}

bool admission_read(struct admission *admission)
{
    struct err err = {0};
    struct web_request *request = admission->request;
    struct newcomer_view *view = &admission->view;
    struct store_person_add *person = admission->person;
    struct arena *arena = &request->exchange->arena;
    view->name = form_get(&request->form, S("name"));
    view->handle = form_get(&request->form, S("handle"));
    admission->check.password = form_get(&request->form, S("password"));
    if (!person_name_clean(arena, view->name, &person->name, &err)) {
        view->name_error = page_sentence(request, &err);
    }
    if (!person_handle_fold(arena, view->handle, &person->handle, &err)) {
        view->handle_error = page_sentence(request, &err);
        person->handle = str_trim(view->handle, " ");
    }
    view->password_error =
        admission_password_error(request, admission->check.password, person->handle);
    return view->name_error.len + view->handle_error.len + view->password_error.len == 0;
}

/* --- the way in
 * ----------------------------------------------------------------------------------------- */

static void fail(struct admission *admission, int status, Str error)
{
    arena_finish(&admission->check.arena);
    arena_finish(&admission->session->op.arena);
    admission->view.error = error;
    admission->show(admission, status);
}

static void hashed(struct password_check *check)
{
    struct admission *admission = CONTAINER_OF(check, struct admission, check);
    Millis now = clock_wall_ms();
    if (!check->is_right) {
        fail(admission, 503, S("The house is busy. Try again in a few seconds."));
        return;
    }
    admission->person->password_hash = check->hash;
    admission->person->now_ms = now;
    new_session_fill(admission->request, admission->token, admission->session);
    admission->session->now_ms = now;
    admission->store(admission);
}

void admission_hash(struct admission *admission)
{
    struct web_request *request = admission->request;
    Millis wait = tries_newcomer_from(web_client(request));
    if (wait > 0) {
        fail(admission, 429, page_wait(request, S("Too many tries."), wait));
        return;
    }
    admission->check.done = hashed;
    if (!password_gate_hash(request->home->loop, &admission->check)) {
        http_respond_field(request->exchange, S("Retry-After"), S("2"));
        fail(admission, 503, S("Many people come in at once. Try again in a few seconds."));
    }
}

void admission_refuse(struct admission *admission, const struct err *err)
{
    if (err->kind == ERR_CONFLICT) {
        admission->view.handle_error = S("Somebody here already has this name.");
        fail(admission, 409, S(""));
        return;
    }
    log_warn("admission", log_err(err));
    fail(admission, 503, S("The house is busy. Try again in a few seconds."));
}

void admission_done(struct admission *admission, Str path)
{
    struct web_request *request = admission->request;
    PersonId person = admission->person->id;
    log_info("person.new", log_i64("person", person));
    new_session_set_cookies(request, admission->token, admission->person->password_hash, person);
    arena_finish(&admission->check.arena);
    arena_finish(&admission->session->op.arena);
    web_redirect(request, path);
}
