/* invitation.c -- the invitation's code, and a new one when an admin asks for it.
 * SPDX-License-Identifier: MIT */
#include "web/invitation.h"

#include <sodium.h>

#include "base/rand.h"
#include "base/text.h"
#include "web/handlers.h"

enum { CODE_BYTES = 18 };

Str invitation_code(struct arena *arena)
{
    uint8_t bytes[CODE_BYTES];
    char *text = arena_alloc(arena, TEXT_B64URL_LEN(CODE_BYTES));
    rand_bytes(bytes, sizeof(bytes));
    text_b64url(bytes, sizeof(bytes), text);
    return str_of(text, TEXT_B64URL_LEN(CODE_BYTES));
}

bool invitation_is(Str code, Str given)
{
    return code.len > 0 && code.len == given.len &&
           sodium_memcmp(code.data, given.data, code.len) == 0;
}

/* --- a new link
 * ------------------------------------------------------------------------------------------- */

struct renewal {
    struct errand errand;
    struct web_request *request;
    struct store_invite invite;
};

static void renewed(struct errand *errand)
{
    struct renewal *renewal = CONTAINER_OF(errand, struct renewal, errand);
    struct web_request *request = renewal->request;
    struct err err = renewal->invite.op.err;
    arena_finish(&renewal->invite.op.arena);
    if (err.kind == ERR_NONE) {
        web_redirect(request, S("/account?done=link"));
    } else {
        web_fail_err(request, &err);
    }
}

void invitation_create(struct web_request *request)
{
    struct arena *arena = &request->exchange->arena;
    struct renewal *renewal = arena_new(arena, struct renewal, 1);
    renewal->request = request;
    renewal->invite.person = request->session->person.id;
    renewal->invite.code = invitation_code(arena);
    renewal->invite.now_ms = clock_wall_ms();
    errand_start(&renewal->errand, request->home->loop, request->home->web->store,
                 &renewal->invite.op, STORE_INVITE, renewed);
}
