/* err.c -- see err.h.
 * SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    err->kind = kind;
    err->sys = 0;
    (void)vsnprintf(err->message, sizeof(err->message), format, arguments);
    va_end(arguments);
    return false;
}

bool err_sys(struct err *err, const char *format, ...)
{
    int saved = errno;
    char reason[80];
    va_list arguments;
    va_start(arguments, format);
    err->kind = ERR_INTERNAL;
    err->sys = saved;
    int len = vsnprintf(err->message, sizeof(err->message), format, arguments);
    va_end(arguments);
    if (len >= 0 && (size_t)len < sizeof(err->message)) {
        (void)snprintf(err->message + len, sizeof(err->message) - (size_t)len, ": %s",
                       strerror_r(saved, reason, sizeof(reason)));
    }
    return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
    char inner[sizeof(err->message)];
    memcpy(inner, err->message, sizeof(inner));
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(err->message, sizeof(err->message), format, arguments);
    va_end(arguments);
    if (len >= 0 && (size_t)len < sizeof(err->message)) {
        size_t room = sizeof(err->message) - (size_t)len;
        (void)snprintf(err->message + len, room, ": %.*s", (int)room, inner);
    }
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_NONE:
        return "none";
    case ERR_INPUT:
        return "input";
    case ERR_DENIED:
        return "denied";
    case ERR_MISSING:
        return "missing";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_BUSY:
        return "busy";
    case ERR_FULL:
        return "full";
    case ERR_INTERNAL:
        return "internal";
    }
    return "unknown";
}
