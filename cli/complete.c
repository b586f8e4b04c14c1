/* SPDX-License-Identifier: Apache-2.0 */
/* What the word at the cursor may become, from the tables of verbs and options and from what there is. */
#include "cli/complete.h"

#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/seen.h"
#include "cli/session.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nobody waits longer for a list of machines. */
#define LIST_MS 4000u

struct completion {
    kit_buf *out;
    const char *before;     /* what stands before each candidate: "--arch=" */
    const char *start;      /* what they must start with */
    struct options options; /* those that were written and say which backends there are */
    const struct verb *verb;
    bool lost;                        /* that is no verb */
    size_t operands;                  /* behind the verb, whole ones */
    const struct option_row *pending; /* the option whose argument is at the cursor */
};

static void offer(struct completion *completion, const char *word, const char *what)
{
    if (strncmp(word, completion->start, strlen(completion->start)) != 0)
        return;
    kit_buf_addf(completion->out, "%s%s", completion->before, word);
    if (what)
        kit_buf_addf(completion->out, "\t%s", what);
    kit_buf_add_char(completion->out, '\n');
}

static void offer_name(const char *name, void *completion)
{
    offer(completion, name, NULL);
}

static void offer_words(struct completion *completion, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, " ");
        KIT_CLEANUP(cli_free_text) char *word = cli_copy(words, size);
        offer(completion, word, NULL);
        words += size + (words[size] == ' ');
    }
}

static void offer_verbs(struct completion *completion)
{
    const struct verb *verb;
    for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
        offer(completion, verb->name, verb->summary);
}

static void offer_options(struct completion *completion)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        char name[64];
        const struct option_row *row = &option_rows[i];
        if (completion->verb && !(row->verbs & completion->verb->bit))
            continue;
        snprintf(name, sizeof name, "--%s", row->name);
        offer(completion, name, row->help);
    }
}

/* ---- what there is ---- */

static void offer_backends(struct completion *completion, const struct session *session)
{
    archway_backend_info info = {.size = sizeof info};
    for (uint64_t i = 0; archway_backend_at(session->aw, i, &info) == 0; i++)
        offer(completion, info.name, info.provider);
}

static void offer_machines(struct completion *completion, struct session *session)
{
    KIT_CLEANUP(session_drop_job) archway_job *job = NULL;
    const archway_call call = {.size = sizeof call, .timeout_ms = LIST_MS};
    const char *backend;
    const aw_instance *instance;
    if (archway_list(session->aw, NULL, archway_owner(session->aw), &call, &job, NULL) != 0 ||
        session_run(session, &job, 1, "") != EXIT_OK)
        return;
    for (uint64_t i = 0; (instance = archway_job_instance(job, i, &backend)) != NULL; i++) {
        KIT_CLEANUP(kit_buf_finish) kit_buf ref;
        KIT_CLEANUP(kit_buf_finish) kit_buf name;
        cli_buf_init(&ref);
        cli_buf_init(&name);
        text_add_ref(&ref, backend, instance->region, instance->id);
        text_add_clean(&name, instance->name);
        offer(completion, kit_buf_text(&ref), name.size > 0 ? kit_buf_text(&name) : NULL);
    }
}

static void offer_live(struct completion *completion,
                       void (*offer_of)(struct completion *completion, struct session *session))
{
    struct session session;
    if (session_open(&session, &completion->options, NULL) != EXIT_OK)
        return;
    offer_of(completion, &session);
    archway_close(session.aw, NULL);
}

static void backends_of(struct completion *completion, struct session *session)
{
    offer_backends(completion, session);
}

/* ---- arguments and operands ---- */

static bool is_one_of(const char *word, const char *words)
{
    const char *found = strstr(words, word);
    size_t size = strlen(word);
    return found && (found == words || found[-1] == ' ') && (!found[size] || found[size] == ' ');
}

/* By what the option's argument is called, and by its name where that says more. */
static void offer_argument(struct completion *completion)
{
    const char *name = completion->pending->name;
    const char *argument = completion->pending->argument;
    if (is_one_of(argument, "FILE PATH STR|@FILE"))
        kit_buf_add_text(completion->out, ":file\n");
    else if (is_one_of(argument, "DIR"))
        kit_buf_add_text(completion->out, ":dir\n");
    else if (is_one_of(argument, "FORMAT"))
        offer_words(completion, "table wide json csv name");
    else if (is_one_of(argument, "ARCH"))
        offer_words(completion, "amd64 arm64 any");
    else if (is_one_of(argument, "KEY"))
        offer_words(completion, "price cpu memory gpu name -price -cpu -memory -gpu -name");
    else if (is_one_of(name, "backend"))
        offer_live(completion, backends_of);
    else if (is_one_of(name, "region type gpu"))
        seen_each(name, offer_name, completion);
}

