/* test_person.c -- handles, names and faces of people; names of rooms.
 * SPDX-License-Identifier: MIT */
#include "chat/person.h"

#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "chat/room.h"
#include "tests/support/cmocka_all.h"

typedef bool (*Cleaner)(struct arena *arena, Str input, Str *ret, struct err *err);

/* A null `expected` means that it is refused. */
static void assert_clean(Cleaner clean, Str input, const char *expected)
{
    struct arena arena = {0};
    struct err err = {0};
    Str got = S("untouched");
    bool is_good = clean(&arena, input, &got, &err);
    if (expected == NULL) {
        if (is_good) {
            fail_msg("\"%.*s\" was accepted", STR_ARG(input));
        }
        assert_int_equal(err.kind, ERR_INPUT);
        assert_true(str_eq(got, S("untouched")));
    } else {
        if (!is_good) {
            fail_msg("\"%.*s\": %s", STR_ARG(input), err.message);
        }
        assert_true(str_eq(got, str_from_z(expected)));
    }
    arena_finish(&arena);
}

static void assert_name(const char *input, const char *expected)
{
    assert_clean(person_name_clean, str_from_z(input), expected);
    assert_clean(room_name_clean, str_from_z(input), expected);
}

static void handles_are_folded(void **state)
{
    (void)state;
    assert_clean(person_handle_fold, S("Ann"), "ann");
    assert_clean(person_handle_fold, S("  ANN.b_c-9 \n"), "ann.b_c-9");
    assert_clean(person_handle_fold, S("0123456789abcdef0123456789ABCDEF"),
                 "0123456789abcdef0123456789abcdef");
}

/* U01, U04: nothing that could look like another handle. */
static void other_characters_are_no_handle(void **state)
{
    static const char *const bad[] = {"",
                                      " ",
                                      "a b",
                                      "ann@x",
                                      "ChɑnServ",
                                      "аnn",
                                      "ｂｏｂ",
                                      "İ",
                                      "a/b",
                                      "a\x01",
                                      "é",
                                      "a\"",
                                      "0123456789abcdef0123456789abcdef0"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_clean(person_handle_fold, str_from_z(bad[i]), NULL);
    }
    assert_clean(person_handle_fold, str_of("a\0b", 3), NULL);
}

static void some_handles_are_reserved(void **state)
{
    static const char *const reserved[] = {"admin",  "here", "all",     "channel", "room",
                                           "system", "bot",  "deleted", "Admin",   " HERE "};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        assert_clean(person_handle_fold, str_from_z(reserved[i]), NULL);
    }
    assert_clean(person_handle_fold, S("administrator"), "administrator");
}

static void names_are_trimmed_and_composed(void **state)
{
    (void)state;
    assert_name("  Ann Other\t", "Ann Other");
    assert_name("A\xCC\x8Angstro\xCC\x88m", "\xC3\x85ngstr\xC3\xB6m"); /* NFD in, NFC out */
    assert_name("日本 語", "日本 語");
    assert_name("👩\xE2\x80\x8D💻 Ann", "👩\xE2\x80\x8D💻 Ann"); /* the joiner inside an emoji */
    assert_name("🇨🇭", "🇨🇭");
    assert_name("a & <b> \"c\"", "a & <b> \"c\""); /* shown as text, so nothing wrong with it */
    assert_name("\xF0\x9F\xAB\xA9", "\xF0\x9F\xAB\xA9"); /* U+1FAE9, newer than the tables */
}

/* U02, U03, U07, U08 */
static void names_that_mislead_or_show_nothing_are_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "   ",
        "\xE2\x80\x8B", /* zero-width space */
        "a\xE2\x80\xAE"
        "b", /* right-to-left override */
        "a\xE2\x81\xA6"
        "b",                /* isolate */
        "\xE2\x80\x8D",     /* a joiner alone */
        "\xCC\x81\xCC\x81", /* marks alone */
        "\xE3\x85\xA4",     /* Hangul filler */
        "\xE2\xA0\x80",     /* braille blank */
        "a\nb",
        "a\x1B[31m",
        "a\xC2\x85"
        "b", /* C1 */
        "a\xE2\x80\xA8"
        "b",             /* line separator */
        "a\xEE\x80\x80", /* private use */
        "a\xEF\xBF\xBF", /* not a character */
        "\xFF",
        "a\xC3",         /* cut */
        "a\xED\xA0\x80", /* surrogate */
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_name(bad[i], NULL);
    }
    assert_clean(person_name_clean, str_of("a\0b", 3), NULL);
}

