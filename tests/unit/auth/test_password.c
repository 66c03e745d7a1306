/* test_password.c -- the rules, the parameters of the hash, and that an unknown person costs as much.
 * SPDX-License-Identifier: MIT */
#include "auth/password.h"

#include <sodium.h>
#include <string.h>

#include "base/metrics.h"
#include "base/limits.h"
#include "tests/support/cmocka_all.h"

static bool is_allowed(Str password, int64_t least)
{
    struct err err = {0};
    bool is_good = password_check_rules(password, S("ada.lovelace"), least, &err);
    assert_int_equal(err.kind, is_good ? ERR_NONE : ERR_INPUT);
    return is_good;
}

static void a_password_has_its_least_length_in_characters(void **state)
{
    (void)state;
    assert_false(is_allowed(S(""), 8));
    assert_false(is_allowed(S("elevenchars"), 12));
    assert_true(is_allowed(S("twelve chars"), 12));
    assert_true(is_allowed(S("elevenchars"), 8));
    assert_false(is_allowed(S("äöüßåø"), 12)); /* 12 bytes */
    assert_true(is_allowed(S("äöüßåøæœéèêë"), 12));
}

static void a_password_has_a_largest_length(void **state)
{
    char text[LIMIT_PASSWORD + 1];
    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char)('a' + i % 26);
    }
    assert_true(is_allowed(str_of(text, LIMIT_PASSWORD), 12));
    assert_false(is_allowed(str_of(text, LIMIT_PASSWORD + 1), 12));
}

static void a_password_is_text_and_not_what_all_try(void **state)
{
    (void)state;
    assert_false(is_allowed(S("twelve\0chars"), 12));
    assert_false(is_allowed(S("twelve \xFF chars"), 12));
    assert_false(is_allowed(S("Ada.Lovelace"), 12));
    assert_false(is_allowed(S("PasswordPassword"), 12));
    assert_true(is_allowed(S("ada.lovelace and the engine"), 12));
}

static void a_hash_is_verified_with_its_password_only(void **state)
{
    struct arena arena = {0};
    struct err err = {0};
    Str hash, again;
    (void)state;
    assert_true(password_hash(&arena, S("a long enough secret"), &hash, &err));
    assert_true(str_starts(hash, S("$argon2id$v=19$m=19456,t=2,p=1$")));
    assert_true(password_verify(hash, S("a long enough secret")));
    assert_false(password_verify(hash, S("a long enough secreT")));
    assert_false(password_verify(hash, S("")));
    assert_true(password_hash(&arena, S("a long enough secret"), &again, &err));
    assert_false(str_eq(hash, again)); /* salted */
    arena_finish(&arena);
}

static void no_hash_or_a_broken_one_costs_a_hash_and_is_false(void **state)
{
    char longer[crypto_pwhash_STRBYTES + 8];
    (void)state;
    memset(longer, 'x', sizeof(longer));
    int64_t before = metrics_get(password_hashes_total);
    assert_false(password_verify(S(""), S("a long enough secret")));
    assert_false(password_verify(str_of(longer, sizeof(longer)), S("a long enough secret")));
    assert_int_equal(metrics_get(password_hashes_total), before + 2);
}

static void a_password_that_nobody_can_have_costs_nothing(void **state)
{
    char text[LIMIT_PASSWORD + 1];
    (void)state;
    memset(text, 'x', sizeof(text));
    int64_t before = metrics_get(password_hashes_total);
    assert_false(password_verify(S(""), str_of(text, sizeof(text))));
    assert_int_equal(metrics_get(password_hashes_total), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_has_its_least_length_in_characters),
        cmocka_unit_test(a_password_has_a_largest_length),
        cmocka_unit_test(a_password_is_text_and_not_what_all_try),
        cmocka_unit_test(a_hash_is_verified_with_its_password_only),
        cmocka_unit_test(no_hash_or_a_broken_one_costs_a_hash_and_is_false),
        cmocka_unit_test(a_password_that_nobody_can_have_costs_nothing),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
