/* new_session.h -- a session for somebody who has just shown who they are: signing in, coming in, a
 * new password. What is common to the three: the token, the cookies, and what becomes of older
 * sessions.
 *
 * A session that is used stays: at most once an hour its use is noted and its cookie renewed.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "auth/token.h"
#include "store/store.h"
#include "web/web.h"

/* Draws a token and fills in the verb, but for the person and the time. The session that the
 * browser came with will be ended: nobody goes on under a token from before. */
void new_session_fill(struct web_request *request, char ret_token[TOKEN_TEXT_LEN],
                      struct store_session_add *ret_add);
/* Tells every loop which sessions have ended. On the lane's thread, from the verb's `after`. */
void new_session_announce(struct live *live, const struct store_session_add *add);
/* Sets the session's cookie, and the one by which this browser will be known. */
void new_session_set_cookies(struct web_request *request, const char token[TOKEN_TEXT_LEN],
                             Str password_hash, PersonId person);
/* Notes that the request's session is in use, if that was long ago. */
void new_session_keep(struct web_request *request);
