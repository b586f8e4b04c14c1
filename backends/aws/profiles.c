/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the shared files, each with the section that it stands in. */
#include "backends/aws/profiles.h"

#include "kit/body.h"
#include "kit/buf.h"

#include <string.h>
#include <strings.h>

#define LARGEST_FILE ((uint64_t)1024 * 1024)
#define BLANKS " \t\r"
#define NO_SETTING SIZE_MAX
#define LONGEST_KEY ((size_t)256)

static const char profile_kind[] = "profile";
static const char plain_default[] = "default"; /* the kind of a section [default] */

struct profiles_line {
    const struct profiles_line *next; /* the one before it in the text */
    enum profiles_file file;
    const char *kind;
    const char *name;
    const char *key; /* NULL: the section's own line */
    const char *value;
};

struct section {
    const char *kind;
    const char *name; /* NULL: a line that cannot be read */
};

/* A file, as far as it has been read. */
struct reader {
    aw_op *op;
    struct profiles *profiles;
    enum profiles_file file;
    struct section section;
    size_t indent;      /* of the last setting */
    const char *parent; /* it, when it has no value and so may have settings of its own */
};

static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t size = strlen(text);
    while (size > 0 && strchr(BLANKS, text[size - 1]))
        text[--size] = '\0';
    return text;
}

static char *unquote(char *text)
{
    size_t size = strlen(text);
    if (size < 2 || (*text != '"' && *text != '\'') || text[size - 1] != *text)
        return text;
    text[size - 1] = '\0';
    return text + 1;
}

/* "[profile name]" in the config file, "[name]" in the other; "[default]" in both. */
static struct section read_section(enum profiles_file file, char *text)
{
    char *end = strchr(text, ']');
    if (!end)
        return (struct section){0};
    *end = '\0';
    text = trim(text);
    char *name = text + strcspn(text, BLANKS);
    if (file == PROFILES_CREDENTIALS)
        return (struct section){profile_kind, unquote(text)};
    if (!strcmp(text, "default"))
        return (struct section){plain_default, text};
    if (!*name)
        return (struct section){"", text};
    *name++ = '\0';
    return (struct section){text, unquote(trim(name))};
}

/* A comment behind a value has a blank before it. */
static void cut_comment(char *value)
{
    for (char *c = value; *c; c++)
        if ((*c == '#' || *c == ';') && c > value && strchr(BLANKS, c[-1])) {
            *c = '\0';
            return;
        }
}

static int keep(const struct reader *reader, const char *key, const char *value)
{
    struct profiles *profiles = reader->profiles;
    struct profiles_line *line = aw_alloc(reader->op, sizeof *line);
    if (!line)
        return -1;
    *line = (struct profiles_line){
        .next = profiles->lines,
        .file = reader->file,
        .kind = reader->section.kind,
        .name = reader->section.name,
        .key = key,
        .value = value,
    };
    profiles->lines = line;
    return 0;
}

static int open_section(struct reader *reader, char *text)
{
    reader->section = read_section(reader->file, text);
    reader->indent = NO_SETTING;
    reader->parent = NULL;
    return reader->section.name ? keep(reader, NULL, "") : 0;
}

/* What is indented more than a setting: one of its own, or the rest of a long one. */
static int read_nested(struct reader *reader, char *content, char *equals)
{
    kit_buf key;
    if (!reader->parent || !equals || !reader->section.name)
        return 0;
    *equals = '\0';
    cut_comment(equals + 1);
    kit_buf_init(&key, kit_op_memory(reader->op), LONGEST_KEY);
    kit_buf_addf(&key, "%s.%s", reader->parent, trim(content));
    if (key.state == KIT_BUF_NO_MEMORY)
        return -1;
    return kit_buf_text(&key) ? keep(reader, kit_buf_text(&key), trim(equals + 1)) : 0;
}

