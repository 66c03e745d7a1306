/* command_line.h -- one command's words and options, taken apart by what the command's row says.
 *
 * Options may stand before or after the arguments, as --name=value or --name value; "--" ends them.
 * Every command takes --config FILE and every setting (--data DIR, --log-level warn, …). Nothing here
 * knows which commands there are: main.c does.
 * SPDX-License-Identifier: MIT */
#pragma once

#include "settings.h"

/* Exit codes; an internal error in CHECK ends with SIGABRT instead. */
enum command_exit {
    COMMAND_OK = 0,
    COMMAND_FAILED = 1,    /* it was asked for properly, and did not work */
    COMMAND_USAGE = 2,     /* words, options or settings are wrong; nothing was done */
    COMMAND_INTERNAL = 70, /* as for out of memory */
};

struct command_line;

/* An option of one command alone. */
struct command_option {
    const char *name;
    const char *value; /* what the help calls its value; null: it has none */
    const char *help;
};

struct command {
    const char *words;                    /* "user add" */
    const char *usage;                    /* its arguments, all needed: "HANDLE", or "" */
    const char *help;
    const struct command_option *options; /* up to a null name; may be null */
    int (*run)(struct command_line *line); /* returns an enum command_exit */
};

enum { COMMAND_ARGUMENTS_MAX = 4, COMMAND_OPTIONS_MAX = 8 };

struct command_line {
    const struct command *command;
    bool wants_help;
    const char *arguments[COMMAND_ARGUMENTS_MAX]; /* as many as the usage names */
    const char *values[COMMAND_OPTIONS_MAX];      /* by the command's options; null: not given */
    const char *config;                           /* --config, or null */
    const char **settings;                        /* "name=value", null-ended */
};

/* Takes `words`, null-ended, what follows the command's own words. Keeps pointers into them. */
MUST_USE bool command_line_parse(struct arena *arena, const struct command *command, char **words,
                                 struct command_line *ret_line, struct err *err);
/* The value of one of the command's own options ("" where it has none); null: not given. */
const char *command_line_option(const struct command_line *line, const char *name);
/* Loads the settings of this command line and the process's environment; false: said why on stderr. */
MUST_USE bool command_line_settings(const struct command_line *line, struct arena *arena,
                                    struct settings *ret_settings);

/* Says what went wrong on stderr, in one line; returns the exit code for it. */
int command_line_fail(const struct err *err);
/* Writes to stdout and returns COMMAND_OK, or COMMAND_FAILED when it did not go through. */
int command_line_print(Str text);
/* The help of the program (`commands` up to null words) and of one command. */
int command_line_print_commands(const struct command *commands);
int command_line_print_help(const struct command *command);
