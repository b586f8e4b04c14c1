/* SPDX-License-Identifier: Apache-2.0 */
/* A program that gives an identity provider's token: https://google.aip.dev/auth/4117 */
#include "backends/gcp/auth_external.h"

#include "kit/buf.h"

#include <string.h>

#define MOST_WORDS 64
#define TIMEOUT_MS 30000
#define LONGEST_TIMEOUT_MS 120000
#define BLANKS " \t\r\n"
#define EMAIL "/serviceAccounts/"

/* {"version": 1, "success": true, "token_type": "...", "id_token": "..."} */
static void on_program(aw_op *op, const aw_exit *result, void *arg)
{
    struct external *external = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    (void)op;
    kit_json_node root = kit_json_parse_bytes(&document, result->output.data, result->output.size);
    const char *token = kit_json_find_text(&root, "id_token", NULL);
    const char *message = kit_json_find_text(&root, "message", "it does not say why");
    if (!token)
        token = kit_json_find_text(&root, "saml_response", NULL);
    if (document.error.code && !result->status)
        auth_fail(external->auth, "what the program wrote cannot be read: %.200s",
                  document.error.message);
    else if (result->status || !kit_json_find_boolean(&root, "success", 0) || !token)
        auth_fail(external->auth, "the program ended with status %d and gave no token: %.200s",
                  (int)result->status, message);
    else
        auth_exchange(external, token);
}

static const char *variable(aw_op *op, const char *name, const char *value, size_t size)
{
    kit_buf text;
    kit_buf_init(&text, kit_op_memory(op), 4096);
    kit_buf_addf(&text, "GOOGLE_EXTERNAL_ACCOUNT_%s=%.*s", name, (int)size, value);
    return text.state == KIT_BUF_OK ? kit_buf_text(&text) : NULL;
}

/* What the program is told. The last one, if any, is the account that it is for: the end of
 * ".../serviceAccounts/EMAIL:generateAccessToken". */
static void fill_environment(const struct external *external, const char *ret_environment[5])
{
    aw_op *op = external->auth->op;
    const char *url = external->auth->impersonation_url;
    const char *email = url ? strstr(url, EMAIL) : NULL;
    ret_environment[0] = variable(op, "AUDIENCE", external->audience, strlen(external->audience));
    ret_environment[1] =
        variable(op, "TOKEN_TYPE", external->token_type, strlen(external->token_type));
    ret_environment[2] = variable(op, "INTERACTIVE", "0", 1);
    if (!email)
        return;
    email += strlen(EMAIL);
    ret_environment[3] = variable(op, "IMPERSONATED_EMAIL", email, strcspn(email, ":"));
}

/* Words with blanks between them, as Google's own libraries read it. 0: none, or too many. */
static size_t split(char *text, const char *ret_argv[MOST_WORDS + 1])
{
    size_t count = 0;
    for (text += strspn(text, BLANKS); *text; text += strspn(text, BLANKS)) {
        if (count == MOST_WORDS)
            return 0;
        ret_argv[count++] = text;
        text += strcspn(text, BLANKS);
        if (*text)
            *text++ = '\0';
    }
    ret_argv[count] = NULL;
    return count;
}

void auth_by_program(struct external *external, const kit_json_node *executable)
{
    struct auth *auth = external->auth;
    const char *argv[MOST_WORDS + 1];
    const char *environment[5] = {NULL};
    const char *opt_in = aw_env(auth->op, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES");
    char *text = kit_copy_text(auth->op, kit_json_text(executable, "command"));
    int64_t timeout_ms =
        kit_json_find_integer(executable, "timeout_millis", 1, LONGEST_TIMEOUT_MS, TIMEOUT_MS);
    if (!text)
        return;
    if (!opt_in || strcmp(opt_in, "1") != 0)
        return auth_fail(auth, "it names a program to run, which is done only when "
                               "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES is 1");
    if (executable->document->error.code)
        return auth_fail(auth, "%.200s", executable->document->error.message);
    if (!split(text, argv))
        return auth_fail(auth, "its command has no word, or more than %d", MOST_WORDS);
    fill_environment(external, environment);
    const aw_program program = {.size = sizeof program,
                                .name = "identity program",
                                .argv = argv,
                                .environment = environment,
                                .timeout_ms = (uint64_t)timeout_ms};
    aw_run(auth->op, &program, on_program, auth_on_no_subject, external);
}
