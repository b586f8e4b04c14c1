/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the API token, in the places of the provider's own command `hcloud`, and signs with it. */
#include "backends/hetzner/hetzner.h"

#include "kit/bearer.h"
#include "kit/error.h"

#include <string.h>

#define TOKEN_VARIABLE "HCLOUD_TOKEN"
#define CONTEXT_VARIABLE "HCLOUD_CONTEXT"
#define CLI_FILE "~/.config/hcloud/cli.toml"
#define CLI_FILE_MAX 65536

static void emit_token(aw_op *op, const char *token, const char *source)
{
    if (!kit_bearer_is_plain(token))
        return kit_fail(op, AW_E_UNAUTHENTICATED,
                        "The API token for " HETZNER_TITLE
                        " from %s has characters in it that no token has, or is too long. Write "
                        "the token alone, as the console showed it.",
                        source);
    aw_credentials credentials = {
        .size = sizeof credentials, .token = token, .source = source, .account = token};
    aw_emit_credentials(op, &credentials);
}

/* The text of a line `name = "text"` or 'text'; NULL: it is another line, or no memory. */
static const char *value_of(aw_op *op, const char *line, size_t size, const char *name)
{
    const char *end = line + size;
    size_t name_size = strlen(name);
    line += strspn(line, " \t");
    if (line + name_size > end || strncmp(line, name, name_size) != 0)
        return NULL;
    line += name_size;
    line += strspn(line, " \t");
    if (line >= end || *line != '=')
        return NULL;
    line++;
    line += strspn(line, " \t");
    if (line >= end || (*line != '"' && *line != '\''))
        return NULL;
    const char *close = memchr(line + 1, *line, (size_t)(end - line - 1));
    return close ? kit_copy(op, line + 1, (size_t)(close - line - 1)) : NULL;
}

/*
 * The token of the wanted context in the command's file: a line `active_context = "prod"`, and tables
 * `[[contexts]]` with lines `name = "prod"` and `token = "..."`.
 * https://github.com/hetznercloud/cli/blob/main/docs/reference/manual/hcloud_config.md
 */
static const char *token_in(aw_op *op, const char *text, const char *wanted)
{
    const char *name = NULL;
    const char *token = NULL;
    while (*text) {
        size_t size = strcspn(text, "\n");
        const char *active = wanted ? NULL : value_of(op, text, size, "active_context");
        const char *next_name = value_of(op, text, size, "name");
        const char *next_token = value_of(op, text, size, "token");
        if (text[strspn(text, " \t")] == '[')
            name = token = NULL;
        wanted = active ? active : wanted;
        name = next_name ? next_name : name;
        token = next_token ? next_token : token;
        if (wanted && name && token && strcmp(name, wanted) == 0)
            return token;
        text += size + (text[size] == '\n');
    }
    return NULL;
}

/* NULL, and why in *ret_why, when there is none. */
static const char *token_of_file(aw_op *op, const char **ret_why)
{
    aw_bytes content;
    aw_error error;
    if (aw_read_file(op, CLI_FILE, CLI_FILE_MAX, &content, &error)) {
        *ret_why =
            error.code == AW_E_NOT_FOUND ? "there is none" : kit_copy_text(op, error.message);
        return NULL;
    }
    *ret_why = "it has no token for the active context";
    return token_in(op, content.data, aw_env(op, CONTEXT_VARIABLE));
}

void hetzner_authenticate(aw_op *op)
{
    const char *token = aw_secret(op, "api_token");
    if (token)
        return emit_token(op, token, "option api_token of the configuration");
    token = aw_env(op, TOKEN_VARIABLE);
    if (token)
        return emit_token(op, token, "environment " TOKEN_VARIABLE);
    const char *why = NULL;
    token = token_of_file(op, &why);
    if (token)
        return emit_token(op, token, "file " CLI_FILE);
    kit_fail(op, AW_E_UNAUTHENTICATED,
             "No API token for " HETZNER_TITLE
             ". Looked for the option `api_token` of this backend in the configuration (not set), "
             "for " TOKEN_VARIABLE " in the environment (not set), and in " CLI_FILE
             " (%.200s). Tokens are made in the console: a project, Security, API tokens.",
             why ? why : "no memory");
}

int32_t hetzner_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                     uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)now_ms;
    return kit_bearer_sign(HETZNER_TITLE, credentials, ret_headers, ret_error);
}
