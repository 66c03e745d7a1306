/* template_view.h -- what the templates under tests/support/templates render.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "html/html.h"

struct sample_page {
    Str title;
    int64_t id;
};

struct sample_row {
    uint64_t number;
    Str name;
    bool is_new;
};

struct sample_rows {
    const struct sample_row *items;
    size_t count;
};

struct sample_words {
    const Str *items;
    size_t count;
};

struct sample_view {
    struct sample_page page;
    Str text;
    Str url;
    Html body;
    HtmlPieces pieces;
    int64_t rev;
    bool is_edited;
    struct sample_rows rows;
    struct sample_words words;
};
