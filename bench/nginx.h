/* nginx.h -- the floor of pages: nginx with one worker, serving the same bytes as a file.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "server.h"

struct nginx {
    pid_t pid;
    int port;
    char folder[FOLDER_LEN];
};

/* Starts it on the server's core over a fresh folder in `base` with the `page`; false: not
 * installed. */
bool nginx_start(struct nginx *nginx, const struct cores *cores, const char *base, const char *page,
                 size_t len);
void nginx_stop(struct nginx *nginx);
