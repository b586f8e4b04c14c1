/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the API key and signs with it. */
#include "backends/lambda/lambda.h"

#include "kit/bearer.h"
#include "kit/error.h"

#include <string.h>

#define KEY_VARIABLE "LAMBDA_API_KEY"
#define KEY_FILE "~/.lambda_cloud/lambda_keys"
#define KEY_FILE_MAX 65536

#define BLANKS " \t\r\n"

/* `text` without the blanks around it, copied. NULL when nothing is left, or no memory. */
static const char *trimmed(aw_op *op, const char *text, size_t size)
{
    while (size > 0 && strchr(BLANKS, text[0])) {
        text++;
        size--;
    }
    while (size > 0 && strchr(BLANKS, text[size - 1]))
        size--;
    return size > 0 ? kit_copy(op, text, size) : NULL;
}

/* The value of the line `api_key = ...`. */
static const char *key_of_line(aw_op *op, const char *line, size_t size)
{
    static const char name[] = "api_key";
    const char *end = line + size;
    line += strspn(line, " \t");
    if ((size_t)(end - line) < sizeof name || strncmp(line, name, sizeof name - 1) != 0)
        return NULL;
    line += sizeof name - 1;
    line += strspn(line, " \t");
    return line < end && *line == '=' ? trimmed(op, line + 1, (size_t)(end - line - 1)) : NULL;
}

/* What is in the file; NULL, and why in ret_why, when there is no key. */
static const char *key_of_file(aw_op *op, const char **ret_why)
{
    aw_bytes content;
    aw_error error;
    if (aw_read_file(op, KEY_FILE, KEY_FILE_MAX, &content, &error)) {
        *ret_why =
            error.code == AW_E_NOT_FOUND ? "there is none" : kit_copy_text(op, error.message);
        return NULL;
    }
    const char *text = kit_copy(op, content.data, content.size);
    *ret_why = "it has no such line";
    while (text && *text) {
        size_t size = strcspn(text, "\n");
        const char *key = key_of_line(op, text, size);
        if (key)
            return key;
        text += size + (text[size] == '\n');
    }
    return NULL;
}

static void emit_key(aw_op *op, const char *key, const char *source)
{
    if (!kit_bearer_is_plain(key))
        return kit_fail(
            op, AW_E_UNAUTHENTICATED,
            "The API key for Lambda Cloud from %s has characters in it that no key has, or is "
            "too long. Write the key alone, as https://cloud.lambda.ai/api-keys shows it.",
            source);
    aw_credentials credentials = {
        .size = sizeof credentials, .token = key, .source = source, .account = key};
    aw_emit_credentials(op, &credentials);
}

static const char *trimmed_text(aw_op *op, const char *text)
{
    return text ? trimmed(op, text, strlen(text)) : NULL;
}

void lambda_authenticate(aw_op *op)
{
    const char *key = trimmed_text(op, aw_secret(op, "api_key"));
    if (key)
        return emit_key(op, key, "option api_key of the configuration");
    key = trimmed_text(op, aw_env(op, KEY_VARIABLE));
    if (key)
        return emit_key(op, key, "environment " KEY_VARIABLE);
    const char *why = NULL;
    key = key_of_file(op, &why);
    if (key)
        return emit_key(op, key, "file " KEY_FILE);
    kit_fail(op, AW_E_UNAUTHENTICATED,
             "No API key for Lambda Cloud. Looked for the option `api_key` of this backend in the "
             "configuration (not set), for " KEY_VARIABLE
             " in the environment (not set), and for a line "
             "`api_key = KEY` in " KEY_FILE
             " (%.200s). Keys are made at https://cloud.lambda.ai/api-keys.",
             why ? why : "no memory");
}

int32_t lambda_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                    uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)now_ms;
    return kit_bearer_sign("Lambda Cloud", credentials, ret_headers, ret_error);
}
