/* admission.h -- letting a new person in: the way that setting up the house and joining it share.
 *
 *   form → rules → tries of the address → hash of the password → the verb → cookies
 *
 * Embedded in what waits for the verb, in the request's arena. Whatever is wrong with the form is
 * shown with it, and everything typed is kept but the password. SPDX-License-Identifier: MIT */
#pragma once

#include "auth/token.h"
#include "web/password_gate.h"
#include "web/views.h"
#include "web/web.h"

struct admission {
    struct web_request *request;
    struct newcomer_view view;
    struct store_person_add *person;   /* parts of the verb; filled in here, */
    struct store_session_add *session; /* but for the role */
    /* Shows the form again, with `view`. */
    void (*show)(struct admission *admission, int status);
    /* Everything is there: runs the verb. */
    void (*store)(struct admission *admission);
    struct password_check check;
    char token[TOKEN_TEXT_LEN];
};

/* What is wrong with a new password, as a sentence; empty: nothing. */
Str admission_password_error(struct web_request *request, Str password, Str handle);
/* Fills in `view` of an empty form. */
void admission_begin(struct admission *admission, struct web_request *request);
/* Reads the form and judges it: what is wrong stands in `view`. */
MUST_USE bool admission_read(struct admission *admission);
/* Then hashes the password and calls `store`; or `show`, with 429 or 503. */
void admission_hash(struct admission *admission);
/* The verb was refused: what it said is shown with the form. */
void admission_refuse(struct admission *admission, const struct err *err);
/* The verb is done: they are in. */
void admission_done(struct admission *admission, Str path);
