/* test_origin.c -- which unsafe requests, and which sockets, come from our own pages.
 * SPDX-License-Identifier: MIT */
#include "auth/origin.h"

#include "tests/support/cmocka_all.h"

static Str or_absent(const char *text)
{
    return text == NULL ? (Str){0} : str_from_z(text);
}

static void assert_judged(const char *fetch_site, const char *origin, const char *host,
                          const char *public_url, bool has_cookie, bool expected)
{
    struct origin_facts facts = {
        .fetch_site = or_absent(fetch_site),
        .origin = or_absent(origin),
        .host = or_absent(host),
        .public_url = str_from_z(public_url),
        .has_cookie = has_cookie,
    };
    if (origin_is_own(&facts) != expected) {
        fail_msg("Sec-Fetch-Site %s, Origin %s, Host %s, public_url %s", fetch_site, origin, host,
                 public_url);
    }
}

/* None of these is https://chat.example.org. */
static const char *const foreign[] = {
    "null",
    "",
    "https://evil.example",
    "http://chat.example.org",
    "https://chat.example.org:8443",
    "https://chat.example.org.evil",
    "https://evilchat.example.org",
    "https://chat.example.org.",
    "https://CHAT.example.org",
    "HTTPS://chat.example.org",
    "https://chat.example.org/",
    "https://chat.example.org`",
    "https://chat.example.org$",
    "https://user@chat.example.org",
    "https://chat.example.org, https://evil.example",
    "https://chat.example.or",
    "chat.example.org",
    "file://",
};

static void an_origin_is_compared_byte_for_byte(void **state)
{
    (void)state;
    assert_judged(NULL, "https://chat.example.org", "internal:3000", "https://chat.example.org",
                  true, true);
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        assert_judged(NULL, foreign[i], "chat.example.org", "https://chat.example.org", true,
                      false);
        assert_judged(NULL, foreign[i], "chat.example.org", "https://chat.example.org", false,
                      false);
    }
}

static void without_a_public_url_the_host_decides(void **state)
{
    (void)state;
    assert_judged(NULL, "http://127.0.0.1:3000", "127.0.0.1:3000", "", true, true);
    assert_judged(NULL, "https://chat.example.org", "chat.example.org", "", true, true);
    assert_judged(NULL, "http://127.0.0.1:3001", "127.0.0.1:3000", "", true, false);
    assert_judged(NULL, "http://127.0.0.1", "127.0.0.1:3000", "", true, false);
    assert_judged(NULL, "ftp://127.0.0.1:3000", "127.0.0.1:3000", "", true, false);
    assert_judged(NULL, "null", "null", "", true, false);
    assert_judged(NULL, "http://", "", "", true, false);
    assert_judged(NULL, "http://", NULL, "", true, false);
}

static void what_the_browser_says_goes_first(void **state)
{
    static const char *const sites[] = {"cross-site", "same-site", "", "Same-Origin",
                                        "same-origin, cross-site"};
    const char *own = "https://chat.example.org";
    (void)state;
    assert_judged("same-origin", NULL, "h", own, true, true);
    assert_judged("none", NULL, "h", own, true, true);
    for (size_t i = 0; i < ARRAY_LEN(sites); i++) {
        assert_judged(sites[i], own, "chat.example.org", own, true, false);
        assert_judged(sites[i], NULL, "chat.example.org", own, false, false);
    }
}

static void with_neither_it_must_not_carry_a_session(void **state)
{
    (void)state;
    assert_judged(NULL, NULL, "h", "https://chat.example.org", true, false);
    assert_judged(NULL, NULL, "h", "", true, false);
    assert_judged(NULL, NULL, "h", "", false, true);
}

static void a_socket_needs_an_origin_of_our_own(void **state)
{
    struct origin_facts facts = {
        .host = S("chat.example.org"),
        .public_url = S("https://chat.example.org"),
        .fetch_site = S("same-origin"),
        .has_cookie = true,
    };
    (void)state;
    assert_false(origin_is_own_socket(&facts)); /* none */
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        facts.origin = str_from_z(foreign[i]);
        assert_false(origin_is_own_socket(&facts));
    }
    facts.origin = S("https://chat.example.org");
    assert_true(origin_is_own_socket(&facts));
}

static void a_host_is_our_own(void **state)
{
    static const char *const own[] = {"chat.example.org", "CHAT.example.org", "chat.example.org:443"};
    static const char *const others[] = {"",
                                         "evil.example",
                                         "chat.example.org.",
                                         "chat.example.org:80",
                                         "chat.example.org:4430",
                                         "xchat.example.org",
                                         "chat.example.org.evil.example",
                                         ":443"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        assert_true(origin_is_own_host(S("https://chat.example.org"), str_from_z(own[i])));
    }
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        assert_false(origin_is_own_host(S("https://chat.example.org"), str_from_z(others[i])));
        assert_true(origin_is_own_host(S(""), str_from_z(others[i])));
    }
    assert_true(origin_is_own_host(S("http://[::1]:3000"), S("[::1]:3000")));
    assert_true(origin_is_own_host(S("http://[::1]"), S("[::1]:80")));
    assert_false(origin_is_own_host(S("http://[::1]:3000"), S("[::1]")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAMED_TEST("A22 an origin is compared byte for byte", an_origin_is_compared_byte_for_byte),
        NAMED_TEST("A22 without a public_url the host decides",
                   without_a_public_url_the_host_decides),
        NAMED_TEST("A22 what the browser says goes first", what_the_browser_says_goes_first),
        NAMED_TEST("A21 with neither it must not carry a session",
                   with_neither_it_must_not_carry_a_session),
        NAMED_TEST("H17 a host is our own", a_host_is_our_own),
        NAMED_TEST("A23 a socket needs an origin of our own", a_socket_needs_an_origin_of_our_own),
    };
    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
