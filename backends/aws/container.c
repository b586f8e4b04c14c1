/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys that a container is given, by an endpoint that its variables name:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
#include "backends/aws/credentials.h"

#include <string.h>

#define HOST "http://169.254.170.2"
#define LARGEST_TOKEN ((uint64_t)64 * 1024)
#define PATIENCE_MS 5000u
#define MOST_ATTEMPTS 3

static const char place[] = "container";

static void on_keys(aw_op *op, const aw_response *answer, void *arg)
{
    static const struct keys_names names = {
        .id = "AccessKeyId",
        .secret = "SecretAccessKey",
        .token = "Token",
        .expiration = "Expiration",
    };
    (void)op;
    chain_read_keys(arg, place, answer->body.data, answer->body.size, &names);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    chain_none_since(arg, place, error, "");
}

static const char *default_url(struct chain *chain, const char *path)
{
    kit_buf url;
    kit_buf_init(&url, kit_op_memory(chain->op), 2048);
    kit_buf_addf(&url, HOST "%s", path);
    return url.state == KIT_BUF_OK ? kit_buf_text(&url) : "";
}

/* The token may be in a file, which is read anew each time since it is replaced before it expires. Returns -1
 * when there ought to be one. */
static int read_token(struct chain *chain, const char **ret_token)
{
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    const char *path = aw_env(chain->op, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (!path) {
        *ret_token = aw_env(chain->op, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
        return 0;
    }
    if (aw_read_file(chain->op, path, LARGEST_TOKEN, &content, &error)) {
        chain_none(chain, place, "%.200s", error.message);
        return -1;
    }
    char *token = kit_copy(chain->op, content.data, content.size);
    if (token)
        token[strcspn(token, "\r\n")] = '\0';
    *ret_token = token;
    return token ? 0 : -1;
}

static void ask(struct chain *chain, const char *url)
{
    const char *token = NULL;
    kit_request request;
    if (read_token(chain, &token))
        return;
    kit_request_init(&request, chain->op, place, "GET", url);
    kit_request_header(&request, "authorization", token);
    request.wire.flags |= AW_REQUEST_UNSIGNED;
    request.wire.timeout_ms = PATIENCE_MS;
    request.wire.max_attempts = MOST_ATTEMPTS;
    kit_request_send(&request, on_keys, on_error, chain);
}

void chain_ask_container(struct chain *chain)
{
    const char *path = aw_env(chain->op, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *url = aw_env(chain->op, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!path && !url) {
        chain_none(chain, place, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
        return;
    }
    chain->committed = 1;
    if (path && *path != '/')
        chain_none(chain, place, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI begins with no slash");
    else
        ask(chain, path ? default_url(chain, path) : url);
}
