/* test_device.c -- a known device is known for one account and one password only.
 * SPDX-License-Identifier: MIT */
#include "auth/device.h"

#include <sodium.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

static void a_device_is_of_one_account_and_password(void **state)
{
    char text[DEVICE_TEXT_LEN];
    uint8_t id[DEVICE_ID_LEN];
    (void)state;
    device_create(S("hash one"), 7, text);
    Str cookie = str_of(text, sizeof(text));
    assert_true(device_is_known(cookie, S("hash one"), 7, id));
    assert_false(device_is_known(cookie, S("hash two"), 7, id));
    assert_false(device_is_known(cookie, S("hash one"), 8, id));
    assert_false(device_is_known(cookie, S(""), 7, id));
}

static void a_cookie_that_was_changed_is_unknown(void **state)
{
    char text[DEVICE_TEXT_LEN];
    uint8_t id[DEVICE_ID_LEN];
    (void)state;
    device_create(S("hash"), 7, text);
    for (size_t i = 0; i < sizeof(text); i++) {
        char before = text[i];
        text[i] = before == 'A' ? 'B' : 'A';
        assert_false(device_is_known(str_of(text, sizeof(text)), S("hash"), 7, id));
        text[i] = before;
    }
    assert_false(device_is_known(str_of(text, sizeof(text) - 1), S("hash"), 7, id));
    assert_false(device_is_known(S(""), S("hash"), 7, id));
}

static void devices_differ(void **state)
{
    char texts[2][DEVICE_TEXT_LEN];
    uint8_t ids[2][DEVICE_ID_LEN];
    (void)state;
    for (int i = 0; i < 2; i++) {
        device_create(S("hash"), 7, texts[i]);
        assert_true(device_is_known(str_of(texts[i], DEVICE_TEXT_LEN), S("hash"), 7, ids[i]));
    }
    assert_memory_not_equal(ids[0], ids[1], DEVICE_ID_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_of_one_account_and_password),
        cmocka_unit_test(a_cookie_that_was_changed_is_unknown),
        cmocka_unit_test(devices_differ),
    };
    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
