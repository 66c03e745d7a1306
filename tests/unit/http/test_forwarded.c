/* test_forwarded.c -- X-Forwarded-For is believed from the right, and only from our own proxies
 * (H33). SPDX-License-Identifier: MIT */
#include "http/forwarded.h"

#include "tests/support/cmocka_all.h"

static const Str proxies = S_INIT("10.0.0.1, 10.0.0.2,2001:db8::1");

/* Who it is when `peer` sends these X-Forwarded-For fields, as text. */
static const char *client_of(const char *peer, const char *first, const char *second)
{
    static char text[46];
    struct http_request request = {0};
    ConnAddress address;
    const char *values[] = {first, second};
    request.fields[request.field_count++] =
        (struct http_field){.name = S("Via"), .value = S("9.9.9.9")};
    for (size_t i = 0; i < ARRAY_LEN(values) && values[i] != NULL; i++) {
        request.fields[request.field_count++] =
            (struct http_field){.name = i == 0 ? S("X-Forwarded-For") : S("x-forwarded-for"),
                                .value = str_from_z(values[i])};
    }
    assert_true(conn_address_parse(str_from_z(peer), &address));
    conn_address_text(forwarded_client(address, &request, proxies), text);
    return text;
}

static void a_stranger_is_believed_nothing(void **state)
{
    (void)state;
    assert_string_equal(client_of("192.0.2.7", "1.2.3.4", NULL), "192.0.2.7");
    assert_string_equal(client_of("192.0.2.7", "1.2.3.4, 10.0.0.1", "10.0.0.2"), "192.0.2.7");
    assert_string_equal(client_of("192.0.2.7", NULL, NULL), "192.0.2.7");
}

static void a_proxy_tells_who_asked_it(void **state)
{
    (void)state;
    assert_string_equal(client_of("10.0.0.1", "192.0.2.7", NULL), "192.0.2.7");
    assert_string_equal(client_of("10.0.0.1", "  192.0.2.7:4711 ", NULL), "192.0.2.7");
    assert_string_equal(client_of("2001:db8::1", "[2001:db8::7]:4711", NULL), "2001:db8::7");
    assert_string_equal(client_of("::ffff:10.0.0.1", "::ffff:192.0.2.7", NULL), "192.0.2.7");
    assert_string_equal(client_of("10.0.0.1", NULL, NULL), "10.0.0.1");
}

static void the_right_most_that_is_not_ours_is_the_client(void **state)
{
    (void)state;
    assert_string_equal(client_of("10.0.0.1", "1.2.3.4, 192.0.2.7", NULL), "192.0.2.7");
    assert_string_equal(client_of("10.0.0.1", "1.2.3.4, 192.0.2.7, 10.0.0.2", NULL), "192.0.2.7");
    assert_string_equal(client_of("10.0.0.1", "1.2.3.4, 192.0.2.7", "10.0.0.2"), "192.0.2.7");
    assert_string_equal(client_of("10.0.0.1", "1.2.3.4", "192.0.2.7"), "192.0.2.7");
    assert_string_equal(client_of("10.0.0.1", "10.0.0.2", NULL), "10.0.0.2");
}

static void what_is_malformed_ends_the_search(void **state)
{
    static const char *const bad[] = {"unknown",   "",          "1.2.3",      "1.2.3.4, ",
                                      "1.2.3.4,,", "[1::2",     "1.2.3.4, x", "999.1.1.1",
                                      "::1::",     "fe80::1%lo"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_string_equal(client_of("10.0.0.1", bad[i], NULL), "10.0.0.1");
    }
    assert_string_equal(client_of("10.0.0.1", "junk, 10.0.0.2", NULL), "10.0.0.2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_is_believed_nothing),
        cmocka_unit_test(a_proxy_tells_who_asked_it),
        cmocka_unit_test(the_right_most_that_is_not_ours_is_the_client),
        cmocka_unit_test(what_is_malformed_ends_the_search),
    };
    return cmocka_run_group_tests_name("forwarded", tests, NULL, NULL);
}
