/* settings.c -- reading settings from four places into one struct.
 *
 * Every place goes through set_value, which the table drives. The file's grammar is inih's; the reader
 * in front of it counts lines and refuses what inih would pass over in silence: sections, lines
 * that continue the one before, lines longer than its buffer.
 * SPDX-License-Identifier: MIT */
#include "settings.h"

#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "settings_check.h"

enum type { STRING, INT, LISTEN, ORIGIN, ADDRESSES, LEVEL, FORMAT, REGISTRATION };

struct row {
    const char *name;
    enum type type;
    const char *fallback;
    int64_t least, most;
    const char *help;
    size_t offset; /* of the value in struct settings */
};

static const struct row rows[SETTING_COUNT] = {
#define X(name, type, fallback, least, most, help)                                                 \
    {#name, type, fallback, least, most, help, offsetof(struct settings, name)},
    SETTINGS(X)
#undef X
};

static const char *const level_names[] = {"debug", "info", "warn", "error"}; /* by enum log_level */
static const char *const format_names[] = {"logfmt", "json"};                /* by enum log_format */
static const char *const registration_names[] = {"invite", "open", "closed"}; /* by enum registration */

/* --- names ---------------------------------------------------------------------------------------- */

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "PUBLIC_URL" of an environment name. */
static bool is_upper_name(Str text, const char *name)
{
    size_t i = 0;
    for (; i < text.len && name[i] != '\0'; i++) {
        if (fold(text.data[i]) != name[i] || (text.data[i] >= 'a' && text.data[i] <= 'z')) {
            return false;
        }
    }
    return i == text.len && name[i] == '\0';
}

/* "public-url" or "public_url" of an option. */
static bool is_option_name(Str text, const char *name)
{
    size_t i = 0;
    for (; i < text.len && name[i] != '\0'; i++) {
        if ((text.data[i] == '-' ? '_' : text.data[i]) != name[i]) {
            return false;
        }
    }
    return i == text.len && name[i] == '\0';
}

static bool is_file_name(Str text, const char *name)
{
    return str_eq(text, str_from_z(name));
}

/* SETTING_COUNT: none. */
static enum setting find(Str text, bool (*is_name)(Str text, const char *name))
{
    enum setting setting = 0;
    while (setting < SETTING_COUNT && !is_name(text, rows[setting].name)) {
        setting++;
    }
    return setting;
}

bool settings_is_name(Str name)
{
    return find(name, is_option_name) != SETTING_COUNT;
}

/* --- values ----------------------------------------------------------------------------------------- */

static bool check_string(const struct row *row, Str text, struct err *err)
{
    if ((int64_t)text.len < row->least) {
        return err_set(err, ERR_INPUT, "may not be empty");
    }
    if ((int64_t)text.len > row->most) {
        return err_set(err, ERR_INPUT, "is longer than %lld bytes", (long long)row->most);
    }
    return true;
}

static bool parse_int(const struct row *row, Str text, int64_t *ret_value, struct err *err)
{
    int64_t value;
    if (!str_to_i64(text, &value)) {
        return err_set(err, ERR_INPUT, "\"%.*s\" is not a whole number", (int)MIN(text.len, 40u),
                       text.data);
    }
    if (value < row->least || value > row->most) {
        return err_set(err, ERR_INPUT, "%lld is not between %lld and %lld", (long long)value,
                       (long long)row->least, (long long)row->most);
    }
    *ret_value = value;
    return true;
}

static bool parse_word(const char *const *words, size_t count, Str text, size_t *ret_index,
                       struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(text, str_from_z(words[i]))) {
            *ret_index = i;
            return true;
        }
    }
    return err_set(err, ERR_INPUT, "\"%.*s\" is not one of %s to %s", (int)MIN(text.len, 40u), text.data,
                   words[0], words[count - 1]);
}

/* Puts the value where it belongs; `why` alone in the error. */
static bool store_value(const struct row *row, const char *text_z, struct settings *settings,
                        struct err *err)
{
    void *place = (char *)settings + row->offset;
    Str text = str_from_z(text_z);
    size_t word = 0;
    bool is_good = false;
    switch (row->type) {
    case INT:
        return parse_int(row, text, place, err);
    case LEVEL:
        is_good = parse_word(level_names, ARRAY_LEN(level_names), text, &word, err);
        *(enum log_level *)place = (enum log_level)word;
        return is_good;
    case FORMAT:
        is_good = parse_word(format_names, ARRAY_LEN(format_names), text, &word, err);
        *(enum log_format *)place = (enum log_format)word;
        return is_good;
    case REGISTRATION:
        is_good = parse_word(registration_names, ARRAY_LEN(registration_names), text, &word, err);
        *(enum registration *)place = (enum registration)word;
        return is_good;
    case STRING:
        is_good = check_string(row, text, err);
        break;
    case LISTEN:
        is_good = settings_check_listen(text, err);
        break;
    case ORIGIN:
        is_good = settings_check_origin(text, err);
        break;
    case ADDRESSES:
        is_good = settings_check_addresses(text, err);
        break;
    }
    *(const char **)place = text_z;
    return is_good;
}

