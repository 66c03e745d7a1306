/* readers.h -- people who read a page again and again: HTTP over connections that stay.
 *
 * Each asks again as soon as its answer is whole. Every answer must be a 200 with its whole body,
 * which `check` judges.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "times.h"

enum { READERS_MAX = 64, PAGE_MAX = 256 * 1024 };

struct reader {
    int fd;
    size_t len;
    Nanos asked;
    int64_t mark; /* *readers->mark when it asked */
    char answer[PAGE_MAX];
};

struct readers {
    struct reader all[READERS_MAX];
    int count, epoll;
    char request[1024];
    size_t request_len;
    int64_t pages;
    struct times times; /* of each page */
    const int64_t
        *mark; /* what a page must show at least, as it stands when the page is asked for */
    void (*check)(void *context, int64_t mark, const char *body, size_t len);
    void *context;
};

/* Connects `count` readers; each asks at once. */
void readers_open(struct readers *readers, int count, int port, const char *path,
                  const char *cookie);
/* Takes what has come, waiting up to `timeout_ms`. */
void readers_poll(struct readers *readers, int timeout_ms);
void readers_close(struct readers *readers);
