/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the command line with getopt_long. Options may stand before and behind the verb, so nothing is
 * judged before everything is read.
 */
#include "cli/options.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/parse.h"
#include "cli/talk.h"
#include "cli/verbs.h"
#include "kit/nearest.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* What getopt_long returns for an option: above every letter. */
#define CODE_BASE 0x100
#define CODE_OPERAND 1

struct reading {
    struct options *options;
    char letters[2 * OPTION_COUNT + 3];
    struct option names[OPTION_COUNT + 1];
    /* The first thing that is wrong. */
    int wrong; /* ':', '?', or 0 */
    int wrong_code;
    const char *wrong_text;
};

static void describe_options(struct reading *reading)
{
    char *letter = reading->letters;
    /* Operands in place, whatever POSIXLY_CORRECT says; a missing argument is told apart. */
    *letter++ = '-';
    *letter++ = ':';
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &option_rows[i];
        int has_argument = row->argument ? required_argument : no_argument;
        reading->names[i] = (struct option){row->name, has_argument, NULL, CODE_BASE + i};
        if (!row->letter)
            continue;
        *letter++ = row->letter;
        if (row->argument)
            *letter++ = ':';
    }
}

static int id_of_code(int code)
{
    if (code >= CODE_BASE)
        return code - CODE_BASE;
    for (int i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].letter == code)
            return i;
    return OPTION_COUNT;
}

static void keep_option(struct options *options, int id, const char *text)
{
    options->values[options->value_count++] =
        (struct option_value){.id = (enum option_id)id, .text = text};
}

static void keep_wrong(struct reading *reading, int code, const char *text)
{
    if (reading->wrong)
        return;
    reading->wrong = code;
    reading->wrong_code = optopt;
    reading->wrong_text = text;
}

static void read_all(struct reading *reading, int argc, char **argv)
{
    struct options *options = reading->options;
    int code;
    opterr = 0;
    while ((code = getopt_long(argc, argv, reading->letters, reading->names, NULL)) != -1) {
        if (code == CODE_OPERAND)
            options->operands[options->operand_count++] = optarg;
        else if (code == ':' || code == '?')
            keep_wrong(reading, code, argv[optind - 1]);
        else
            keep_option(options, id_of_code(code), optarg);
    }
    while (optind < argc)
        options->operands[options->operand_count++] = argv[optind++];
}

static int unknown_option(const struct verb *verb, const char *text)
{
    const char *known[OPTION_COUNT];
    size_t name_size = strcspn(text + 2, "=");
    KIT_CLEANUP(cli_free_text) char *name = cli_alloc(name_size + 1, 1);
    memcpy(name, text + 2, name_size);
    for (int i = 0; i < OPTION_COUNT; i++)
        known[i] = !verb || (option_rows[i].verbs & verb->bit) ? option_rows[i].name : NULL;
    const char *nearest = kit_nearest_word(name, known, OPTION_COUNT);
    if (nearest)
        return say_usage("there is no option --%s; did you mean --%s?", name, nearest);
    return say_usage("there is no option --%s; `archway help%s%s` lists them", name,
                     verb ? " " : "", verb ? verb->name : "");
}

static int say_wrong(const struct reading *reading)
{
    const struct verb *verb = reading->options->verb;
    int id = id_of_code(reading->wrong_code);
    if (reading->wrong == ':')
        return say_usage("--%s needs a value: --%s %s", option_rows[id].name, option_rows[id].name,
                         option_rows[id].argument);
    if (reading->wrong_code >= CODE_BASE)
        return say_usage("--%s takes no value", option_rows[id].name);
    if (reading->wrong_code != 0)
        return say_usage("there is no option -%c; `archway help` lists them", reading->wrong_code);
    return unknown_option(verb, reading->wrong_text);
}

/* The first operand is the verb. */
static const char *take_verb(struct options *options)
{
    if (options->operand_count == 0)
        return NULL;
    const char *name = options->operands[0];
    options->operand_count--;
    memmove(options->operands, options->operands + 1,
            options->operand_count * sizeof *options->operands);
    options->verb = verb_find(name);
    return name;
}

static int unknown_verb(const char *name)
{
    const char *known[MOST_VERBS] = {NULL};
    for (size_t i = 0; verb_at(i) != NULL; i++)
        known[i] = verb_at(i)->name;
    const char *nearest = kit_nearest_word(name, known, MOST_VERBS);
    if (nearest)
        return say_usage("there is no command \"%s\"; did you mean %s?", name, nearest);
    return say_usage("there is no command \"%s\"; `archway help` lists them", name);
}

