/* device.h -- a browser that somebody has signed in from before, known by a cookie.
 *
 * While strangers guess at an account, everybody is made to wait for it; whoever brings the cookie
 * of a device that was let in with this very password gets tries of their own. It opens nothing.
 * The cookie is a random id and its MAC under the stored password hash: nothing is kept, and a new
 * password ends it. Pure, but for the random id. SPDX-License-Identifier: MIT */
#pragma once

#include "chat/ids.h"

enum { DEVICE_TEXT_LEN = 43, DEVICE_ID_LEN = 16 };

/* The cookie's name: "__Host-device" where `public_url` is https, else "device". */
Str device_cookie_name(Str public_url);
/* Makes a cookie; ret_text is not NUL-ended. */
void device_create(Str password_hash, PersonId person, char ret_text[DEVICE_TEXT_LEN]);
/* Whether a cookie is of this account, with this password; then ret_id tells devices apart. */
MUST_USE bool device_is_known(Str text, Str password_hash, PersonId person,
                              uint8_t ret_id[DEVICE_ID_LEN]);
