/* test_control_message.c -- what goes over the control socket arrives as it was, and nothing else does.
 * SPDX-License-Identifier: MIT */
#include "command/control_message.h"

#include "tests/support/cmocka_all.h"

static void a_request_arrives_as_it_was_sent(void **state)
{
    struct admin_request request = {
        .verb = ADMIN_USER_ADD,
        .handle = S("ada"),
        .name = S("Ada \"the\" \xC3\xA4\nLovelace"),
        .password = S("a\\b\"c and more"),
        .has_password = true,
        .is_admin = true,
    };
    struct admin_request read = {0};
    struct buf line = {0};
    struct arena arena = {0};
    struct err err = {0};
    (void)state;
    assert_true(control_message_put_request(&request, &line, &err));
    assert_int_equal(str_find(buf_str(&line), '\n'), line.len - 1); /* one line */
    line.len--;
    assert_true(control_message_read_request(buf_str(&line), &arena, &read, &err));
    assert_int_equal(read.verb, ADMIN_USER_ADD);
    assert_true(str_eq(read.handle, request.handle));
    assert_true(str_eq(read.name, request.name));
    assert_true(str_eq(read.password, request.password));
    assert_true(read.has_password);
    assert_true(read.is_admin);
    buf_finish(&line);
    arena_finish(&arena);
}

static void no_password_is_not_an_empty_one(void **state)
{
    struct admin_request request = {.verb = ADMIN_USER_ADD, .handle = S("ada")};
    struct admin_request read = {.has_password = true};
    struct buf line = {0};
    struct arena arena = {0};
    struct err err = {0};
    (void)state;
    assert_true(control_message_put_request(&request, &line, &err));
    assert_true(control_message_read_request(buf_str(&line), &arena, &read, &err));
    assert_false(read.has_password);
    request.has_password = true;
    buf_clear(&line);
    assert_true(control_message_put_request(&request, &line, &err));
    assert_true(control_message_read_request(buf_str(&line), &arena, &read, &err));
    assert_true(read.has_password);
    assert_int_equal(read.password.len, 0);
    buf_finish(&line);
    arena_finish(&arena);
}

static void text_that_json_cannot_carry_is_refused(void **state)
{
    struct admin_request request = {.verb = ADMIN_ROOM_ADD, .name = S("a\xFF")};
    struct buf line = {0};
    struct err err = {0};
    (void)state;
    assert_false(control_message_put_request(&request, &line, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    request.name = S("a\0b");
    assert_false(control_message_put_request(&request, &line, &err));
    assert_int_equal(line.len, 0);
}

static void a_request_that_is_not_ours_is_refused(void **state)
{
    static const Str bad[] = {
        S_INIT(""),
        S_INIT("user add ada"),
        S_INIT("[]"),
        S_INIT("{}"),
        S_INIT("{\"command\":\"user add\"}"),
        S_INIT("{\"command\":\"user del\",\"handle\":\"a\",\"name\":\"\",\"admin\":false}"),
        S_INIT("{\"command\":\"user add\",\"handle\":1,\"name\":\"\",\"admin\":false}"),
        S_INIT("{\"command\":\"user add\",\"handle\":\"a\",\"name\":\"\",\"admin\":1}"),
        S_INIT("{\"command\":\"user add\",\"handle\":\"a\",\"name\":\"\",\"admin\":false,\"x\":1}"),
        S_INIT("{\"command\":\"user add\",\"handle\":\"a\",\"handle\":\"b\",\"name\":\"\","
               "\"admin\":false}"),
        S_INIT("{\"command\":\"user add\",\"handle\":\"a\\u0000b\",\"name\":\"\",\"admin\":false}"),
        S_INIT("{\"command\":\"user add\",\"handle\":\"a\",\"name\":\"\",\"admin\":false} {}"),
    };
    struct admin_request request = {0};
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        assert_false(control_message_read_request(bad[i], &arena, &request, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    arena_finish(&arena);
}

static void a_reply_carries_output_or_error(void **state)
{
    struct buf line = {0};
    struct buf output = {0};
    struct err none = {0};
    struct err sent = {0};
    struct err err = {0};
    (void)state;
    control_message_put_reply(S("sid=abc"), &none, &line);
    assert_true(control_message_read_reply(buf_str(&line), &output, &err));
    assert_true(str_eq(buf_str(&output), S("sid=abc")));
    (void)err_set(&sent, ERR_CONFLICT, "the handle \"%s\" is taken", "ada");
    buf_clear(&line);
    control_message_put_reply(S(""), &sent, &line);
    assert_false(control_message_read_reply(buf_str(&line), &output, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(err.message, sent.message);
    assert_int_equal(output.len, 7);
    buf_finish(&line);
    buf_finish(&output);
}

static void a_reply_of_a_cut_message_is_still_text(void **state)
{
    struct buf line = {0};
    struct buf output = {0};
    struct err sent = {0};
    struct err err = {0};
    (void)state;
    for (size_t i = 0; i + 2 < sizeof(sent.message); i += 2) {
        sent.message[i] = (char)0xC3;
        sent.message[i + 1] = (char)0xA4;
    }
    sent.message[sizeof(sent.message) - 2] = (char)0xC3;
    sent.kind = ERR_INPUT;
    control_message_put_reply(S(""), &sent, &line);
    assert_false(control_message_read_reply(buf_str(&line), &output, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    buf_finish(&line);
}

static void nonsense_as_a_reply_is_an_error(void **state)
{
    static const Str bad[] = {
        S_INIT(""),           S_INIT("{\"ok\":true}"),
        S_INIT("{}"),         S_INIT("{\"ok\":false}"),
        S_INIT("{\"ok\":1}"), S_INIT("{\"ok\":true,\"output\":7}"),
    };
    struct buf output = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        assert_false(control_message_read_reply(bad[i], &output, &err));
        assert_int_not_equal(err.kind, ERR_NONE);
    }
    assert_int_equal(output.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_arrives_as_it_was_sent),
        cmocka_unit_test(no_password_is_not_an_empty_one),
        cmocka_unit_test(text_that_json_cannot_carry_is_refused),
        cmocka_unit_test(a_request_that_is_not_ours_is_refused),
        cmocka_unit_test(a_reply_carries_output_or_error),
        cmocka_unit_test(a_reply_of_a_cut_message_is_still_text),
        cmocka_unit_test(nonsense_as_a_reply_is_an_error),
    };
    return cmocka_run_group_tests_name("control_message", tests, NULL, NULL);
}
