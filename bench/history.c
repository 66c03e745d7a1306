/* history.c -- see history.h.
 * SPDX-License-Identifier: MIT */
#include "history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "fail.h"

enum { OLDER_MAX = 10 }; /* the window keeps some more than a page */

static const char article[] = "<article class=\"message\" id=\"m-1-";

/* The next article that is one: the template of a message has no number. */
static const char *next_article(const char *page, int64_t *ret_seq)
{
    while ((page = strstr(page, article)) != NULL) {
        page += sizeof(article) - 1;
        *ret_seq = strtoll(page, NULL, 10);
        if (*ret_seq > 0) {
            return page;
        }
    }
    return NULL;
}

static bool has_text(const char *at, int64_t seq)
{
    char body[POST_BODY_MAX + 1];
    const char *end = strstr(at, "</article>");
    crowd_body(seq - 1, POST_BODY_LEN, body);
    const char *text = strstr(at, body);
    return end != NULL && text != NULL && text < end;
}

void history_check(const char *page, int64_t first, int64_t last)
{
    int64_t seq = 0;
    int64_t expected = 0;
    for (const char *at = page; (at = next_article(at, &seq)) != NULL; expected++) {
        if (expected == 0 && seq <= first && seq >= first - OLDER_MAX) {
            expected = seq;
        }
        if (seq != expected || !has_text(at, seq)) {
            fail("audit: a page shows message %lld, or its text wrongly, where %lld should be",
                 (long long)seq, (long long)expected);
        }
    }
    if (expected != last + 1) {
        fail("audit: a page ends before message %lld instead of after %lld", (long long)expected,
             (long long)last);
    }
}
