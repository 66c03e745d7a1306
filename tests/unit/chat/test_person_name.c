/* test_person_name.c -- which names look alike, and which do not.
 * SPDX-License-Identifier: MIT */
#include "chat/person_name.h"

#include "base/arena.h"
#include "tests/support/cmocka_all.h"

static void assert_alike(const char *one, const char *other, bool are_alike)
{
    struct arena arena = {0};
    Str first = person_name_skeleton(&arena, str_from_z(one));
    Str second = person_name_skeleton(&arena, str_from_z(other));
    if (str_eq(first, second) != are_alike) {
        fail_msg("\"%s\" is \"%.*s\", \"%s\" is \"%.*s\"", one, STR_ARG(first), other,
                 STR_ARG(second));
    }
    arena_finish(&arena);
}

/* U01 */
static void names_that_look_alike(void **state)
{
    static const char *const rows[][2] = {
        {"Anna Berg", "anna berg"},
        {"Anna Berg", "Anna  Berg"},
        {"Anna Berg", "AnnaBerg"},
        {"Anna Berg", "Anna\u00a0Berg"},
        {"Anna Berg", "Anna-Berg."},
        {"Anna", "Anna \U0001F338"},
        {"Anna", "\u0410nna"},                /* Cyrillic A */
        {"Anna", "\u0391nna"},                /* Greek Alpha */
        {"Anna", "Ann\u0251"},                /* Latin alpha */
        {"Anna", "\uff21\uff4e\uff4e\uff41"}, /* fullwidth */
        {"Anna", "\U0001d400nna"},            /* mathematical bold */
        {"Anna", "\u24b6nna"},                /* circled */
        {"Anna", "An\u200bna"},               /* zero width space */
        {"Anna", "An\u00adna"},               /* soft hyphen */
        {"Anna", "Anna\ufe0f"},               /* variation selector */
        {"Anna", "An\u034fna"},               /* grapheme joiner */
        {"Anna", "\u00c4nna"},                /* an accent: safe is one handle too many */
        {"Anna", "\u1ea0nna"},                /* a dot below */
        {"Anna", "A\u0332nna"},               /* a line below, of its own */
        {"Anna", "A\u0336nna"},               /* a line through it */
        {"Nina", "\u039dina"},                /* Greek capital Nu */
        {"Eva", "E\u03bda"},                  /* Greek small nu */
        {"Helen", "\u0397elen"},              /* Greek capital Eta */
        {"Helen", "\u041delen"},              /* Cyrillic En */
        {"Bob", "\u0412ob"},                  /* Cyrillic Ve */
        {"Ivan", "\u0130van"},                /* I with a dot */
        {"Ivan", "\u0131van"},                /* i without one */
        {"Ivan", "lvan"},
        {"Ivan", "1van"},
        {"Ivan", "|van"},
        {"Ivan", "\u0406van"}, /* Cyrillic I */
        {"Ivan", "\u04c0van"}, /* palochka */
        {"Olaf", "0laf"},
        {"Olaf", "\u00d8laf"},
        {"Mark", "rnark"},
        {"Walter", "VValter"},
        {"Stra\u00dfer", "STRASSER"},
        {"\u041c\u0430\u0440\u0456\u044f", "\u043c\u0430\u0440\u0456\u044f"},
        {"\u03a3\u03bf\u03c6\u03af\u03b1\u03c2", "\u03c3\u03bf\u03c6\u03b9\u03b1\u03c3"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_alike(rows[i][0], rows[i][1], true);
    }
}

static void names_that_do_not(void **state)
{
    static const char *const rows[][2] = {
        {"Anna", "Hanna"},
        {"Anna", "Anne"},
        {"Anna", "Anna 2"},
        {"Anna Berg", "Berg Anna"},
        {"Ada", "Bob"},
        {"\u0410\u043d\u043d\u0430", "\u0410\u043b\u043b\u0430"}, /* Anna and Alla, Cyrillic */
        {"\u738b", "\u674e"},
        {"\u304b", "\u304c"},                         /* ka and ga */
        {"\u0930\u092e\u093e", "\u0930\u093e\u092e"}, /* Rama and Ram */
        {"\u0e19\u0e34", "\u0e19\u0e35"},             /* two Thai vowels */
        {"\ud55c", "\ud558"},                         /* han and ha */
        {"\U0001F338", "\U0001F33B"},                 /* no letter at all */
        {"...", "!!!"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_alike(rows[i][0], rows[i][1], false);
    }
}

static void a_sign_that_announces_a_handle_is_found(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_true(person_name_has_at(&arena, S("Anna Berg @anna")));
    assert_true(person_name_has_at(&arena, S("Anna \uff20anna"))); /* fullwidth */
    assert_true(person_name_has_at(&arena, S("Anna \ufe6banna"))); /* small */
    assert_false(person_name_has_at(&arena, S("Anna Berg")));
    assert_false(person_name_has_at(&arena, S("")));
    arena_finish(&arena);
}

/* What a file was made to hold by other means. */
static void what_is_no_text_is_its_own_skeleton(void **state)
{
    struct arena arena = {0};
    (void)state;
    assert_true(str_eq(person_name_skeleton(&arena, S("A\xff")), S("A\xff")));
    assert_true(str_eq(person_name_skeleton(&arena, S("")), S("")));
    assert_false(person_name_has_at(&arena, S("@\xff")));
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_look_alike),
        cmocka_unit_test(names_that_do_not),
        cmocka_unit_test(a_sign_that_announces_a_handle_is_found),
        cmocka_unit_test(what_is_no_text_is_its_own_skeleton),
    };
    return cmocka_run_group_tests_name("person_name", tests, NULL, NULL);
}
