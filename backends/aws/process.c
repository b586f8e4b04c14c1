/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that a program prints: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
#include "backends/aws/credentials.h"

#include "kit/error.h"

#include <string.h>

#define MOST_WORDS 64

static const char place[] = "credential_process";

static void on_ended(aw_op *op, const aw_exit *result, void *arg)
{
    static const struct keys_names names = {"AccessKeyId", "SecretAccessKey", "SessionToken",
                                            "Expiration"};
    struct chain *chain = arg;
    (void)op;
    if (result->status)
        /* Not what it printed: that may hold a secret. */
        chain_none(chain, place, "the program ended with status %d", (int)result->status);
    else
        chain_read_keys(chain, place, result->output.data, result->output.size, &names);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    chain_none(arg, place, "%.200s", error->message);
}

/* Takes the quotes off a word and returns where the next one starts. */
static char *cut_word(char *text)
{
    char *to = text;
    char quote = 0;
    while (*text && (quote || !strchr(" \t", *text))) {
        if (quote ? *text == quote : (*text == '"' || *text == '\''))
            quote = quote ? 0 : *text;
        else
            *to++ = *text;
        text++;
    }
    char *rest = *text ? text + 1 : text;
    *to = '\0';
    return rest + strspn(rest, " \t");
}

void chain_run_process(struct chain *chain, const char *command)
{
    const char *argv[MOST_WORDS + 1] = {NULL};
    size_t count = 0;
    char *text = kit_copy_text(chain->op, command);
    chain->committed = 1;
    if (!text)
        return;
    text += strspn(text, " \t");
    while (*text && count < MOST_WORDS) {
        argv[count++] = text;
        text = cut_word(text);
    }
    if (!count || *text)
        return chain_none(chain, place, "a command of 1 to %d words is wanted", MOST_WORDS);
    const aw_program program = {.size = sizeof program, .name = place, .argv = argv};
    aw_run(chain->op, &program, on_ended, on_error, chain);
}