/* U10: too long is refused, never cut. */
static void names_have_a_length(void **state)
{
    char name[4 * LIMIT_PERSON_NAME + 2];
    (void)state;
    memset(name, 'x', sizeof(name));
    _Static_assert(LIMIT_PERSON_NAME == LIMIT_ROOM_NAME, "assert_name asks both");
    name[LIMIT_PERSON_NAME] = '\0';
    assert_name(name, name);
    name[LIMIT_PERSON_NAME] = 'x';
    name[LIMIT_PERSON_NAME + 1] = '\0';
    assert_name(name, NULL);
    name[LIMIT_PERSON_NAME + 1] = 'x';
    name[sizeof(name) - 1] = '\0';
    assert_name(name, NULL);
}

static void assert_initials(const char *name, const char *expected)
{
    struct arena arena = {0};
    Str initials = person_initials(&arena, str_from_z(name));
    if (!str_eq(initials, str_from_z(expected))) {
        fail_msg("\"%s\" gives \"%.*s\"", name, STR_ARG(initials));
    }
    arena_finish(&arena);
}

static void a_name_has_initials(void **state)
{
    (void)state;
    assert_initials("ann", "A");
    assert_initials("Ann other", "AO");
    assert_initials("ann von  der other ", "AO");
    assert_initials("élan östlich", "ÉÖ");
    assert_initials("日本 語", "日語");
    assert_initials("👩 x", "👩X");
    assert_initials("", "");
}

static void every_person_has_a_hue(void **state)
{
    (void)state;
    for (PersonId id = 0; id < 100; id++) {
        assert_in_range(person_hue(id), 0, 11);
    }
    assert_in_range(person_hue(INT64_MAX), 0, 11);
    assert_int_not_equal(person_hue(1), person_hue(2));
}

static void who_left_may_neither_read_nor_post(void **state)
{
    (void)state;
    assert_false(room_may_read(MEMBER_LEFT) || room_may_post(MEMBER_LEFT));
    assert_true(room_may_read(MEMBER_PLAIN) && room_may_post(MEMBER_PLAIN));
    assert_true(room_may_read(MEMBER_MODERATOR) && room_may_post(MEMBER_MODERATOR));
}

static Str bio_of(Str input, bool *ret_good)
{
    static struct arena arena; /* lives as long as the program */
    struct err err = {0};
    Str bio = {0};
    *ret_good = person_bio_clean(&arena, input, &bio, &err);
    assert_int_equal(err.kind, *ret_good ? ERR_NONE : ERR_INPUT);
    return bio;
}

static void a_bio_is_empty_or_text_of_several_lines(void **state)
{
    bool is_good;
    (void)state;
    assert_true(str_eq(bio_of(S(""), &is_good), S("")) && is_good);
    assert_true(str_eq(bio_of(S(" \r\n "), &is_good), S("")) && is_good);
    assert_true(str_eq(bio_of(S(" One.\r\nTwo.\r\n"), &is_good), S("One.\nTwo.")) && is_good);
    (void)bio_of(S("a\x07"), &is_good);
    assert_false(is_good);
    (void)bio_of(S("a\xFF"), &is_good);
    assert_false(is_good);
}

static void a_bio_has_a_largest_length_in_characters(void **state)
{
    char text[2 * LIMIT_BIO + 1];
    bool is_good;
    (void)state;
    for (size_t i = 0; i < LIMIT_BIO; i++) {
        text[2 * i] = '\xC3';
        text[2 * i + 1] = '\xA4';
    }
    text[2 * LIMIT_BIO] = 'x';
    (void)bio_of(str_of(text, 2 * LIMIT_BIO), &is_good);
    assert_true(is_good);
    (void)bio_of(str_of(text, sizeof(text)), &is_good);
    assert_false(is_good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bio_is_empty_or_text_of_several_lines),
        cmocka_unit_test(a_bio_has_a_largest_length_in_characters),
        cmocka_unit_test(handles_are_folded),
        cmocka_unit_test(other_characters_are_no_handle),
        cmocka_unit_test(some_handles_are_reserved),
        cmocka_unit_test(names_are_trimmed_and_composed),
        cmocka_unit_test(names_that_mislead_or_show_nothing_are_refused),
        cmocka_unit_test(names_have_a_length),
        cmocka_unit_test(a_name_has_initials),
        cmocka_unit_test(every_person_has_a_hue),
        cmocka_unit_test(who_left_may_neither_read_nor_post),
    };
    return cmocka_run_group_tests_name("chat/person", tests, NULL, NULL);
}
