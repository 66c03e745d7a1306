/* head_parse.h -- llhttp, behind one function: its enum names would clash with ours.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "base/str.h"

struct http_field {
    Str name; /* as sent; compare without case */
    Str value;
};

struct head_parts {
    Str method;
    Str target;
    struct http_field *fields; /* the caller's, `field_max` of them */
    size_t field_max;
    size_t field_count;
    bool is_1_0;
    bool keep_alive;
    uint64_t content_length; /* 0 without */
};

/* Splits a whole head; all strings point into it. False when llhttp (strict) refuses it. Pure. */
MUST_USE bool head_parse(Str head, struct head_parts *parts);
