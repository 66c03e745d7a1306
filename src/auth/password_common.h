/* password_common.h -- is it a password that everybody tries first? Pure.
 *
 * Lists of leaked passwords are long because they are short words with the same few endings. With
 * twelve characters as the least length, what remains of them follows a rule: one or two usual
 * words, rows of the keyboard or numbers, put together, repeated, spelt with digits for letters.
 * That rule is checked here, with a short list of the words. SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

/* `handle` is one more word that is known. */
bool password_is_common(Str password, Str handle);
