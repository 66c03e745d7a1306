/* fuzz_form.c -- an accepted form is bounded text with unique names, and can be written anew.
 * SPDX-License-Identifier: MIT */
#include "http/form.h"

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_text(Str s)
{
    return str_is_utf8(s) && str_find(s, '\0') < 0;
}

static void check_written_anew(struct arena *arena, const struct form *form)
{
    struct form again;
    struct err err = {0};
    struct buf encoded = {0};
    for (size_t i = 0; i < form->count; i++) {
        text_percent_encode(form->params[i].name, &encoded);
        buf_put_char(&encoded, '=');
        text_percent_encode(form->params[i].value, &encoded);
        buf_put_str(&encoded, i + 1 < form->count ? S("&") : S(""));
    }
    CHECK(form_parse(arena, buf_str(&encoded), &again, &err));
    CHECK_EQ(again.count, form->count);
    for (size_t i = 0; i < form->count; i++) {
        CHECK(form_has(&again, form->params[i].name));
        CHECK(str_eq(form_get(&again, form->params[i].name), form->params[i].value));
    }
    buf_finish(&encoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct form form;
    struct err err = {0};
    if (form_parse(&arena, str_of(data, size), &form, &err)) {
        CHECK(form.count <= LIMIT_FORM_PARAMS);
        for (size_t i = 0; i < form.count; i++) {
            const struct form_param *param = &form.params[i];
            CHECK(is_text(param->name) && is_text(param->value));
            CHECK(form_get(&form, param->name).data ==
                  param->value.data); /* the only one of its name */
        }
        check_written_anew(&arena, &form);
    } else {
        CHECK(err.kind == ERR_INPUT && err.message[0] != '\0');
    }
    arena_finish(&arena);
    return 0;
}
