/* command_line.c -- see command_line.h.
 * SPDX-License-Identifier: MIT */
#include "command/command_line.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is left of the words, and where the next things go. */
struct parse {
    struct command_line *line;
    struct arena *arena;
    char **words; /* the next one */
    size_t argument_count;
    size_t setting_count;
};

static size_t count_words(const char *usage)
{
    size_t count = 0;
    for (const char *c = usage; *c != '\0'; c++) {
        count += *c != ' ' && (c == usage || c[-1] == ' ');
    }
    return count;
}

/* The value after "=", or the next word. */
static bool take_value(struct parse *parse, Str name, bool has_value, Str value,
                       const char **ret_value, struct err *err)
{
    if (has_value) {
        *ret_value = value.data; /* the end of a word, so NUL-ended */
        return true;
    }
    if (*parse->words == NULL) {
        return err_set(err, ERR_INPUT, "--%.*s: has no value", STR_ARG(name));
    }
    *ret_value = *parse->words++;
    return true;
}

static bool take_own_option(struct parse *parse, size_t index, bool has_value, Str value,
                            struct err *err)
{
    const struct command_option *option = &parse->line->command->options[index];
    CHECK(index < COMMAND_OPTIONS_MAX);
    if (option->value != NULL) {
        return take_value(parse, str_from_z(option->name), has_value, value,
                          &parse->line->values[index], err);
    }
    if (has_value) {
        return err_set(err, ERR_INPUT, "--%s: takes no value", option->name);
    }
    parse->line->values[index] = "";
    return true;
}

static bool take_setting(struct parse *parse, Str name, bool has_value, Str value, struct err *err)
{
    const char *text = NULL;
    if (!take_value(parse, name, has_value, value, &text, err)) {
        return false;
    }
    parse->line->settings[parse->setting_count++] =
        str_format(parse->arena, "%.*s=%s", STR_ARG(name), text).data;
    return true;
}

/* `word` without its two hyphens. */
static bool take_option(struct parse *parse, Str word, struct err *err)
{
    Str name, value;
    bool has_value = str_cut(word, '=', &name, &value);
    const struct command_option *options = parse->line->command->options;
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        if (str_eq(name, str_from_z(options[i].name))) {
            return take_own_option(parse, i, has_value, value, err);
        }
    }
    if (str_eq(name, S("config"))) {
        return take_value(parse, name, has_value, value, &parse->line->config, err);
    }
    if (settings_is_name(name)) {
        return take_setting(parse, name, has_value, value, err);
    }
    return err_set(err, ERR_INPUT, "--%.*s: there is no such option", (int)MIN(name.len, 64u),
                   name.data);
}

static bool take_argument(struct parse *parse, const char *word, struct err *err)
{
    const struct command *command = parse->line->command;
    if (parse->argument_count == count_words(command->usage)) {
        return err_set(err, ERR_INPUT, "%s: \"%.64s\" is one word too many", command->words, word);
    }
    CHECK(parse->argument_count < COMMAND_ARGUMENTS_MAX);
    parse->line->arguments[parse->argument_count++] = word;
    return true;
}

static bool take_words(struct parse *parse, struct err *err)
{
    bool is_past_options = false;
    while (*parse->words != NULL) {
        const char *word = *parse->words++;
        if (is_past_options || word[0] != '-' || word[1] == '\0') {
            if (!take_argument(parse, word, err)) {
                return false;
            }
        } else if (strcmp(word, "--") == 0) {
            is_past_options = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            parse->line->wants_help = true;
        } else if (word[1] != '-') {
            return err_set(err, ERR_INPUT, "%.64s: there is no such option", word);
        } else if (!take_option(parse, str_from_z(word + 2), err)) {
            return false;
        }
    }
    return true;
}

bool command_line_parse(struct arena *arena, const struct command *command, char **words,
                        struct command_line *ret_line, struct err *err)
{
    struct command_line line = {.command = command};
    struct parse parse = {.line = &line, .arena = arena, .words = words};
    size_t count = 0;
    while (words[count] != NULL) {
        count++;
    }
    line.settings = arena_new(arena, const char *, count + 1);
    if (!take_words(&parse, err)) {
        return false;
    }
    if (!line.wants_help && parse.argument_count < count_words(command->usage)) {
        return err_set(err, ERR_INPUT, "%s: needs %s", command->words, command->usage);
    }
    *ret_line = line;
    return true;
}

const char *command_line_option(const struct command_line *line, const char *name)
{
    const struct command_option *options = line->command->options;
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return line->values[i];
        }
    }
    return NULL;
}

bool command_line_settings(const struct command_line *line, struct arena *arena,
                           struct settings *ret_settings)
{
    struct err err = {0};
    if (settings_load(arena, line->config, environ, line->settings, ret_settings, &err)) {
        return true;
    }
    (void)command_line_fail(&err);
    return false;
}

/* --- saying things ---------------------------------------------------------------------------------- */

int command_line_fail(const struct err *err)
{
    (void)fprintf(stderr, "parlor: %s\n", err->message); /* where to say that this failed? */
    return err->kind == ERR_INPUT ? COMMAND_USAGE : COMMAND_FAILED;
}

int command_line_print(Str text)
{
    struct err err = {0};
    if (fwrite(text.data, 1, text.len, stdout) != text.len || fflush(stdout) != 0) {
        (void)err_sys(&err, "cannot write the output");
        return command_line_fail(&err);
    }
    return COMMAND_OK;
}

/* Where the explanations stand, as in settings_print_help. */
enum { HELP_COLUMN = 26 };

static int print_and_finish(struct buf *out)
{
    int code = command_line_print(buf_str(out));
    buf_finish(out);
    return code;
}

int command_line_print_commands(const struct command *commands)
{
    struct buf out = {0};
    buf_put_str(&out, S("Parlor, a chat server.\n\nUsage: parlor COMMAND [OPTION]...\n\nCommands:\n"));
    for (const struct command *command = commands; command->words != NULL; command++) {
        size_t start = out.len;
        buf_printf(&out, "  %s %s", command->words, command->usage);
        while (out.len < start + HELP_COLUMN) {
            buf_put_char(&out, ' ');
        }
        buf_printf(&out, "  %s\n", command->help);
    }
    buf_put_str(&out, S("\nOptions of every command:\n"
                        "  --config FILE             read settings from this file\n"
                        "  --help                    say what a command does\n"
                        "\nSettings, as options, as PARLOR_NAME in the environment, or in the file:\n"));
    settings_print_help(&out);
    return print_and_finish(&out);
}

int command_line_print_help(const struct command *command)
{
    struct buf out = {0};
    buf_printf(&out, "Usage: parlor %s%s%s [OPTION]...\n\n%s\n\nOptions:\n", command->words,
               command->usage[0] == '\0' ? "" : " ", command->usage, command->help);
    for (const struct command_option *option = command->options;
         option != NULL && option->name != NULL; option++) {
        size_t start = out.len;
        buf_printf(&out, "  --%s %s", option->name, option->value == NULL ? "" : option->value);
        while (out.len < start + HELP_COLUMN) {
            buf_put_char(&out, ' ');
        }
        buf_printf(&out, "  %s\n", option->help);
    }
    buf_put_str(&out, S("  --data DIR                folder of the database\n"
                        "  --config FILE             read settings from this file\n"
                        "\nEvery setting is an option too: see parlor --help.\n"));
    return print_and_finish(&out);
}
