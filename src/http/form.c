/* form.c -- see form.h.
 * SPDX-License-Identifier: MIT */
#include "http/form.h"

#include "base/text.h"

static bool decode(struct arena *arena, Str encoded, Str *ret_decoded, struct err *err)
{
    struct buf decoded = {0};
    bool is_good = text_percent_decode(encoded, true, &decoded);
    Str text = buf_str(&decoded);
    if (!is_good) {
        (void)err_set(err, ERR_INPUT, "malformed escape in a form");
    } else if (!str_is_utf8(text) || str_find(text, '\0') >= 0) {
        is_good = err_set(err, ERR_INPUT, "a form holds bytes that are no text");
    } else {
        *ret_decoded = str_dup(arena, text);
    }
    buf_finish(&decoded);
    return is_good;
}

bool form_parse(struct arena *arena, Str encoded, struct form *ret_form, struct err *err)
{
    ret_form->count = 0;
    while (encoded.len > 0) {
        Str pair;
        Str raw_name;
        Str raw_value;
        struct form_param param;
        (void)str_cut(encoded, '&', &pair, &encoded);
        (void)str_cut(pair, '=', &raw_name, &raw_value);
        if (ret_form->count == LIMIT_FORM_PARAMS) {
            return err_set(err, ERR_INPUT, "more than %d parameters", LIMIT_FORM_PARAMS);
        }
        if (!decode(arena, raw_name, &param.name, err) || !decode(arena, raw_value, &param.value, err)) {
            return false;
        }
        if (form_has(ret_form, param.name)) {
            return err_set(err, ERR_INPUT, "a parameter is given twice");
        }
        ret_form->params[ret_form->count++] = param;
    }
    return true;
}

bool form_has(const struct form *form, Str name)
{
    return form_get(form, name).data != NULL;
}

Str form_get(const struct form *form, Str name)
{
    for (size_t i = 0; i < form->count; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): those before count are filled in */
        if (str_eq(form->params[i].name, name)) {
            return form->params[i].value;
        }
    }
    return (Str){0};
}
