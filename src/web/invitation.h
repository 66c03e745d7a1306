/* invitation.h -- the code in the link that lets people in. Pure, but for the random bytes.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

struct arena;

/* Draws a code of 24 characters, 144 random bits: longer to guess than the house stands, and short
 * enough for a letter. */
Str invitation_code(struct arena *arena);
/* Compares in a time that does not tell how much of it was right. */
bool invitation_is(Str code, Str given);
