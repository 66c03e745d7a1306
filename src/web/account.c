/* account.c -- one's own page: how one is shown, the password, where one is signed in; and for an
 * admin the house's invitation. SPDX-License-Identifier: MIT */
#include "live/live.h"
#include "template/account_show.h"
#include "web/admission.h"
#include "web/handlers.h"
#include "web/new_session.h"
#include "web/pages.h"
#include "web/tries.h"

/* --- the page: the person, then, for an admin, the house
 * --------------------------------------------------- */

struct account_page {
    struct errand errand;
    struct web_request *request;
    struct store_person_get get;
    struct store_house house;
    struct account_show_view view; /* errors, and what was typed, if any */
    bool has_typed;
    int status;
};

static void send_page(struct account_page *account)
{
    struct web_request *request = account->request;
    struct account_show_view *view = &account->view;
    const struct settings *settings = request->home->web->settings;
    page_fill(request, S("Your account"), 0, &view->page);
    view->handle = account->get.person.handle;
    if (!account->has_typed) {
        view->name = account->get.person.name;
        view->bio = account->get.bio;
    }
    view->bio_most = LIMIT_BIO;
    view->password_least = settings->password_least;
    view->other_sessions = MAX((int64_t)0, account->get.sessions - 1);
    view->is_closed = settings->registration == REGISTRATION_CLOSED;
    if (account->house.code.len > 0) {
        view->link = str_format(&request->exchange->arena, "%.*s/join/%.*s",
                                STR_ARG(page_origin(request)), STR_ARG(account->house.code));
    }
    http_respond_html(request->exchange, account->status);
    template_account_show(&request->exchange->body, view);
    arena_finish(&account->get.op.arena);
    arena_finish(&account->house.op.arena);
    web_send(request);
}

static void fail_page(struct account_page *account, struct err err)
{
    arena_finish(&account->get.op.arena);
    arena_finish(&account->house.op.arena);
    web_fail_err(account->request, &err);
}

static void house_read(struct errand *errand)
{
    struct account_page *account = CONTAINER_OF(errand, struct account_page, errand);
    if (account->house.op.err.kind != ERR_NONE) {
        fail_page(account, account->house.op.err);
    } else {
        send_page(account);
    }
}

static void person_read(struct errand *errand)
{
    struct account_page *account = CONTAINER_OF(errand, struct account_page, errand);
    struct web_request *request = account->request;
    account->view.is_admin = account->get.person.role == PERSON_ADMIN;
    if (account->get.op.err.kind != ERR_NONE) {
        fail_page(account, account->get.op.err);
    } else if (account->view.is_admin) {
        errand_start(&account->errand, request->home->loop, request->home->web->store,
                     &account->house.op, STORE_HOUSE, house_read);
    } else {
        send_page(account);
    }
}

/* Shows the page with what stands in account->view already. */
static void show(struct account_page *account, int status)
{
    struct web_request *request = account->request;
    account->status = status;
    account->get.id = request->session->person.id;
    account->get.now_ms = clock_wall_ms();
    errand_start(&account->errand, request->home->loop, request->home->web->store, &account->get.op,
                 STORE_PERSON_GET, person_read);
}

static struct account_page *page_of(struct web_request *request)
{
    struct account_page *account = arena_new(&request->exchange->arena, struct account_page, 1);
    account->request = request;
    return account;
}

/* What has just been done, by the name that the redirect carries. */
static Str notice_of(Str done)
{
    static const struct {
        Str done, notice;
    } notices[] = {
        {S_INIT("profile"), S_INIT("Saved.")},
        {S_INIT("password"),
         S_INIT("Your password is changed. Every other device of yours is signed out.")},
        {S_INIT("link"), S_INIT("This is the new link. The old one lets nobody in any more.")},
    };
    for (size_t i = 0; i < ARRAY_LEN(notices); i++) {
        if (str_eq(notices[i].done, done)) {
            return notices[i].notice;
        }
    }
    return S("");
}

void account_show(struct web_request *request)
{
    struct account_page *account = page_of(request);
    account->view.notice = notice_of(form_get(&request->query, S("done")));
    show(account, 200);
}

/* --- how one is shown
 * ------------------------------------------------------------------------------------- */

struct profile_change {
    struct errand errand;
    struct web_request *request;
    struct live *live;
    struct store_profile_set set;
};

/* On the writer's thread, before the answer. */
static void profile_committed(struct store_op *op)
{
    struct profile_change *change = CONTAINER_OF(op, struct profile_change, set.op);
    live_rename(change->live, change->set.person);
}

static void profile_stored(struct errand *errand)
{
    struct profile_change *change = CONTAINER_OF(errand, struct profile_change, errand);
    struct err err = change->set.op.err;
    arena_finish(&change->set.op.arena);
    if (err.kind == ERR_NONE) {
        web_redirect(change->request, S("/account?done=profile"));
    } else {
        web_fail_err(change->request, &err);
    }
}

