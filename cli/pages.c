/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the manual pages when Archway is built; it is not installed.
 *
 *     pages verbs                        their names
 *     pages man DATE [VERB]              archway(1), or archway-VERB(1)
 *     pages config DATE TEMPLATE PLUGIN...    archway.yaml(5): the template, with the options of the plugins
 */
#include "cli/exit_code.h"
#include "cli/files.h"
#include "cli/man.h"
#include "cli/memory.h"

#include <archway/archway.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static int fail(const char *what, const char *which)
{
    fprintf(stderr, "pages: %s: %s\n", which, what);
    return EXIT_FAILED;
}

static const char *type_word(uint32_t type)
{
    switch (type) {
    case AW_OPTION_LIST:
        return "a list";
    case AW_OPTION_INTEGER:
        return "a number";
    case AW_OPTION_BOOLEAN:
        return "true or false";
    default:
        return "a text";
    }
}

static void add_option(kit_buf *out, const aw_option *option)
{
    kit_buf_add_text(out, ".TP\n.B ");
    man_add_text(out, option->name);
    kit_buf_addf(out, "\n(%s%s) ", type_word(option->type),
                 option->flags & AW_OPTION_SECRET ? ", secret" : "");
    man_add_text(out, option->help);
    kit_buf_add_char(out, '\n');
}

/* The entry is data: nothing of the plugin runs. */
static int add_plugin(kit_buf *out, const char *path)
{
    void *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const aw_backend_entry *entry = plugin ? dlsym(plugin, AW_ENTRY_SYMBOL) : NULL;
    if (!entry)
        return fail(dlerror(), path);
    kit_buf_add_text(out, ".SH KEYS OF TYPE ");
    man_add_text(out, entry->provider);
    kit_buf_add_char(out, '\n');
    man_add_text(out, entry->title);
    kit_buf_add_text(out, entry->option_count ? ".\n" : ". It has no keys of its own.\n");
    for (uint64_t i = 0; i < entry->option_count; i++)
        add_option(out, &entry->options[i]);
    return EXIT_OK;
}

static int add_plugins(kit_buf *out, char **paths, int count)
{
    int code = EXIT_OK;
    for (int i = 0; i < count && code == EXIT_OK; i++)
        code = add_plugin(out, paths[i]);
    return code;
}

static int print_config(kit_buf *out, const char *date, char **arguments, int count)
{
    aw_error error;
    KIT_CLEANUP(kit_buf_finish) kit_buf template;
    cli_buf_init(&template);
    if (file_read(arguments[0], 1 << 20, &template, &error) != 0)
        return fail(error.message, arguments[0]);
    for (const char *at = kit_buf_text(&template); *at;) {
        size_t plain = strcspn(at, "@");
        kit_buf_add(out, at, plain);
        at += plain;
        if (strncmp(at, "@DATE@", 6) == 0) {
            kit_buf_add_text(out, date);
            at += 6;
        } else if (strncmp(at, "@VERSION@", 9) == 0) {
            kit_buf_add_text(out, archway_version());
            at += 9;
        } else if (strncmp(at, "@OPTIONS@\n", 10) == 0) {
            if (add_plugins(out, arguments + 1, count - 1) != EXIT_OK)
                return EXIT_FAILED;
            at += 10;
        } else if (*at) {
            kit_buf_add_char(out, *at++);
        }
    }
    return EXIT_OK;
}

static int print_man(kit_buf *out, const char *date, const char *name)
{
    const struct verb *verb = name ? verb_find(name) : NULL;
    if (name && !verb)
        return fail("there is no such command", name);
    man_print(verb, date, out);
    return EXIT_OK;
}

static int print_verbs(kit_buf *out)
{
    const struct verb *verb;
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
        if (verb->bit != VERB_HELP)
            kit_buf_addf(out, "%s\n", verb->name);
    return EXIT_OK;
}

static int run(int argc, char **argv, kit_buf *out)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "verbs") == 0)
        return print_verbs(out);
    if (strcmp(what, "man") == 0 && argc > 2)
        return print_man(out, argv[2], argc > 3 ? argv[3] : NULL);
    if (strcmp(what, "config") == 0 && argc > 3)
        return print_config(out, argv[2], argv + 3, argc - 3);
    return fail("is nothing that is written here", what);
}

int main(int argc, char **argv)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    int code = run(argc, argv, &out);
    if (code == EXIT_OK)
        code = output_write(&out);
    return code;
}
