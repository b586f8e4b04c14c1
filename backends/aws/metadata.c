/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of the instance profile of the EC2 machine that this runs on, by version 2 of its metadata service:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
#include "backends/aws/credentials.h"

#include <string.h>
#include <strings.h>

#define HOST "http://169.254.169.254"
#define HOST_IPV6 "http://[fd00:ec2::254]"
#define ROLES "/latest/meta-data/iam/security-credentials/"
/* There is such a server on this machine's own link, or there is none. */
#define PATIENCE_MS 1000u
#define MOST_SECONDS 60u
/* Of what is asked for once it has answered. */
#define MOST_ATTEMPTS 3
#define LONGEST_ROLE 128
#define ROLE_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-"

static const char place[] = "instance metadata";

struct instance {
    struct chain *chain;
    const char *host;
    const char *token;
    uint64_t patience_ms;
};

static const char *join(aw_op *op, const char *host, const char *path)
{
    kit_buf url;
    kit_buf_init(&url, kit_op_memory(op), 2048);
    kit_buf_addf(&url, "%s%s", host, path);
    return url.state == KIT_BUF_OK ? kit_buf_text(&url) : "";
}

static void init(kit_request *request, const struct instance *instance, const char *method,
                 const char *path)
{
    aw_op *op = instance->chain->op;
    kit_request_init(request, op, place, method, join(op, instance->host, path));
    request->wire.flags |= AW_REQUEST_UNSIGNED | AW_REQUEST_SHARED;
    request->wire.timeout_ms = instance->patience_ms;
}

static void on_keys(aw_op *op, const aw_response *answer, void *arg)
{
    static const struct keys_names names = {
        .id = "AccessKeyId",
        .secret = "SecretAccessKey",
        .token = "Token",
        .expiration = "Expiration",
        .status = "Code",
    };
    const struct instance *instance = arg;
    (void)op;
    chain_read_keys(instance->chain, place, answer->body.data, answer->body.size, &names);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct instance *instance = arg;
    (void)op;
    if (!answer)
        chain_none(instance->chain, place,
                   "%.120s (from a container it answers when the instance's "
                   "HttpPutResponseHopLimit is 2)",
                   error->message);
    else if (answer->status == 403)
        chain_none(instance->chain, place, "it is switched off for this machine (status 403)");
    else if (answer->status == 404 && instance->token)
        chain_none(instance->chain, place, "this machine has no instance profile");
    else
        chain_none(instance->chain, place, "it answered with status %u", (unsigned)answer->status);
}

static void ask(struct instance *instance, const char *path, aw_answer_fn on_answer)
{
    kit_request request;
    init(&request, instance, "GET", path);
    kit_request_header(&request, "x-aws-ec2-metadata-token", instance->token);
    request.wire.max_attempts = MOST_ATTEMPTS;
    kit_request_send(&request, on_answer, on_error, instance);
}

/* The answer is a list of roles, of which there is one. */
static void on_roles(aw_op *op, const aw_response *answer, void *arg)
{
    struct instance *instance = arg;
    size_t size = strcspn(answer->body.data, " \t\r\n");
    char *role = kit_copy(op, answer->body.data, size);
    if (!role)
        return;
    if (!size || size > LONGEST_ROLE || strspn(role, ROLE_CHARACTERS) != size)
        chain_none(instance->chain, place, "it names no role");
    else
        ask(instance, join(op, ROLES, role), on_keys);
}

static void on_token(aw_op *op, const aw_response *answer, void *arg)
{
    struct instance *instance = arg;
    size_t size = strcspn(answer->body.data, " \t\r\n");
    instance->token = kit_copy(op, answer->body.data, size);
    if (instance->token)
        ask(instance, ROLES, on_roles);
}

static int file_has(aw_op *op, const char *path, const char *prefix)
{
    aw_bytes content;
    return !aw_read_file(op, path, 64 * 1024, &content, NULL) && content.size >= strlen(prefix) &&
           !strncasecmp(content.data, prefix, strlen(prefix));
}

/* What the firmware says: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/identify_ec2_instances.html */
static int looks_like_ec2(aw_op *op)
{
    return file_has(op, "/sys/class/dmi/id/sys_vendor", "Amazon EC2") ||
           file_has(op, "/sys/class/dmi/id/board_vendor", "Amazon EC2") ||
           file_has(op, "/sys/class/dmi/id/bios_vendor", "Amazon EC2") ||
           file_has(op, "/sys/hypervisor/uuid", "ec2");
}

static uint64_t read_patience_ms(aw_op *op)
{
    const char *text = aw_env(op, "AWS_METADATA_SERVICE_TIMEOUT");
    uint64_t seconds = 0;
    for (; text && *text >= '0' && *text <= '9' && seconds < MOST_SECONDS; text++)
        seconds = seconds * 10 + (uint64_t)(*text - '0');
    if (seconds > MOST_SECONDS)
        seconds = MOST_SECONDS;
    return seconds ? seconds * 1000 : PATIENCE_MS;
}

static const char *find_host(aw_op *op)
{
    const char *host = aw_env(op, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = aw_env(op, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    if (!host)
        return mode && !strcasecmp(mode, "IPv6") ? HOST_IPV6 : HOST;
    size_t size = strlen(host);
    return kit_copy(op, host, host[size - 1] == '/' ? size - 1 : size);
}

/* One attempt, and no more: whoever is elsewhere does not wait for it. */
static void ask_token(struct instance *instance)
{
    kit_request request;
    init(&request, instance, "PUT", "/latest/api/token");
    kit_request_header(&request, "x-aws-ec2-metadata-token-ttl-seconds", "21600");
    request.wire.max_attempts = 1;
    kit_request_send(&request, on_token, on_error, instance);
}

void chain_ask_instance(struct chain *chain)
{
    const struct aws *aws = chain->op->state;
    const char *disabled = aw_env(chain->op, "AWS_EC2_METADATA_DISABLED");
    int is_asked_for = aws->instance_metadata || chain->committed ||
                       aw_env(chain->op, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (disabled && !strcasecmp(disabled, "true")) {
        chain_none(chain, place, "AWS_EC2_METADATA_DISABLED is set");
        return;
    }
    if (!is_asked_for && !looks_like_ec2(chain->op)) {
        chain_none(chain, place, "this is no machine of EC2's");
        return;
    }
    struct instance *instance = aw_alloc(chain->op, sizeof *instance);
    if (!instance)
        return;
    *instance = (struct instance){
        .chain = chain,
        .host = find_host(chain->op),
        .patience_ms = read_patience_ms(chain->op),
    };
    if (instance->host)
        ask_token(instance);
}