void account_update(struct web_request *request)
{
    struct err err = {0};
    struct arena *arena = &request->exchange->arena;
    struct profile_change *change = arena_new(arena, struct profile_change, 1);
    struct account_page *account = page_of(request);
    struct account_show_view *view = &account->view;
    view->name = form_get(&request->form, S("name"));
    view->bio = form_get(&request->form, S("bio"));
    account->has_typed = true;
    if (!person_name_clean(arena, view->name, &change->set.name, &err)) {
        view->name_error = page_sentence(request, &err);
    }
    if (!person_bio_clean(arena, view->bio, &change->set.bio, &err)) {
        view->bio_error = page_sentence(request, &err);
    }
    if (view->name_error.len + view->bio_error.len > 0) {
        show(account, 422);
        return;
    }
    change->request = request;
    change->live = request->home->web->live;
    change->set.person = request->session->person.id;
    change->set.op.after = profile_committed;
    errand_start(&change->errand, request->home->loop, request->home->web->store, &change->set.op,
                 STORE_PROFILE_SET, profile_stored);
}

/* --- the password: look it up, check the current one, hash the new one, store it
 * ---------------------------- */

struct password_change {
    struct errand errand;
    struct web_request *request;
    struct live *live;
    struct store_person_find find;
    struct password_check check, hash;
    struct store_password_set set;
    Str key; /* whose tries are counted */
    char token[TOKEN_TEXT_LEN];
};

static void end_change(struct password_change *change)
{
    arena_finish(&change->find.op.arena);
    arena_finish(&change->hash.arena);
    arena_finish(&change->set.op.arena);
    arena_finish(&change->set.session.op.arena);
}

/* Which of the two is wrong, and how. */
static void refuse_change(struct password_change *change, int status, Str current_error,
                          Str password_error)
{
    struct account_page *account = page_of(change->request);
    end_change(change);
    account->view.current_error = current_error;
    account->view.password_error = password_error;
    show(account, status);
}

static void refuse_busy(struct password_change *change)
{
    http_respond_field(change->request->exchange, S("Retry-After"), S("2"));
    refuse_change(change, 503, S(""), S("The house is busy. Try again in a few seconds."));
}

/* On the writer's thread, before the answer: whoever sees it knows that nobody else is in. */
static void password_committed(struct store_op *op)
{
    struct password_change *change = CONTAINER_OF(op, struct password_change, set.op);
    new_session_announce(change->live, &change->set.session);
}

static void password_stored(struct errand *errand)
{
    struct password_change *change = CONTAINER_OF(errand, struct password_change, errand);
    struct web_request *request = change->request;
    struct err err = change->set.op.err;
    if (err.kind == ERR_NONE) {
        new_session_set_cookies(request, change->token, change->hash.hash, change->set.person);
    }
    end_change(change);
    if (err.kind == ERR_NONE) {
        web_redirect(request, S("/account?done=password"));
    } else {
        web_fail_err(request, &err);
    }
}

static void new_hashed(struct password_check *hash)
{
    struct password_change *change = CONTAINER_OF(hash, struct password_change, hash);
    struct web_request *request = change->request;
    if (!hash->is_right) {
        refuse_busy(change);
        return;
    }
    change->live = request->home->web->live;
    change->set.person = request->session->person.id;
    change->set.old_hash = change->find.password_hash;
    change->set.new_hash = hash->hash;
    change->set.now_ms = clock_wall_ms();
    change->set.op.after = password_committed;
    new_session_fill(request, change->token, &change->set.session);
    errand_start(&change->errand, request->home->loop, request->home->web->store, &change->set.op,
                 STORE_PASSWORD_SET, password_stored);
}

static void current_checked(struct password_check *check)
{
    struct password_change *change = CONTAINER_OF(check, struct password_change, check);
    if (!check->is_right) {
        tries_failed(change->key);
        refuse_change(change, 422, S("This is not your password."), S(""));
        return;
    }
    tries_succeeded(change->key);
    change->hash.done = new_hashed;
    if (!password_gate_hash(change->request->home->loop, &change->hash)) {
        refuse_busy(change);
    }
}

static void account_found(struct errand *errand)
{
    struct password_change *change = CONTAINER_OF(errand, struct password_change, errand);
    struct err err = change->find.op.err;
    if (err.kind != ERR_NONE) {
        end_change(change);
        web_fail_err(change->request, &err);
        return;
    }
    change->check.hash = change->find.password_hash;
    change->check.done = current_checked;
    if (!password_gate_check(change->request->home->loop, &change->check)) {
        refuse_busy(change);
    }
}

void account_set_password(struct web_request *request)
{
    struct arena *arena = &request->exchange->arena;
    struct password_change *change = arena_new(arena, struct password_change, 1);
    const struct person *person = &request->session->person;
    change->request = request;
    change->check.password = form_get(&request->form, S("current"));
    change->hash.password = form_get(&request->form, S("password"));
    Str error = admission_password_error(request, change->hash.password, person->handle);
    if (error.len > 0) {
        refuse_change(change, 422, S(""), error);
        return;
    }
    change->key = str_format(arena, "#%lld", (long long)person->id); /* not those of signing in */
    Millis wait = tries_sign_in_as(change->key);
    if (wait > 0) {
        refuse_change(change, 429, page_wait(request, S("Too many tries."), wait), S(""));
        return;
    }
    change->find.handle = person->handle;
    errand_start(&change->errand, request->home->loop, request->home->web->store, &change->find.op,
                 STORE_PERSON_FIND, account_found);
}
