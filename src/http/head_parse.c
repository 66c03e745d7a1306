/* head_parse.c -- see head_parse.h. llhttp is fed the whole head at once, so each span comes in one
 * piece; it is stopped behind the head, because bodies are ours, by Content-Length alone.
 * SPDX-License-Identifier: MIT */
#include "http/head_parse.h"

#include <llhttp.h>

struct parse {
    struct head_parts *parts;
    bool is_complete;
};

static int on_method(llhttp_t *llhttp, const char *at, size_t len)
{
    ((struct parse *)llhttp->data)->parts->method = str_of(at, len);
    return 0;
}

static int on_url(llhttp_t *llhttp, const char *at, size_t len)
{
    ((struct parse *)llhttp->data)->parts->target = str_of(at, len);
    return 0;
}

static int on_field(llhttp_t *llhttp, const char *at, size_t len)
{
    struct head_parts *parts = ((struct parse *)llhttp->data)->parts;
    if (parts->field_count == parts->field_max) {
        return -1;
    }
    parts->fields[parts->field_count++] = (struct http_field){.name = str_of(at, len)};
    return 0;
}

static int on_value(llhttp_t *llhttp, const char *at, size_t len)
{
    struct head_parts *parts = ((struct parse *)llhttp->data)->parts;
    if (parts->field_count == 0) {
        return -1;
    }
    parts->fields[parts->field_count - 1].value = str_trim(str_of(at, len), " \t");
    return 0;
}

static int on_complete(llhttp_t *llhttp)
{
    struct parse *parse = llhttp->data;
    parse->is_complete = true;
    parse->parts->is_1_0 = llhttp->http_minor == 0;
    parse->parts->keep_alive = llhttp_should_keep_alive(llhttp) != 0;
    parse->parts->content_length = llhttp->content_length;
    return HPE_PAUSED;
}

bool head_parse(Str head, struct head_parts *parts)
{
    struct parse parse = {.parts = parts};
    llhttp_settings_t settings;
    llhttp_t llhttp;
    llhttp_settings_init(&settings);
    settings.on_method = on_method;
    settings.on_url = on_url;
    settings.on_header_field = on_field;
    settings.on_header_value = on_value;
    settings.on_headers_complete = on_complete;
    llhttp_init(&llhttp, HTTP_REQUEST, &settings);
    llhttp.data = &parse;
    (void)llhttp_execute(&llhttp, head.data, head.len); /* ends paused, or refused: is_complete tells */
    return parse.is_complete;
}
