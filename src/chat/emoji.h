/* emoji.h -- whether a text is nothing but a few emoji, which are then drawn large.
 * Pure. Thread: any.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

/* One to `max` emoji and spaces between them, nothing else. Told by the tables of the Unicode
 * library: one that is newer than these counts as text. `text` is UTF-8. */
bool emoji_is_only(Str text, int max);
