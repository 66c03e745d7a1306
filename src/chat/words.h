/* words.h -- what the names of people and rooms have in common: clean, visible, one spelling. Pure.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* UTF-8 in NFC, trimmed of white space; 1 to `max` bytes; no control, format, surrogate, private or
 * bidi characters; something visible in it. `what` begins the message of ERR_INPUT. */
MUST_USE bool words_clean(struct arena *arena, Str input, size_t max, const char *what,
                          Str *ret_words, struct err *err);
/* Whether a text shows anything: a letter, mark on a letter, number, punctuation or symbol. */
bool words_are_visible(Str text);