/* What no line of a text holds; a NUL would also cut a value short. */
static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F;
}

static bool set_value(struct arena *arena, struct settings *settings, enum setting setting, Str text,
                      const char *origin, struct err *err)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_control(text.data[i]) || text.data[i] == '\n') {
            return err_set(err, ERR_INPUT, "holds a control character");
        }
    }
    settings->texts[setting] = str_z(arena, text);
    settings->origins[setting] = origin;
    return store_value(&rows[setting], settings->texts[setting], settings, err);
}

/* --- the file --------------------------------------------------------------------------------------- */

/* Where the parser is in the file, for inih's two callbacks. The first error stays. */
struct file {
    struct arena *arena;
    struct settings *settings;
    struct err *err;
    const char *path;
    Str rest;
    int line;
    bool has_failed;
    bool is_seen[SETTING_COUNT];
};

PRINTF(2, 3) static void file_fail(struct file *file, const char *format, ...)
{
    va_list arguments;
    char why[160];
    va_start(arguments, format);
    (void)vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    (void)err_set(file->err, ERR_INPUT, "%s:%d: %s", file->path, file->line, why);
    file->has_failed = true;
}

/* inih's fgets. Leading blanks go, since inih takes an indented line for more of the value before. */
static char *read_line(char *ret_line, int size, void *stream)
{
    struct file *file = stream;
    Str line;
    if (file->rest.len == 0 || file->has_failed) {
        return NULL;
    }
    file->line++;
    (void)str_cut(file->rest, '\n', &line, &file->rest);
    line = str_trim(line, " \t\r");
    if (line.len >= (size_t)size) {
        file_fail(file, "the line is longer than %d bytes", size - 1);
        return NULL;
    }
    if (str_starts(line, S("["))) {
        file_fail(file, "there are no sections here, only lines of key = value");
        return NULL;
    }
    memcpy(ret_line, line.data, line.len);
    ret_line[line.len] = '\0';
    return ret_line;
}

static int take_pair(void *user, const char *section, const char *key, const char *value)
{
    struct file *file = user;
    enum setting setting = find(str_from_z(key), is_file_name);
    (void)section; /* none: read_line refuses them */
    if (setting == SETTING_COUNT) {
        file_fail(file, "%.64s: there is no such setting", key);
        return 0;
    }
    if (file->is_seen[setting]) {
        file_fail(file, "%s: is set a second time", key);
        return 0;
    }
    file->is_seen[setting] = true;
    const char *origin = str_format(file->arena, "%s:%d", file->path, file->line).data;
    if (!set_value(file->arena, file->settings, setting, str_from_z(value), origin, file->err)) {
        file->has_failed = true;
        (void)err_wrap(file->err, "%s: %s", origin, key);
        return 0;
    }
    return 1;
}

/* Up to one byte more than allowed, so that the caller sees that there is more. */
static bool read_file(const char *path, struct buf *text, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : 1;
    while (count > 0 && text->len <= LIMIT_SETTINGS_FILE) {
        buf_reserve(text, LIMIT_SETTINGS_FILE + 1 - text->len);
        count = read(fd, text->data + text->len, LIMIT_SETTINGS_FILE + 1 - text->len);
        text->len += count > 0 ? (size_t)count : 0;
    }
    if (count < 0) {
        (void)err_sys(err, "%s: cannot be read", path);
        err->kind = ERR_INPUT;
    }
    if (fd >= 0) {
        (void)close(fd); /* opened for reading: nothing can be lost */
    }
    return count >= 0;
}

/* The line of the first byte that no text holds, or 0. */
static int binary_line(Str text)
{
    int line = 1;
    for (size_t i = 0; i < text.len; i++) {
        line += text.data[i] == '\n';
        if (is_control(text.data[i])) {
            return line;
        }
    }
    return 0;
}

/* An empty file is refused: it is what a full disk leaves of a good one. */
static bool check_text(const char *path, Str text, struct err *err)
{
    int line = binary_line(text);
    if (text.len == 0) {
        return err_set(err, ERR_INPUT, "%s:1: the file is empty", path);
    }
    if (text.len > LIMIT_SETTINGS_FILE) {
        return err_set(err, ERR_INPUT, "%s:1: the file is longer than %d bytes", path,
                       LIMIT_SETTINGS_FILE);
    }
    if (line > 0) {
        return err_set(err, ERR_INPUT, "%s:%d: there is a control character: is it a text?", path, line);
    }
    if (!str_is_utf8(text)) {
        return err_set(err, ERR_INPUT, "%s:1: the file is not UTF-8", path);
    }
    return true;
}