static int read_line(struct reader *reader, char *text)
{
    size_t indent = strspn(text, BLANKS);
    char *content = text + indent;
    char *equals = strchr(content, '=');
    if (!*content || *content == '#' || *content == ';')
        return 0;
    if (reader->indent != NO_SETTING && indent > reader->indent)
        return read_nested(reader, content, equals);
    if (*content == '[')
        return open_section(reader, content + 1);
    reader->indent = indent;
    reader->parent = NULL;
    if (!equals || !reader->section.name)
        return 0;
    *equals = '\0';
    cut_comment(equals + 1);
    const char *key = trim(content);
    const char *value = trim(equals + 1);
    reader->parent = *value ? NULL : key;
    return keep(reader, key, value);
}

static int read_text(struct reader *reader, char *text)
{
    while (text) {
        char *line = text;
        text = strchr(line, '\n');
        if (text)
            *text++ = '\0';
        if (read_line(reader, line))
            return -1;
    }
    return 0;
}

static int read_file(aw_op *op, struct profiles *profiles, enum profiles_file file)
{
    struct reader reader = {.op = op, .profiles = profiles, .file = file, .indent = NO_SETTING};
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    if (aw_read_file(op, profiles->paths[file], LARGEST_FILE, &content, &error)) {
        if (error.code == AW_E_NOT_FOUND)
            return 0;
        profiles->problems[file] = kit_copy_text(op, error.message);
        return profiles->problems[file] ? 0 : -1;
    }
    char *text = kit_copy(op, content.data, content.size);
    return text ? read_text(&reader, text + kit_body_count_mark(text, content.size)) : -1;
}

static void profiles_init(aw_op *op, struct profiles *profiles)
{
    const char *config = aw_env(op, "AWS_CONFIG_FILE");
    const char *credentials = aw_env(op, "AWS_SHARED_CREDENTIALS_FILE");
    *profiles = (struct profiles){
        .paths = {[PROFILES_CONFIG] = config ? config : "~/.aws/config",
                  [PROFILES_CREDENTIALS] = credentials ? credentials : "~/.aws/credentials"},
    };
}

int profiles_read_config(aw_op *op, struct profiles *ret_profiles)
{
    profiles_init(op, ret_profiles);
    return read_file(op, ret_profiles, PROFILES_CONFIG);
}

int profiles_read(aw_op *op, struct profiles *ret_profiles)
{
    profiles_init(op, ret_profiles);
    return read_file(op, ret_profiles, PROFILES_CONFIG) ||
                   read_file(op, ret_profiles, PROFILES_CREDENTIALS)
               ? -1
               : 0;
}

static int has_section(const struct profiles *profiles, enum profiles_file file, const char *kind,
                       const char *name)
{
    for (const struct profiles_line *line = profiles->lines; line; line = line->next)
        if (line->file == file && !strcmp(line->kind, kind) && !strcmp(line->name, name))
            return 1;
    return 0;
}

/* As what the file has the section: the default profile may be written in two ways. */
static const char *kind_of(const struct profiles *profiles, enum profiles_file file,
                           const char *kind, const char *name)
{
    int is_default = !strcmp(kind, profile_kind) && !strcmp(name, "default");
    return is_default && !has_section(profiles, file, kind, name) ? plain_default : kind;
}

const char *profiles_get(const struct profiles *profiles, enum profiles_file file, const char *kind,
                         const char *name, const char *key)
{
    const char *written = kind_of(profiles, file, kind, name);
    for (const struct profiles_line *line = profiles->lines; line; line = line->next)
        if (line->file == file && line->key && !strcmp(line->kind, written) &&
            !strcmp(line->name, name) && !strcasecmp(line->key, key))
            return *line->value ? line->value : NULL;
    return NULL;
}

const char *profiles_find(const struct profiles *profiles, const char *profile, const char *key)
{
    const char *value = profiles_get(profiles, PROFILES_CREDENTIALS, profile_kind, profile, key);
    return value ? value : profiles_get(profiles, PROFILES_CONFIG, profile_kind, profile, key);
}

int profiles_has(const struct profiles *profiles, const char *profile)
{
    for (int file = 0; file < PROFILES_FILES; file++)
        if (has_section(profiles, file, kind_of(profiles, file, profile_kind, profile), profile))
            return 1;
    return 0;
}
