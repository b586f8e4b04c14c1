/* SPDX-License-Identifier: Apache-2.0 */
/* The tables in the macros of man(7): https://mandoc.bsd.lv/man/man.7.html */
#include "cli/man.h"

#include <archway/archway.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define INDENT 4 /* blanks before an example in `details` */

static void add_size(kit_buf *out, const char *text, size_t size)
{
    if (size > 0 && (*text == '.' || *text == '\''))
        kit_buf_add_text(out, "\\&");
    for (size_t i = 0; i < size; i++)
        switch (text[i]) {
        case '\\':
            kit_buf_add_text(out, "\\e");
            break;
        case '-':
            kit_buf_add_text(out, "\\-");
            break;
        case '~':
            kit_buf_add_text(out, "\\(ti");
            break;
        default:
            kit_buf_add_char(out, text[i]);
        }
}

void man_add_text(kit_buf *out, const char *text)
{
    add_size(out, text, strlen(text));
}

static void add_upper(kit_buf *out, const char *text)
{
    for (; *text; text++)
        kit_buf_add_char(out, (char)toupper((unsigned char)*text));
}

static bool is_example(const char *line)
{
    return strncmp(line, "    ", INDENT) == 0;
}

/* Lines of text; those that are indented are examples; an empty line parts paragraphs. */
static void add_details(kit_buf *out, const char *text)
{
    bool in_example = false;
    bool parted = false;
    while (*text) {
        size_t size = strcspn(text, "\n");
        if (size == 0) {
            parted = true;
        } else {
            if (is_example(text) && !in_example)
                kit_buf_add_text(out, ".PP\n.nf\n.RS 4\n");
            else if (!is_example(text) && in_example)
                kit_buf_add_text(out, ".RE\n.fi\n.PP\n");
            else if (parted)
                kit_buf_add_text(out, in_example ? "\n" : ".PP\n");
            in_example = is_example(text);
            add_size(out, text + (in_example ? INDENT : 0), size - (in_example ? INDENT : 0));
            kit_buf_add_char(out, '\n');
            parted = false;
        }
        text += size + (text[size] == '\n');
    }
    kit_buf_add_text(out, in_example ? ".RE\n.fi\n" : "");
}

static void add_option(kit_buf *out, const struct option_row *row)
{
    kit_buf_add_text(out, ".TP\n");
    if (row->letter)
        kit_buf_addf(out, "\\fB\\-%c\\fR, ", row->letter);
    kit_buf_add_text(out, "\\fB\\-\\-");
    man_add_text(out, row->name);
    kit_buf_add_text(out, "\\fR");
    if (row->argument) {
        kit_buf_add_text(out, " \\fI");
        man_add_text(out, row->argument);
        kit_buf_add_text(out, "\\fR");
    }
    kit_buf_add_char(out, '\n');
    man_add_text(out, row->help);
    kit_buf_add_char(out, '\n');
}

static void add_options(kit_buf *out, const char *title, unsigned verbs, bool global)
{
    bool titled = false;
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &option_rows[i];
        if ((row->verbs == VERB_ALL) != global || !(row->verbs & verbs))
            continue;
        if (!titled)
            kit_buf_addf(out, ".SH %s\n", title);
        titled = true;
        add_option(out, row);
    }
}

static void add_head(kit_buf *out, const char *name, const char *summary, const char *date)
{
    kit_buf_add_text(out, ".TH ");
    add_upper(out, name);
    kit_buf_addf(out, " 1 \"%s\" \"archway %s\" Archway\n.SH NAME\n", date, archway_version());
    man_add_text(out, name);
    kit_buf_add_text(out, " \\- ");
    man_add_text(out, summary);
    kit_buf_add_text(out, "\n.SH SYNOPSIS\n");
}

static void add_commands(kit_buf *out)
{
    const struct verb *verb;
    kit_buf_add_text(out, ".SH COMMANDS\n");
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
        kit_buf_add_text(out, ".TP\n\\fB");
        man_add_text(out, verb->name);
        kit_buf_add_text(out, "\\fR ");
        man_add_text(out, verb->operands);
        kit_buf_add_char(out, '\n');
        man_add_text(out, verb->summary);
        kit_buf_add_char(out, '\n');
    }
}

static void add_see_also(kit_buf *out, const struct verb *verb)
{
    const struct verb *other;
    kit_buf_add_text(out, ".SH SEE ALSO\n");
    if (verb)
        kit_buf_add_text(out, ".BR archway (1),\n");
    for (size_t i = 0; !verb && (other = verb_at(i)) != NULL; i++) {
        if (other->bit == VERB_HELP)
            continue;
        kit_buf_add_text(out, ".BR archway\\-");
        man_add_text(out, other->name);
        kit_buf_add_text(out, " (1),\n");
    }
    kit_buf_add_text(out, ".BR archway.yaml (5),\n.BR archway\\-recording (5),\n"
                          ".BR archway\\-backend (7),\n.BR archway\\-placement (7)\n");
}

static void print_command(const char *date, kit_buf *out)
{
    add_head(out, "archway", "machines of either CPU architecture, wherever they are cheapest",
             date);
    kit_buf_add_text(out, "\\fBarchway\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n.SH DESCRIPTION\n");
    add_details(out, help_introduction);
    add_commands(out);
    add_options(out, "OPTIONS OF EVERY COMMAND", VERB_ALL, true);
    kit_buf_add_text(out, ".SH FILES\n");
    add_details(out, help_files);
    kit_buf_add_text(out, ".SH EXIT STATUS\n.nf\n");
    add_details(out, help_exit_codes);
    kit_buf_add_text(out, ".fi\n");
    add_see_also(out, NULL);
}

void man_print(const struct verb *verb, const char *date, kit_buf *out)
{
    char name[64];
    if (!verb) {
        print_command(date, out);
        return;
    }
    snprintf(name, sizeof name, "archway-%s", verb->name);
    add_head(out, name, verb->summary, date);
    kit_buf_add_text(out, "\\fBarchway ");
    man_add_text(out, verb->name);
    kit_buf_add_text(out, "\\fR [\\fIOPTION\\fR]... ");
    man_add_text(out, verb->operands);
    kit_buf_add_text(out, "\n.SH DESCRIPTION\n");
    add_details(out, verb->details);
    add_options(out, "OPTIONS", verb->bit, false);
    add_options(out, "OPTIONS OF EVERY COMMAND", VERB_ALL, true);
    kit_buf_add_text(out, ".SH EXIT STATUS\n.nf\n");
    add_details(out, help_exit_codes);
    kit_buf_add_text(out, ".fi\n");
    add_see_also(out, verb);
}
