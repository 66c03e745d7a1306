/* main.c -- the table of commands, and the way from the shell to one of them.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "command/command.h"

static const struct command_option user_add_options[] = {
    {"name", "NAME", "what others see; the handle when missing"},
    {"admin", NULL, "may administer this server"},
    {"password-stdin", NULL, "read a password from stdin; without it there is none"},
    {0},
};
static const struct command_option routes_options[] = {
    {"json", NULL, "as JSON, which is the only form"},
    {0},
};

static const struct command commands[] = {
    {"serve", "", "Run the server until SIGTERM, SIGINT or SIGHUP.", NULL, command_serve},
    {"user add", "HANDLE", "Add an account and print its id.", user_add_options, command_user_add},
    {"room add", "NAME", "Add a room for everybody and print its id.", NULL, command_room_add},
    {"session add", "HANDLE", "Sign somebody in and print the cookie.", NULL, command_session_add},
    {"check-config", "", "Check the settings and print them.", NULL, command_check_config},
    {"routes", "", "Print every route of the server.", routes_options, command_routes},
    {"version", "", "Print the version.", NULL, command_version},
    {0},
};

/* Descriptors 0 to 2 are always there, so that no file of ours ever becomes stdout. */
/* NOLINTNEXTLINE(readability-function-size): the nesting is that of CHECK_EQ */
static void prepare_process(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            CHECK_EQ(open("/dev/null", O_RDWR), fd);
        }
    }
    CHECK_EQ(setenv("TZ", "UTC0", 1), 0); /* gmtime counts leap seconds where TZ names a zone that does */
    (void)umask(0077);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk */
    json_set_alloc_funcs(mem_alloc, mem_free);
}

/* The command whose words `words` begins with; *ret_count: how many they are. */
static const struct command *find_command(char **words, size_t *ret_count)
{
    for (const struct command *command = commands; command->words != NULL; command++) {
        Str rest = str_from_z(command->words);
        Str word;
        size_t count = 0;
        bool is_same = true;
        while (is_same && rest.len > 0) {
            (void)str_cut(rest, ' ', &word, &rest);
            is_same = words[count] != NULL && str_eq(word, str_from_z(words[count]));
            count++;
        }
        if (is_same) {
            *ret_count = count;
            return command;
        }
    }
    return NULL;
}

static int run_command(const struct command *command, char **words)
{
    struct arena arena = {0};
    struct command_line line;
    struct err err = {0};
    int code;
    if (!command_line_parse(&arena, command, words, &line, &err)) {
        code = command_line_fail(&err);
    } else {
        code = line.wants_help ? command_line_print_help(command) : command->run(&line);
    }
    arena_finish(&arena);
    return code;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    size_t count = 0;
    prepare_process();
    if (sodium_init() < 0) {
        (void)fputs("parlor: libsodium cannot be used here\n", stderr); /* nowhere else to say it */
        return COMMAND_INTERNAL;
    }
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 || strcmp(first, "help") == 0) {
        return command_line_print_commands(commands);
    }
    if (strcmp(first, "--version") == 0) {
        return command_version(NULL);
    }
    const struct command *command = argc > 1 ? find_command(argv + 1, &count) : NULL;
    if (command == NULL) {
        (void)err_set(&err, ERR_INPUT, "%s%.64s; see parlor --help",
                      argc > 1 ? "there is no command " : "a command is missing", first);
        return command_line_fail(&err);
    }
    return run_command(command, argv + 1 + count);
}
