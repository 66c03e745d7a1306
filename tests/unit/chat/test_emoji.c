/* test_emoji.c -- which texts are nothing but emoji.
 * SPDX-License-Identifier: MIT */
#include "chat/emoji.h"

#include "tests/support/cmocka_all.h"

static void a_few_emoji_are(void **state)
{
    static const char *const texts[] = {
        "👍",
        "👍👍 👍",
        "👩🏽‍💻",
        "🇫🇷",
        "❤️",
        "1️⃣",
        "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦",
        "⭐",
        "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "☺️ ✅",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (!emoji_is_only(str_from_z(texts[i]), 3)) {
            fail_msg("%s", texts[i]);
        }
    }
}

static void others_are_not(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "a",
        "👍a",
        "👍👍👍👍",
        "1",
        "#",
        "*",
        "©",
        "™",
        "❤",
        "🇫",
        "é",
        "👍\n👍",
        "☺︎",
        "漢",
        "🏽x",
        "\xE2\x80\x8D",
        "\xEF\xB8\x8F",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        if (emoji_is_only(str_from_z(texts[i]), 3)) {
            fail_msg("%s", texts[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_emoji_are),
        cmocka_unit_test(others_are_not),
    };
    return cmocka_run_group_tests_name("chat/emoji", tests, NULL, NULL);
}