static void read_format(struct options *options, bool *ret_known)
{
    *ret_known = true;
    for (size_t i = 0; i < options->value_count; i++) {
        const struct option_value *value = &options->values[i];
        if (value->id == OPTION_JSON)
            options->format = FORMAT_JSON;
        else if (value->id == OPTION_WIDE)
            options->format = FORMAT_WIDE;
        else if (value->id == OPTION_OUTPUT && !format_read(value->text, &options->format))
            *ret_known = false;
    }
}

static bool has(const struct options *options, enum option_id id)
{
    return options_count(options, id) > 0;
}

static int check_spot(const struct options *options)
{
    int given =
        has(options, OPTION_SPOT) + has(options, OPTION_ON_DEMAND) + has(options, OPTION_SPOT_AUTO);
    if (given < 2)
        return EXIT_OK;
    if (options->verb && options->verb->bit == VERB_CREATE)
        return say_usage("--spot, --on-demand and --spot-auto exclude each other; give one");
    return say_usage("--spot and --on-demand exclude each other; give one, or none for both");
}

static int check_options(const struct options *options)
{
    for (size_t i = 0; i < options->value_count; i++) {
        const struct option_row *row = &option_rows[options->values[i].id];
        if (options->verb && !(row->verbs & options->verb->bit))
            return say_usage("%s has no option --%s; `archway help %s` lists its own",
                             options->verb->name, row->name, options->verb->name);
    }
    return check_spot(options);
}

static int check_operands(const struct options *options)
{
    const struct verb *verb = options->verb;
    bool enough = options->operand_count >= verb->least_operands;
    if (options_count(options, OPTION_HELP) ||
        (enough && options->operand_count <= verb->most_operands))
        return EXIT_OK;
    if (enough)
        return say_usage("\"%s\" is too much; write: archway %s%s%s",
                         options->operands[verb->most_operands], verb->name,
                         *verb->operands ? " " : "", verb->operands);
    return say_usage("something is missing; write: archway %s %s", verb->name, verb->operands);
}

static int read_timeout(struct options *options)
{
    aw_error error;
    const char *text = options_text(options, OPTION_TIMEOUT);
    if (!text || parse_duration(text, &options->timeout_ms, &error) == 0)
        return EXIT_OK;
    return say_usage("--timeout: %s", error.message);
}

static int judge(struct reading *reading)
{
    struct options *options = reading->options;
    bool format_known;
    const char *verb_name = take_verb(options);
    read_format(options, &format_known);
    talk_init(options->format == FORMAT_JSON);
    if (reading->wrong)
        return say_wrong(reading);
    if (verb_name && !options->verb)
        return unknown_verb(verb_name);
    if (!format_known)
        return say_usage("-o takes table, wide, json, csv or name");
    int code = check_options(options);
    if (code == EXIT_OK && options->verb)
        code = check_operands(options);
    return code == EXIT_OK ? read_timeout(options) : code;
}

int options_read(struct options *options, int argc, char **argv)
{
    struct reading reading = {.options = options};
    size_t most = (size_t)argc;
    /* "-vvv" is three options in one word. */
    for (int i = 1; i < argc; i++)
        most += strlen(argv[i]);
    *options = (struct options){
        .values = cli_alloc(most, sizeof *options->values),
        .operands = cli_alloc((size_t)argc, sizeof *options->operands),
    };
    describe_options(&reading);
    read_all(&reading, argc, argv);
    return judge(&reading);
}

void options_finish(struct options *options)
{
    free(options->values);
    free(options->operands);
}

const char *options_text(const struct options *options, enum option_id id)
{
    const char *text = NULL;
    for (size_t i = 0; i < options->value_count; i++)
        if (options->values[i].id == id)
            text = options->values[i].text;
    return text;
}

size_t options_count(const struct options *options, enum option_id id)
{
    size_t count = 0;
    for (size_t i = 0; i < options->value_count; i++)
        count += options->values[i].id == id;
    return count;
}

void options_texts(const struct options *options, enum option_id id, const char **ret_texts)
{
    for (size_t i = 0; i < options->value_count; i++)
        if (options->values[i].id == id)
            *ret_texts++ = options->values[i].text;
}
