/* signing.h -- people who sign in all at once, each on a connection of its own.
 *
 * An answer is a session cookie, or that it is too much just now; then the same person tries again
 * on a new connection when the server has said. Anything else ends the run.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "usage.h"

struct signing_person;

struct signing {
    struct signing_person *people;
    int count, port, epoll;
    const char *password;
    int let_in, refused;
};

/* person1, person2 … all try at once. */
void signing_open(struct signing *signing, int count, int port, const char *password);
/* Takes what has come, without waiting. */
void signing_poll(struct signing *signing);
void signing_close(struct signing *signing);
