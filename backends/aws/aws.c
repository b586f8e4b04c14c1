/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of the AWS backend: what core reads before it runs, `open` and `close`. */
#include "backends/aws/aws.h"
#include "backends/aws/shared.h"
#include "backends/aws/sigv4.h"

#include "kit/settings.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ATTEMPTS 100u

static const char *copy_setting(aw_op *op, const aw_settings *settings, const char *name)
{
    return kit_copy_text(op, kit_setting_text(settings, name));
}

static const char *find(aw_op *op, const struct shared *shared, const char *variable,
                        const char *key)
{
    const char *text = aw_env(op, variable);
    return text ? text : shared_get(shared, key);
}

/* As far as it is a number that makes sense. */
static uint32_t read_max_attempts(aw_op *op, const struct shared *shared)
{
    const char *text = find(op, shared, "AWS_MAX_ATTEMPTS", "max_attempts");
    unsigned long attempts = text ? strtoul(text, NULL, 10) : 0;
    return attempts <= MOST_ATTEMPTS ? (uint32_t)attempts : MOST_ATTEMPTS;
}

static int lists_open(aw_op *op, const aw_settings *settings, struct aws *aws)
{
    return kit_setting_own_list(op, settings, "vpcs", &aws->vpcs) ||
           kit_setting_own_list(op, settings, "subnets", &aws->subnets) ||
           kit_setting_own_list(op, settings, "security_groups", &aws->security_groups);
}

static void aws_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct aws *aws = aw_alloc(op, sizeof *aws);
    struct sigv4_keys *keys = aw_alloc(op, sizeof *keys);
    struct shared shared;
    if (!aws || !keys || lists_open(op, settings, aws))
        return;
    aws->profile = copy_setting(op, settings, "profile");
    if (shared_read(op, aws->profile, &shared) ||
        aws_endpoints_open(op, settings, &shared, aws) < 0)
        return;
    aws->instance_metadata = kit_setting_boolean(settings, "instance_metadata", 0);
    aws->instance_profile = copy_setting(op, settings, "instance_profile");
    aws->public_ip = kit_setting_boolean(settings, "public_ip", 1);
    aws->ca_file = find(op, &shared, "AWS_CA_BUNDLE", "ca_bundle");
    aws->max_attempts = read_max_attempts(op, &shared);
    aws->keys = keys;
    *ret_state = aws;
}

static void aws_close(void *state)
{
    struct aws *aws = state;
    if (aws)
        sigv4_keys_finish(aws->keys);
}

static const aw_quotas quotas = {.size = sizeof quotas, .list_quotas = aws_list_quotas};

static const aw_images images = {.size = sizeof images, .list_images = aws_list_images};

static const aw_resources resources = {.size = sizeof resources,
                                       .list_resources = aws_list_volumes,
                                       .remove_resource = aws_remove_volume};

static const void *aws_extension(void *state, const char *id)
{
    (void)state;
    if (strcmp(id, AW_RESOURCES) == 0)
        return &resources;
    if (strcmp(id, AW_IMAGES) == 0)
        return &images;
    return strcmp(id, AW_QUOTAS) == 0 ? &quotas : NULL;
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = aws_open,
    .close = aws_close,
    .regions = aws_regions,
    .list_offers = aws_list_offers,
    .create = aws_create,
    .get = aws_get,
    .list = aws_list,
    .terminate = aws_terminate,
    .authenticate = aws_authenticate,
    .sign = aws_sign,
    .classify = aws_classify,
    .extension = aws_extension,
};

static const aw_option options[] = {
    {"access_key_id", "the id of an access key; better left to a profile or the environment",
     AW_OPTION_TEXT, AW_OPTION_SECRET},
    {"secret_access_key", "its secret", AW_OPTION_TEXT, AW_OPTION_SECRET},
    {"session_token", "its session token, where it has one", AW_OPTION_TEXT, AW_OPTION_SECRET},
    {"profile", "the profile of the shared credentials and config files", AW_OPTION_TEXT, 0},
    {"instance_metadata", "true: take credentials from the EC2 machine that this runs on",
     AW_OPTION_BOOLEAN, 0},
    {"use_fips_endpoint", "true: ask FIPS endpoints", AW_OPTION_BOOLEAN, 0},
    {"use_dualstack_endpoint", "true: ask endpoints that have IPv6 addresses too",
     AW_OPTION_BOOLEAN, 0},
    {"vpcs", "ids of the VPCs to start machines in; each counts in its own region", AW_OPTION_LIST,
     0},
    {"subnets", "ids of the subnets to start machines in", AW_OPTION_LIST, 0},
    {"security_groups", "ids of the security groups of machines", AW_OPTION_LIST, 0},
    {"instance_profile", "name or ARN of the IAM instance profile of machines", AW_OPTION_TEXT, 0},
    {"public_ip", "false: machines get private addresses only", AW_OPTION_BOOLEAN, 0},
};

/* AWS counts by account, region and action, and gives all reads so much that pages that follow each other
 * never reach it. Starting and ending are what it counts closely. */
static const aw_rate_limit limits[] = {
    {"RunInstances", 5, 500},
    {"TerminateInstances", 50, 200},
};

static const char *const secret_fields[] = {
    "SecretAccessKey", "secretAccessKey", "SessionToken", "sessionToken", "Token", "accessToken",
    "refreshToken",    "clientSecret",    "UserData",     "userData",     NULL};
static const char *const credential_variables[] = {"AWS_ACCESS_KEY_ID",
                                                   "AWS_PROFILE",
                                                   "AWS_WEB_IDENTITY_TOKEN_FILE",
                                                   "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                                                   "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                                   NULL};
static const char *const credential_files[] = {"~/.aws/credentials", "~/.aws/config", NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .min_minor = 0,
    .capabilities = AW_CAP_SPOT | AW_CAP_IMAGE | AW_CAP_USER_DATA | AW_CAP_DISK | AW_CAP_ZONES |
                    AW_CAP_IDEMPOTENT_CREATE,
    .provider = "aws",
    .title = "AWS",
    .version = "0.1.0",
    .endpoint = "https://ec2.us-east-1.amazonaws.com",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .limits = limits,
    .limit_count = sizeof limits / sizeof limits[0],
    .secret_fields = secret_fields,
    .credential_variables = credential_variables,
    .credential_files = credential_files,
    .vtable = &vtable,
};
