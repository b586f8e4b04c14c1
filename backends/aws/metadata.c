/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that the machine or the container itself is given: the container endpoint and IMDSv2. */
#include "backends/aws/credentials.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CONTAINER_HOST "http://169.254.170.2"
#define INSTANCE_HOST "http://169.254.169.254"
#define LARGEST_TOKEN ((uint64_t)64 * 1024)
/* There is such a server on this machine's own link, or there is none. */
#define PATIENCE_MS 1000u

static const char in_container[] = "container";
static const char in_instance[] = "instance metadata";
static const struct keys_names names = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"};

static void on_container_keys(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    chain_read_keys(arg, in_container, answer->body.data, answer->body.size, &names);
}

static void on_no_container(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    chain_none(arg, in_container, "%.200s", error->message);
}

/* NULL: there is none, which is allowed. */
static const char *container_token(struct chain *chain)
{
    aw_bytes content;
    const char *path = aw_env(chain->op, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (!path || aw_read_file(chain->op, path, LARGEST_TOKEN, &content, NULL))
        return aw_env(chain->op, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    char *token = kit_copy(chain->op, content.data, content.size);
    if (token)
        token[strcspn(token, "\r\n")] = '\0';
    return token;
}

static void init(kit_request *request, struct chain *chain, const char *name, const char *method,
                 const char *url)
{
    kit_request_init(request, chain->op, name, method, url);
    request->wire.flags |= AW_REQUEST_UNSIGNED;
    request->wire.timeout_ms = PATIENCE_MS;
    request->wire.max_attempts = 1;
}

static const char *join(aw_op *op, const char *host, const char *path)
{
    kit_buf url;
    kit_buf_init(&url, kit_op_memory(op), 2048);
    kit_buf_addf(&url, "%s%s", host, path);
    return url.state == KIT_BUF_OK ? kit_buf_text(&url) : "";
}

void chain_ask_container(struct chain *chain)
{
    const char *path = aw_env(chain->op, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *url = aw_env(chain->op, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    kit_request request;
    if (path)
        url = join(chain->op, CONTAINER_HOST, path);
    if (!url)
        return chain_none(chain, in_container, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
    chain->committed = 1;
    init(&request, chain, in_container, "GET", url);
    kit_request_header(&request, "authorization", container_token(chain));
    kit_request_send(&request, on_container_keys, on_no_container, chain);
}

struct instance {
    struct chain *chain;
    const char *host;
    const char *token;
};

static void on_instance_keys(aw_op *op, const aw_response *answer, void *arg)
{
    const struct instance *instance = arg;
    (void)op;
    chain_read_keys(instance->chain, in_instance, answer->body.data, answer->body.size, &names);
}

static void on_no_instance(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct instance *instance = arg;
    (void)op;
    if (answer && answer->status == 404)
        chain_none(instance->chain, in_instance, "this machine has no instance profile");
    else
        chain_none(instance->chain, in_instance,
                   "%.160s (in a container the hop limit of the instance must be 2)",
                   error->message);
}

static void ask_instance(struct instance *instance, const char *name, const char *path,
                         aw_answer_fn on_answer)
{
    kit_request request;
    init(&request, instance->chain, name, "GET", join(instance->chain->op, instance->host, path));
    kit_request_header(&request, "x-aws-ec2-metadata-token", instance->token);
    kit_request_send(&request, on_answer, on_no_instance, instance);
}

static void on_instance_role(aw_op *op, const aw_response *answer, void *arg)
{
    struct instance *instance = arg;
    char path[256];
    int size = (int)strcspn(answer->body.data, "\r\n");
    (void)op;
    if (!size || size > 128)
        return chain_none(instance->chain, in_instance, "it names no role");
    snprintf(path, sizeof path, "/latest/meta-data/iam/security-credentials/%.*s", size,
             answer->body.data);
    ask_instance(instance, in_instance, path, on_instance_keys);
}

static void on_instance_token(aw_op *op, const aw_response *answer, void *arg)
{
    struct instance *instance = arg;
    instance->token = kit_copy(op, answer->body.data, answer->body.size);
    if (instance->token)
        ask_instance(instance, in_instance, "/latest/meta-data/iam/security-credentials/",
                     on_instance_role);
}

static int file_has(aw_op *op, const char *path, const char *prefix)
{
    aw_bytes content;
    return !aw_read_file(op, path, 4096, &content, NULL) && content.size >= strlen(prefix) &&
           !strncasecmp(content.data, prefix, strlen(prefix));
}

/* What the firmware says: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html */
static int looks_like_ec2(aw_op *op)
{
    return file_has(op, "/sys/class/dmi/id/sys_vendor", "Amazon EC2") ||
           file_has(op, "/sys/class/dmi/id/board_vendor", "Amazon EC2") ||
           file_has(op, "/sys/hypervisor/uuid", "ec2");
}

void chain_ask_instance(struct chain *chain)
{
    const struct aws *aws = chain->op->state;
    const char *disabled = aw_env(chain->op, "AWS_EC2_METADATA_DISABLED");
    const char *host = aw_env(chain->op, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    struct instance *instance = aw_alloc(chain->op, sizeof *instance);
    kit_request request;
    if (!instance)
        return;
    if (disabled && !strcasecmp(disabled, "true"))
        return chain_none(chain, in_instance, "AWS_EC2_METADATA_DISABLED is set");
    if (!host && !aws->instance_metadata && !chain->committed && !looks_like_ec2(chain->op))
        return chain_none(chain, in_instance, "this is no machine of EC2's");
    *instance = (struct instance){.chain = chain, .host = host ? host : INSTANCE_HOST};
    init(&request, chain, in_instance, "PUT", join(chain->op, instance->host, "/latest/api/token"));
    kit_request_header(&request, "x-aws-ec2-metadata-token-ttl-seconds", "21600");
    kit_request_send(&request, on_instance_token, on_no_instance, instance);
}
