/* SPDX-License-Identifier: Apache-2.0 */
/* Help, made from the tables. */
#include "cli/verbs.h"

#include <stdio.h>

static void print_option(const struct option_row *row, kit_buf *out)
{
    char usage[64];
    if (row->letter)
        snprintf(usage, sizeof usage, "-%c, --%s %s", row->letter, row->name,
                 row->argument ? row->argument : "");
    else
        snprintf(usage, sizeof usage, "--%s %s", row->name, row->argument ? row->argument : "");
    kit_buf_addf(out, "  %-26s %s\n", usage, row->help);
}

/* Those that every verb takes, or those that only some take. */
static void print_options(unsigned verbs, bool global, kit_buf *out)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if ((option_rows[i].verbs == VERB_ALL) == global && (option_rows[i].verbs & verbs))
            print_option(&option_rows[i], out);
}

static bool has_own_options(unsigned verbs)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].verbs != VERB_ALL && (option_rows[i].verbs & verbs))
            return true;
    return false;
}

const char help_introduction[] =
    "Rents machines of either CPU architecture, wherever they are cheapest.\n";

const char help_files[] =
    "The configuration is read from --config, else ARCHWAY_CONFIG, else\n"
    "~/.config/archway/config.yaml; without one, every backend whose credentials are\n"
    "found is used. ARCHWAY_BACKEND_PATH names further folders of plugins.\n";

const char help_exit_codes[] =
    "  0  ok                        4  bad credentials, or no permission\n"
    "  1  failed                    5  no capacity, or no quota\n"
    "  2  wrong usage               6  partial: some of it failed\n"
    "  3  nothing matched           130, 143  interrupted (SIGINT, SIGTERM)\n";

static void print_command(kit_buf *out)
{
    const struct verb *verb;
    kit_buf_addf(out, "%s\nUsage: archway COMMAND [OPTION]...\n\n", help_introduction);
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        char usage[40];
        snprintf(usage, sizeof usage, "%s %s", verb->name, verb->operands);
        kit_buf_addf(out, "  %-26s %s\n", usage, verb->summary);
    }
    kit_buf_add_text(out, "\nOptions of every command:\n");
    print_options(VERB_ALL, true, out);
    kit_buf_addf(out, "\n%s\nExit codes:\n%s", help_files, help_exit_codes);
}

void help_print(const struct verb *verb, kit_buf *out)
{
    if (!verb) {
        print_command(out);
        return;
    }
    kit_buf_addf(out, "Usage: archway %s [OPTION]...%s%s\n\n%s", verb->name,
                 *verb->operands ? " " : "", verb->operands, verb->details);
    if (has_own_options(verb->bit)) {
        kit_buf_add_text(out, "\nOptions:\n");
        print_options(verb->bit, false, out);
    }
    kit_buf_add_text(out, "\nOptions of every command:\n");
    print_options(VERB_ALL, true, out);
}