static bool load_file(struct arena *arena, const char *path, struct settings *settings,
                      struct err *err)
{
    struct buf text = {0};
    struct file file = {.arena = arena, .settings = settings, .err = err, .path = path};
    bool is_good = read_file(path, &text, err) && check_text(path, buf_str(&text), err);
    if (is_good) {
        file.rest = buf_str(&text);
        /* The first faulty line, or 0. One that take_pair has not refused was no pair at all. */
        int line = ini_parse_stream(read_line, &file, take_pair, &file);
        if (line != 0 && (!file.has_failed || line < file.line)) {
            file.line = line;
            file_fail(&file, "this is not key = value");
        }
        is_good = !file.has_failed;
    }
    buf_finish(&text);
    return is_good;
}

/* --- environment and command line ------------------------------------------------------------------- */

static const char *find_config(char *const *environment)
{
    const Str prefix = S_INIT("PARLOR_CONFIG=");
    for (; *environment != NULL; environment++) {
        if (str_starts(str_from_z(*environment), prefix) && (*environment)[prefix.len] != '\0') {
            return *environment + prefix.len;
        }
    }
    return NULL;
}

static bool load_environment(struct arena *arena, char *const *environment,
                             struct settings *settings, struct err *err)
{
    const Str prefix = S_INIT("PARLOR_");
    for (; *environment != NULL; environment++) {
        Str name, value;
        if (!str_starts(str_from_z(*environment), prefix) ||
            !str_cut(str_from_z(*environment), '=', &name, &value) ||
            str_eq(name, S("PARLOR_CONFIG"))) {
            continue;
        }
        enum setting setting = find(str_skip(name, prefix.len), is_upper_name);
        if (setting == SETTING_COUNT) {
            return err_set(err, ERR_INPUT, "%.*s: there is no such setting", (int)MIN(name.len, 64u),
                           name.data);
        }
        const char *origin = str_z(arena, name);
        if (!set_value(arena, settings, setting, value, origin, err)) {
            return err_wrap(err, "%s: %s", origin, rows[setting].name);
        }
    }
    return true;
}

static bool load_options(struct arena *arena, const char *const *options, struct settings *settings,
                         struct err *err)
{
    for (; options != NULL && *options != NULL; options++) {
        Str name, value;
        bool has_value = str_cut(str_from_z(*options), '=', &name, &value);
        enum setting setting = find(name, is_option_name);
        if (setting == SETTING_COUNT || !has_value) {
            return err_set(err, ERR_INPUT, "--%.*s: %s", (int)MIN(name.len, 64u), name.data,
                           has_value ? "there is no such setting" : "has no value");
        }
        const char *origin = str_format(arena, "--%.*s", STR_ARG(name)).data;
        if (!set_value(arena, settings, setting, value, origin, err)) {
            return err_wrap(err, "%s", origin);
        }
    }
    return true;
}

bool settings_load(struct arena *arena, const char *file, char *const *environment,
                   const char *const *options, struct settings *ret_settings, struct err *err)
{
    struct settings settings = {0};
    for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
        CHECK(set_value(arena, &settings, setting, str_from_z(rows[setting].fallback), "default", err));
    }
    const char *path = file != NULL ? file : find_config(environment);
    if ((path != NULL && !load_file(arena, path, &settings, err)) ||
        !load_environment(arena, environment, &settings, err) ||
        !load_options(arena, options, &settings, err)) {
        return false;
    }
    *ret_settings = settings;
    return true;
}

/* --- printing --------------------------------------------------------------------------------------- */

void settings_print_example(struct buf *out)
{
    buf_put_str(out, S("# Every setting of Parlor with its default. None has to be set.\n"
                       "#\n"
                       "# The command line (--log-level warn) counts before the environment\n"
                       "# (PARLOR_LOG_LEVEL=warn), that before this file, that before the default.\n"
                       "# `parlor check-config --config FILE` says what holds and why.\n"));
    for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
        buf_printf(out, "\n# %s\n#%s =%s%s\n", rows[setting].help, rows[setting].name,
                   rows[setting].fallback[0] == '\0' ? "" : " ", rows[setting].fallback);
    }
}

void settings_print_help(struct buf *out)
{
    for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
        const struct row *row = &rows[setting];
        size_t start = out->len;
        buf_printf(out, "  --%-22s  ", row->name);
        for (size_t i = start; i < out->len; i++) {
            out->data[i] = out->data[i] == '_' ? '-' : out->data[i];
        }
        buf_put_str(out, str_from_z(row->help));
        if (row->fallback[0] != '\0') {
            buf_printf(out, " (%s)", row->fallback);
        }
        buf_put_char(out, '\n');
    }
}

void settings_print(const struct settings *settings, struct buf *out)
{
    for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
        const char *text = settings->texts[setting];
        buf_printf(out, "# %s\n%s =%s%s\n", settings->origins[setting], rows[setting].name,
                   text[0] == '\0' ? "" : " ", text);
    }
}
