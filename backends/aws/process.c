/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that a program prints: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
#include "backends/aws/credentials.h"

#include <string.h>

#define MOST_WORDS 64
#define BLANKS " \t"

static const char place[] = "credential_process";

struct process {
    struct chain *chain;
    const char *program;
};

static void on_ended(aw_op *op, const aw_exit *result, void *arg)
{
    static const struct keys_names names = {
        .id = "AccessKeyId",
        .secret = "SecretAccessKey",
        .token = "SessionToken",
        .expiration = "Expiration",
        .version = "Version",
    };
    const struct process *process = arg;
    (void)op;
    if (result->status)
        /* Not what it printed: that may hold a secret. */
        chain_none(process->chain, place, "%.100s ended with status %d: run it by hand to see why",
                   process->program, (int)result->status);
    else
        chain_read_keys(process->chain, place, result->output.data, result->output.size, &names);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct process *process = arg;
    (void)op;
    (void)answer;
    chain_none(process->chain, place, "%.200s", error->message);
}

/* A quote that a word is in, as a shell reads it: 0 for none. */
static char next_quote(char quote, char c)
{
    if (quote)
        return c == quote ? 0 : quote;
    return c == '"' || c == '\'' ? c : 0;
}

/* Does a backslash here take the next character as it is? */
static int escapes(char quote, const char *text)
{
    if (*text != '\\' || !text[1] || quote == '\'')
        return 0;
    return !quote || text[1] == '"' || text[1] == '\\';
}

/* Takes the quotes off a word and returns where the next one starts; NULL: a quote has no end. */
static char *cut_word(char *text)
{
    char *to = text;
    char quote = 0;
    for (; *text && (quote || !strchr(BLANKS, *text)); text++) {
        char next = next_quote(quote, *text);
        if (escapes(quote, text))
            *to++ = *++text;
        else if (next == quote)
            *to++ = *text;
        else
            quote = next;
    }
    char *rest = *text ? text + 1 : text;
    *to = '\0';
    return quote ? NULL : rest + strspn(rest, BLANKS);
}

/* The number of words; -1: there are too many, or a quote has no end. */
static int split(char *text, const char *argv[MOST_WORDS + 1])
{
    int count = 0;
    text += strspn(text, BLANKS);
    while (text && *text && count < MOST_WORDS) {
        argv[count++] = text;
        text = cut_word(text);
    }
    return text && !*text ? count : -1;
}

void chain_run_process(struct chain *chain, const char *command)
{
    const char *argv[MOST_WORDS + 1] = {NULL};
    char *text = kit_copy_text(chain->op, command);
    struct process *process = aw_alloc(chain->op, sizeof *process);
    chain->committed = 1;
    if (!text || !process)
        return;
    if (split(text, argv) < 1) {
        chain_none(chain, place, "a program and its arguments are wanted, and every quote closed");
        return;
    }
    *process = (struct process){chain, argv[0]};
    const aw_program program = {.size = sizeof program, .name = place, .argv = argv};
    aw_run(chain->op, &program, on_ended, on_error, process);
}
