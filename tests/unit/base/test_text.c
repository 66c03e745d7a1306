/* test_text.c -- encodings against the vectors of their RFCs, and what decoding must refuse.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

#include "base/mem.h"
#include "tests/support/cmocka_all.h"

/* RFC 4648 section 10, without padding, and the two characters of the URL alphabet. */
static const struct {
    Str plain, encoded;
} base64_vectors[] = {
    {S_INIT(""), S_INIT("")},
    {S_INIT("f"), S_INIT("Zg")},
    {S_INIT("fo"), S_INIT("Zm8")},
    {S_INIT("foo"), S_INIT("Zm9v")},
    {S_INIT("foobar"), S_INIT("Zm9vYmFy")},
    {S_INIT("\xFB\xEF\xFF"), S_INIT("--__")},
};

static void base64url_goes_there_and_back(void **state)
{
    char encoded[16], decoded[16];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(base64_vectors); i++) {
        Str plain = base64_vectors[i].plain;
        size_t len = TEXT_B64URL_LEN(plain.len);
        assert_int_equal(len, base64_vectors[i].encoded.len);
        memset(encoded, '#', sizeof(encoded));
        text_b64url(plain.data, plain.len, encoded);
        assert_true(str_eq(str_of(encoded, len), base64_vectors[i].encoded));
        assert_int_equal(encoded[len], '#'); /* not one byte more */
        assert_true(text_from_b64url(str_of(encoded, len), decoded, plain.len));
        assert_memory_equal(decoded, plain.data, plain.len);
    }
}

static void base64url_is_decoded_strictly(void **state)
{
    char decoded[3] = "##";
    (void)state;
    assert_false(text_from_b64url(S("Zg=="), decoded, 1)); /* padding */
    assert_false(text_from_b64url(S("Zh"), decoded, 1));   /* stray bits at the end */
    assert_false(text_from_b64url(S("+/+/"), decoded, 3)); /* the other alphabet */
    assert_false(text_from_b64url(S("Z m"), decoded, 2));  /* white space */
    assert_false(text_from_b64url(S("Zm9v"), decoded, 2)); /* longer than expected */
    assert_false(text_from_b64url(S("Zm8"), decoded, 3));  /* shorter */
    assert_false(text_from_b64url(S("\xF4\x90\x80\x80"), decoded, 3)); /* bytes that sodium lets through */
    assert_string_equal(decoded, "##");
}

static void hex_is_lower_case(void **state)
{
    char hex[8];
    (void)state;
    text_hex("\x00\x9F\xA0\xFF", 4, hex);
    assert_memory_equal(hex, "009fa0ff", 8);
}

static bool decodes_to(Str escaped, bool plus, Str expected)
{
    struct buf out = {0};
    bool ok = text_percent_decode(escaped, plus, &out) && str_eq(buf_str(&out), expected);
    buf_finish(&out);
    return ok;
}

static bool is_refused(Str escaped)
{
    struct buf out = {0};
    char *exact = mem_alloc(escaped.len); /* no NUL behind it, so that a look too far is seen */
    memcpy(exact, escaped.data, escaped.len);
    bool ok = text_percent_decode(str_of(exact, escaped.len), true, &out);
    mem_free(exact);
    buf_finish(&out);
    return !ok;
}

static void percent_escapes_are_decoded_once(void **state)
{
    (void)state;
    assert_true(decodes_to(S("a%20b+c"), true, S("a b c")));
    assert_true(decodes_to(S("a+b"), false, S("a+b")));
    assert_true(decodes_to(S("%2B"), true, S("+")));
    assert_true(decodes_to(S("%252e"), true, S("%2e")));
    assert_true(decodes_to(S("%c3%A9%00"), true, S("\xC3\xA9\0")));
    assert_true(decodes_to(S(""), true, S("")));
}

static void malformed_escapes_are_refused(void **state)
{
    (void)state;
    assert_true(is_refused(S("%")));
    assert_true(is_refused(S("a%4")));
    assert_true(is_refused(S("%G0")));
    assert_true(is_refused(S("%0g")));
    assert_true(is_refused(S("%%41")));
    assert_true(is_refused(S("% 1")));
}

static void every_byte_survives_percent_encoding(void **state)
{
    struct buf encoded = {0};
    char all[256];
    (void)state;
    for (size_t i = 0; i < sizeof(all); i++) {
        all[i] = (char)i;
    }
    text_percent_encode(str_of(all, sizeof(all)), &encoded);
    assert_true(decodes_to(buf_str(&encoded), true, str_of(all, sizeof(all))));
    buf_clear(&encoded);
    text_percent_encode(S("aZ09-._~ /?&=+\"<\xC3\xA9"), &encoded);
    assert_true(str_eq(buf_str(&encoded), S("aZ09-._~%20%2F%3F%26%3D%2B%22%3C%C3%A9")));
    buf_finish(&encoded);
}

static void dates_are_written_as_the_standards_have_them(void **state)
{
    char iso[25], http[30];
    (void)state;
    text_iso8601(1795515431123, iso);
    assert_string_equal(iso, "2026-11-24T10:17:11.123Z");
    text_iso8601(951782400007, iso); /* a leap day, and zeros in front */
    assert_string_equal(iso, "2000-02-29T00:00:00.007Z");
    text_iso8601(-1, iso); /* rounds down, not towards zero */
    assert_string_equal(iso, "1969-12-31T23:59:59.999Z");
    text_http_date(784111777999, http); /* the example of RFC 9110 */
    assert_string_equal(http, "Sun, 06 Nov 1994 08:49:37 GMT");
    text_http_date(0, http);
    assert_string_equal(http, "Thu, 01 Jan 1970 00:00:00 GMT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64url_goes_there_and_back),
        cmocka_unit_test(base64url_is_decoded_strictly),
        cmocka_unit_test(hex_is_lower_case),
        cmocka_unit_test(percent_escapes_are_decoded_once),
        cmocka_unit_test(malformed_escapes_are_refused),
        cmocka_unit_test(every_byte_survives_percent_encoding),
        cmocka_unit_test(dates_are_written_as_the_standards_have_them),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
