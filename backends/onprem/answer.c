/* SPDX-License-Identifier: Apache-2.0 */
/* What a script said, line by line. What a login shell says before and after it does not count. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"

#include <string.h>

#define BEGIN "archway-begin\n"
#define END "archway-end\n"

static const struct {
    const char *word;
    uint32_t code;
} codes[] = {
    {"invalid", AW_E_INVALID},         {"denied", AW_E_DENIED},
    {"conflict", AW_E_CONFLICT},       {"no_capacity", AW_E_NO_CAPACITY},
    {"unavailable", AW_E_UNAVAILABLE}, {"unsupported", AW_E_UNSUPPORTED},
    {"internal", AW_E_INTERNAL},
};

bool onprem_answer_next(struct onprem_answer *answer)
{
    if (!*answer->at)
        return false;
    char *line = answer->at;
    char *end = strchr(line, '\n');
    answer->at = end ? end + 1 : line + strlen(line);
    if (end)
        *end = '\0';
    answer->word = line;
    line += strcspn(line, " ");
    if (*line)
        *line++ = '\0';
    answer->rest = line;
    return true;
}

/* A machine's own word for what went wrong: nothing was done. */
static int read_failure(const char *text, aw_error *ret_error)
{
    size_t size = strcspn(text, " \n");
    uint32_t code = AW_E_PROTOCOL;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strlen(codes[i].word) == size && !memcmp(codes[i].word, text, size))
            code = codes[i].code;
    text += size + (text[size] == ' ');
    kit_error_set(ret_error, code, "%.*s", (int)strcspn(text, "\n"), text);
    ret_error->retry = code == AW_E_UNAVAILABLE ? AW_RETRY_SAFE : AW_RETRY_NEVER;
    return -1;
}

static int explain_silence(const aw_exit *result, bool began, aw_error *ret_error)
{
    size_t size = result->errors.size;
    const char *said = size ? result->errors.data : "";
    int shown = (int)strcspn(said, "\n");
    if (result->status == 255) {
        onprem_fault_read(result, ret_error);
    } else if (!strncmp(said, "sudo:", 5) || strstr(said, "sudo: not found")) {
        kit_error_set(ret_error, AW_E_DENIED,
                      "the user who logs in must be root, or become it by sudo without a "
                      "password (%.*s). Log in as another one, or write `sudo: false` and a "
                      "`state_dir` that the user may write",
                      shown, said);
        ret_error->retry = AW_RETRY_SAFE;
    } else {
        kit_error_set(
            ret_error, began ? AW_E_PROTOCOL : AW_E_UNAVAILABLE,
            began ? "the script ended with status %d and did not say all that it should: %.*s"
                  : "no shell there ran the script: it ended with status %d and said \"%.*s\". Log "
                    "in "
                    "by hand: a POSIX shell must run what it is given, without a menu or a "
                    "forced command before it",
            (int)result->status, shown, said);
        ret_error->retry = AW_RETRY_UNKNOWN;
    }
    return -1;
}

int onprem_answer_begin(aw_op *op, const aw_exit *result, struct onprem_answer *ret_answer,
                        aw_error *ret_error)
{
    char *text = kit_copy(op, result->output.data, result->output.size);
    if (!text)
        return -1;
    char *begin = strstr(text, BEGIN);
    char *end = begin ? strstr(begin, END) : NULL;
    if (!end)
        return explain_silence(result, begin != NULL, ret_error);
    *end = '\0';
    begin += strlen(BEGIN);
    char *failure = strncmp(begin, "fail ", 5) == 0 ? begin : strstr(begin, "\nfail ");
    if (failure)
        return read_failure(failure + strcspn(failure, " ") + 1, ret_error);
    *ret_answer = (struct onprem_answer){.at = begin};
    return 0;
}
