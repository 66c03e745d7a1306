/* err.h -- operating errors: what went wrong, for whom, in one sentence.
 *
 * A function that can fail returns bool and takes a `struct err *` last; false means that it is
 * filled in. The kind decides what the outside sees (web/ maps it to a status, the live socket to a
 * refusal); the message is for the log and the operator. Lower layers return errors, they never log.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/check.h"

enum err_kind {
    ERR_NONE,
    ERR_INPUT,    /* the request is malformed or breaks a rule: do not repeat it as it is */
    ERR_DENIED,   /* known who asks, and they may not */
    ERR_MISSING,  /* no such thing, or it must look so */
    ERR_CONFLICT, /* clashes with what is stored */
    ERR_BUSY,     /* over a limit now: try again later */
    ERR_FULL,     /* the disk is full: reading works, writing does not */
    ERR_INTERNAL, /* our fault */
};

struct err {
    enum err_kind kind;
    int sys;           /* errno, or 0 */
    char message[200]; /* NUL-ended, no secrets */
};

/* All return false, so that `return err_set(…)` reads well. */
PRINTF(3, 4) COLD bool err_set(struct err *err, enum err_kind kind, const char *format, ...);
/* Adds ": strerror(errno)"; call it on the line after the failing call. Kind INTERNAL. */
PRINTF(2, 3) COLD bool err_sys(struct err *err, const char *format, ...);
/* Puts "where: " before the message. */
PRINTF(2, 3) COLD bool err_wrap(struct err *err, const char *format, ...);
const char *err_kind_name(enum err_kind kind); /* "input", "denied", … */
