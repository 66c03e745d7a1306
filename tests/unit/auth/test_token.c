/* test_token.c -- tokens are random, and only what has their form is hashed.
 * SPDX-License-Identifier: MIT */
#include "auth/token.h"

#include <string.h>

#include "base/text.h"
#include "tests/support/cmocka_all.h"

static void a_created_token_hashes_to_the_hash_that_came_with_it(void **state)
{
    char text[TOKEN_TEXT_LEN], other[TOKEN_TEXT_LEN];
    uint8_t hash[TOKEN_HASH_LEN], again[TOKEN_HASH_LEN] = {0};
    (void)state;
    token_create(text, hash);
    assert_true(token_hash(str_of(text, sizeof(text)), again));
    assert_memory_equal(hash, again, sizeof(hash));
    token_create(other, again);
    assert_memory_not_equal(text, other, sizeof(text));
    assert_memory_not_equal(hash, again, sizeof(hash));
}

/* SHA-256 of 32 zero bytes: a stored hash must stay findable for ever. */
static void the_hash_is_sha256_of_the_bytes(void **state)
{
    uint8_t hash[TOKEN_HASH_LEN];
    char hex[2 * TOKEN_HASH_LEN];
    (void)state;
    assert_true(token_hash(S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), hash));
    text_hex(hash, sizeof(hash), hex);
    assert_memory_equal(hex, "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925",
                        sizeof(hex));
}

static void what_is_not_a_token_is_refused_and_writes_nothing(void **state)
{
    static const Str bad[] = {
        S_INIT(""),
        S_INIT("A"),
        S_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),   /* too short */
        S_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), /* too long */
        S_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),  /* padding */
        S_INIT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"),  /* stray bits at the end */
        S_INIT("AAAAAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAA"),  /* another alphabet */
        S_INIT("AAAAAAAAAAAAAAAAAAAAAAAA\0AAAAAAAAAAAAAAAAAA"),
    };
    static const uint8_t zeros[TOKEN_HASH_LEN];
    uint8_t hash[TOKEN_HASH_LEN] = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_false(token_hash(bad[i], hash));
    }
    assert_memory_equal(hash, zeros, sizeof(hash));
}

static void the_cookie_is_bound_to_its_host_on_https(void **state)
{
    (void)state;
    assert_true(str_eq(token_cookie_name(S("https://chat.example.org")), S("__Host-sid")));
    assert_true(str_eq(token_cookie_name(S("http://localhost:3000")), S("sid")));
    assert_true(str_eq(token_cookie_name(S("")), S("sid")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_created_token_hashes_to_the_hash_that_came_with_it),
        cmocka_unit_test(the_hash_is_sha256_of_the_bytes),
        cmocka_unit_test(what_is_not_a_token_is_refused_and_writes_nothing),
        cmocka_unit_test(the_cookie_is_bound_to_its_host_on_https),
    };
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
