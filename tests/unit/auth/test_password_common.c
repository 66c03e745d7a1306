/* test_password_common.c -- what everybody tries first is known, in every disguise; sentences are
 * not (A05). SPDX-License-Identifier: MIT */
#include "auth/password_common.h"

#include "tests/support/cmocka_all.h"

static void assert_all(const char *const *passwords, size_t count, bool is_common)
{
    for (size_t i = 0; i < count; i++) {
        if (password_is_common(str_from_z(passwords[i]), S("ada.lovelace")) != is_common) {
            fail_msg("\"%s\" is %s", passwords[i], is_common ? "let through" : "refused");
        }
    }
}

static void what_everybody_tries_is_known(void **state)
{
    static const char *const common[] = {
        "password1234",     "Password2024!",       "p@ssw0rd1234",
        "passwordpassword", "PASSWORD-PASSWORD",   "123456789012",
        "012345678910",     "987654321000",        "111111111111",
        "qwertyuiop12",     "qwertyuiopasdfghjkl", "1q2w3e4r5t6y",
        "zaq12wsxcde3",     "abcdefghijkl",        "lkjhgfdsa123",
        "iloveyou1234",     "ILoveYouForever",     "letmeinletmein",
        "adminadminadmin",  "changeme12345",       "correcthorsebatterystaple",
        "Ada.Lovelace",     "ada.lovelace1815",    "adaadaadaada",
        "parlorparlor",     "Parlor Parlor 1",     "P4rl0r-2026!!",
        "welcome-welcome",  "football123456",      "20240101 20240202",
        "sunshine....2020", "asdfasdfasdfasdf",    "abcabcabcabcabc",
        "            ",     "trustno1trustno1",    "qwertzuiop123",
        "azertyuiop!!!",    "!@#$%^&*()12",        "Sommer2024!!!",
        "michael19850412",
    };
    (void)state;
    assert_all(common, ARRAY_LEN(common), true);
}

static void what_one_thinks_of_oneself_is_not(void **state)
{
    static const char *const own[] = {
        "twelve chars",
        "a long enough secret",
        "ada.lovelace and the engine",
        "tin kettle harbour",
        "h7Gk2-pQ9x-vT4m",
        "sunshine dragon kettle", /* three words, one of which is not usual */
        "\xC3\xA4\xC3\xB6\xC3\xBC und andere Zeichen",
        "\xF0\x9F\x92\xA1\xF0\x9F\x9A\xAA\xF0\x9F\xAA\x91 lamp, door, chair",
        "0b1cc9f2a7de4410",
        "passwordish thoughts of mine",
    };
    (void)state;
    assert_all(own, ARRAY_LEN(own), false);
}

static void long_ones_are_looked_at_for_repetition_only(void **state)
{
    char text[1024];
    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = 'x';
    }
    assert_true(password_is_common(str_of(text, sizeof(text)), S("ann")));
    text[1000] = 'y';
    assert_false(password_is_common(str_of(text, sizeof(text)), S("ann")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_everybody_tries_is_known),
        cmocka_unit_test(what_one_thinks_of_oneself_is_not),
        cmocka_unit_test(long_ones_are_looked_at_for_repetition_only),
    };
    return cmocka_run_group_tests_name("password_common", tests, NULL, NULL);
}
