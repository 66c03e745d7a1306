/* fuzz_control_message.c -- a line of the control socket that is understood means the same again.
 * SPDX-License-Identifier: MIT */
#include "command/control_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_request(Str line)
{
    struct arena arena = {0};
    struct admin_request first, second;
    struct buf said = {0};
    struct err err = {0};
    if (control_message_read_request(line, &arena, &first, &err)) {
        CHECK(control_message_put_request(&first, &said, &err));
        CHECK_EQ(str_find(buf_str(&said), '\n'), said.len - 1);
        CHECK(control_message_read_request(str_sub(buf_str(&said), 0, said.len - 1), &arena,
                                           &second, &err));
        CHECK(first.verb == second.verb && str_eq(first.handle, second.handle));
        CHECK(str_eq(first.name, second.name) && str_eq(first.password, second.password));
        CHECK(first.has_password == second.has_password && first.is_admin == second.is_admin);
    } else {
        CHECK_EQ(err.kind, ERR_INPUT);
    }
    buf_finish(&said);
    arena_finish(&arena);
}

static void check_reply(Str line)
{
    struct buf output = {0}, again = {0}, said = {0};
    struct err err = {0}, second = {0};
    bool is_ok = control_message_read_reply(line, &output, &err);
    CHECK_EQ(is_ok, err.kind == ERR_NONE);
    control_message_put_reply(buf_str(&output), &err, &said);
    CHECK_EQ(control_message_read_reply(str_sub(buf_str(&said), 0, said.len - 1), &again, &second),
             is_ok);
    CHECK(str_eq(buf_str(&output), buf_str(&again)) && err.kind == second.kind);
    buf_finish(&output);
    buf_finish(&again);
    buf_finish(&said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_request(str_of(data, size));
    check_reply(str_of(data, size));
    return 0;
}
