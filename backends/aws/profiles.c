/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of the shared files, each with the section that it stands in. */
#include "backends/aws/profiles.h"

#include "kit/memory.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LARGEST_FILE ((uint64_t)1024 * 1024)
#define BLANKS " \t\r"

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
    const char *name;
};

static char *trim(char *text)
{
    text += strspn(text, BLANKS);
    size_t size = strlen(text);
    while (size > 0 && strchr(BLANKS, text[size - 1]))
        text[--size] = '\0';
    return text;
}

/* "[profile name]" in the config file, "[name]" in the other; "[default]" in both. */
static struct section read_section(enum profiles_file file, char *text)
{
    static char no_kind[] = "";
    char *end = strchr(text, ']');
    if (!end)
        return (struct section){0};
    *end = '\0';
    text = trim(text);
    char *name = text + strcspn(text, BLANKS);
    if (file == PROFILES_CREDENTIALS || !strcmp(text, "default"))
        return (struct section){"profile", text};
    if (!*name)
        return (struct section){no_kind, text};
    *name++ = '\0';
    return (struct section){text, trim(name)};
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

static int keep(aw_op *op, struct profiles *profiles, enum profiles_file file,
                const struct section *section, const char *key, const char *value)
{
    struct profiles_line *line = aw_alloc(op, sizeof *line);
    if (!line)
        return -1;
    *line = (struct profiles_line){profiles->lines, file, section->kind, section->name, key, value};
    profiles->lines = line;
    return 0;
}

static int read_line(aw_op *op, struct profiles *profiles, enum profiles_file file, char *text,
                     struct section *section)
{
    char *equals = strchr(text, '=');
    if (*text == '[') {
        *section = read_section(file, text + 1);
        return section->name ? keep(op, profiles, file, section, NULL, "") : 0;
    }
    /* Blank lines, comments, and the indented settings of a setting. */
    if (!*text || strchr("#; \t\r", *text) || !equals || !section->name)
        return 0;
    *equals = '\0';
    cut_comment(equals + 1);
    return keep(op, profiles, file, section, trim(text), trim(equals + 1));
}

static int read_text(aw_op *op, struct profiles *profiles, enum profiles_file file, char *text)
{
    struct section section = {0};
    while (text) {
        char *line = text;
        text = strchr(line, '\n');
        if (text)
            *text++ = '\0';
        if (read_line(op, profiles, file, line, &section))
            return -1;
    }
    return 0;
}

static int read_file(aw_op *op, struct profiles *profiles, enum profiles_file file)
{
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    if (aw_read_file(op, profiles->paths[file], LARGEST_FILE, &content, &error)) {
        if (error.code == AW_E_NOT_FOUND)
            return 0;
        profiles->problems[file] = kit_copy_text(op, error.message);
        return profiles->problems[file] ? 0 : -1;
    }
    char *text = kit_copy(op, content.data, content.size);
    return text ? read_text(op, profiles, file, text) : -1;
}

int profiles_read(aw_op *op, struct profiles *ret_profiles)
{
    const char *config = aw_env(op, "AWS_CONFIG_FILE");
    const char *credentials = aw_env(op, "AWS_SHARED_CREDENTIALS_FILE");
    *ret_profiles = (struct profiles){
        .paths = {[PROFILES_CONFIG] = config ? config : "~/.aws/config",
                  [PROFILES_CREDENTIALS] = credentials ? credentials : "~/.aws/credentials"},
    };
    return read_file(op, ret_profiles, PROFILES_CONFIG) ||
                   read_file(op, ret_profiles, PROFILES_CREDENTIALS)
               ? -1
               : 0;
}

const char *profiles_get(const struct profiles *profiles, enum profiles_file file, const char *kind,
                         const char *name, const char *key)
{
    for (const struct profiles_line *line = profiles->lines; line; line = line->next)
        if (line->file == file && line->key && !strcmp(line->kind, kind) &&
            !strcmp(line->name, name) && !strcasecmp(line->key, key))
            return *line->value ? line->value : NULL;
    return NULL;
}

const char *profiles_find(const struct profiles *profiles, const char *profile, const char *key)
{
    const char *value = profiles_get(profiles, PROFILES_CREDENTIALS, "profile", profile, key);
    return value ? value : profiles_get(profiles, PROFILES_CONFIG, "profile", profile, key);
}

int profiles_has(const struct profiles *profiles, const char *profile)
{
    for (const struct profiles_line *line = profiles->lines; line; line = line->next)
        if (!strcmp(line->kind, "profile") && !strcmp(line->name, profile))
            return 1;
    return 0;
}