/* What help calls the operand with so many before it; the last name stands for all behind. */
static const char *operand_name(const struct verb *verb, size_t before)
{
    const char *names = verb->operands;
    const char *space;
    while (before-- > 0 && (space = strchr(names, ' ')) != NULL)
        names = space + 1;
    return names;
}

static void offer_operand(struct completion *completion)
{
    const struct verb *verb = completion->verb;
    const char *operands = operand_name(verb, completion->operands);
    if (completion->operands >= verb->most_operands)
        return;
    if (is_one_of("ID", operands) || is_one_of("ID...", operands))
        offer_live(completion, offer_machines);
    else if (is_one_of("[COMMAND]", operands))
        offer_verbs(completion);
    else if (is_one_of("SHELL", operands))
        offer_words(completion, "bash zsh fish");
    else if (strncmp(operands, "BACKEND", strlen("BACKEND")) == 0)
        offer_live(completion, backends_of);
    else if (strncmp(operands, "FILE", strlen("FILE")) == 0)
        kit_buf_add_text(completion->out, ":file\n");
    else if (strncmp(operands, "DIR", strlen("DIR")) == 0)
        kit_buf_add_text(completion->out, ":dir\n");
}

/* ---- the words before the cursor ---- */

static int option_of(const char *name, size_t size)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (strlen(option_rows[i].name) == size && strncmp(option_rows[i].name, name, size) == 0)
            return i;
    return OPTION_COUNT;
}

static int letter_of(const char *word)
{
    for (int i = 0; i < OPTION_COUNT; i++)
        if (word[1] && !word[2] && option_rows[i].letter == word[1])
            return i;
    return OPTION_COUNT;
}

static void keep(struct completion *completion, int id, const char *text)
{
    struct options *options = &completion->options;
    if (id == OPTION_CONFIG || id == OPTION_BACKEND_DIR || id == OPTION_REPLAY)
        options->values[options->value_count++] =
            (struct option_value){.id = (enum option_id)id, .text = text};
}

static void read_option(struct completion *completion, const char *word)
{
    const char *equals = strchr(word, '=');
    bool is_long = strncmp(word, "--", 2) == 0;
    size_t size = equals ? (size_t)(equals - word) : strlen(word);
    int id = is_long ? option_of(word + 2, size - 2) : letter_of(word);
    if (id == OPTION_COUNT)
        return;
    if (is_long && equals)
        keep(completion, id, equals + 1);
    else if (option_rows[id].argument)
        completion->pending = &option_rows[id];
}

static void read_word(struct completion *completion, const char *word)
{
    if (completion->pending) {
        keep(completion, (int)(completion->pending - option_rows), word);
        completion->pending = NULL;
    } else if (*word == '-' && word[1]) {
        read_option(completion, word);
    } else if (!completion->verb) {
        completion->verb = verb_find(word);
        completion->lost = !completion->verb;
    } else {
        completion->operands++;
    }
}

/* "--arch=a": the argument is at the cursor, and what stands before it stays. */
static char *read_last(struct completion *completion, const char *word)
{
    const char *equals = strchr(word, '=');
    if (completion->pending || strncmp(word, "--", 2) != 0 || !equals)
        return NULL;
    int id = option_of(word + 2, (size_t)(equals - word) - 2);
    if (id == OPTION_COUNT || !option_rows[id].argument)
        return NULL;
    completion->pending = &option_rows[id];
    completion->start = equals + 1;
    return cli_copy(word, (size_t)(equals + 1 - word));
}

void complete_words(char *const *words, size_t count, kit_buf *out)
{
    struct completion completion = {.out = out, .before = "", .start = ""};
    completion.options.values = cli_alloc(count + 1, sizeof *completion.options.values);
    for (size_t i = 0; i + 1 < count; i++)
        read_word(&completion, words[i]);
    completion.start = count > 0 ? words[count - 1] : "";
    KIT_CLEANUP(cli_free_text) char *before = read_last(&completion, completion.start);
    if (before)
        completion.before = before;
    if (completion.pending)
        offer_argument(&completion);
    else if (*completion.start == '-')
        offer_options(&completion);
    else if (completion.verb)
        offer_operand(&completion);
    else if (!completion.lost)
        offer_verbs(&completion);
    free(completion.options.values);
}
