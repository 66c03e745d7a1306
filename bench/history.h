/* history.h -- does a page show what place_copy_history put into the room?
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum { HISTORY_PAGE = 40 };

/* Fails unless `page` shows the messages `first` to `last` of room 1, each with its text; a page
 * may show up to ten older ones before them. */
void history_check(const char *page, int64_t first, int64_t last);
