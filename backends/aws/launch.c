/* SPDX-License-Identifier: Apache-2.0 */
/* RunInstances, in one zone after the other while they are sold out. */
#include "backends/aws/launch.h"

#include "kit/error.h"
#include "kit/tags.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define RUN "RunInstances"
#define MIB_PER_GIB 1024u
#define DIGEST 32
#define SHORT_DIGEST 8
#define DEFAULT_SSH_USER "ubuntu"

const char *const aws_wish_options[] = {AWS_OPTION_RESERVATION, AWS_OPTION_PLACEMENT_GROUP,
                                        AWS_OPTION_SUBNET, AWS_OPTION_SSH_USER, NULL};

static void run(aw_op *op, void *arg);

int launch_token(const aw_create *wish, const char *zone, char ret_token[LAUNCH_TOKEN])
{
    unsigned char digest[DIGEST];
    char text[512];
    size_t size = strlen(wish->token);
    int fits = size + 1 + SHORT_DIGEST * 2 < LAUNCH_TOKEN;
    snprintf(text, sizeof text, "%s %s %s %s", fits ? "" : wish->token, zone, wish->instance_type,
             wish->spot ? "spot" : "");
    if (!EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL))
        return -1;
    size_t at = fits ? (size_t)snprintf(ret_token, LAUNCH_TOKEN, "%s-", wish->token) : 0;
    for (size_t i = 0; i < (fits ? SHORT_DIGEST : DIGEST); i++, at += 2)
        snprintf(ret_token + at, LAUNCH_TOKEN - at, "%02x", digest[i]);
    return 0;
}

void launch_fail_named(aw_op *op, const aw_error *error)
{
    aw_error copy = *error;
    if (copy.code == AW_E_NOT_FOUND)
        copy.code = AW_E_INVALID;
    aw_fail(op, &copy);
}

/* ---- the request ---- */

static void add_tag(kit_request *request, int place, int *count, const char *name,
                    const char *value)
{
    if (!value)
        return;
    aws_query_add(request, name, "TagSpecification.%d.Tag.%d.Key", place, ++*count);
    aws_query_add(request, value, "TagSpecification.%d.Tag.%d.Value", place, *count);
}

/* EC2 takes no name twice. */
static int is_own_tag(const char *name)
{
    return !strcmp(name, "Name") || !strncmp(name, "archway-", strlen("archway-"));
}

static void add_tags(kit_request *request, const aw_create *wish, int place, const char *resource)
{
    const char *user = wish->image ? kit_wish_option(wish, AWS_OPTION_SSH_USER) : DEFAULT_SSH_USER;
    char expires[KIT_EXPIRES_SIZE];
    int count = 0;
    kit_expires_text(wish->expires_at_ms, expires);
    aws_query_add(request, resource, "TagSpecification.%d.ResourceType", place);
    add_tag(request, place, &count, "Name", wish->name);
    add_tag(request, place, &count, AWS_TAG_OWNER, wish->owner);
    add_tag(request, place, &count, AWS_TAG_TOKEN, wish->token);
    if (!strcmp(resource, "instance")) {
        add_tag(request, place, &count, AWS_TAG_SSH_USER, user);
        add_tag(request, place, &count, KIT_TAG_EXPIRES, *expires ? expires : NULL);
    }
    for (uint64_t i = 0; i < wish->tag_count; i++)
        if (!is_own_tag(wish->tags[i].name))
            add_tag(request, place, &count, wish->tags[i].name, wish->tags[i].value);
}

static void add_disk(kit_request *request, const struct launch *launch)
{
    char size[24];
    uint64_t mib = launch->wish->disk_mib;
    uint64_t gib = mib / MIB_PER_GIB + (mib % MIB_PER_GIB > 0);
    snprintf(size, sizeof size, "%llu", (unsigned long long)gib);
    aws_query_add(request, launch->root_device, "BlockDeviceMapping.1.DeviceName");
    aws_query_add(request, "gp3", "BlockDeviceMapping.1.Ebs.VolumeType");
    aws_query_add(request, gib ? size : NULL, "BlockDeviceMapping.1.Ebs.VolumeSize");
    aws_query_add(request, "true", "BlockDeviceMapping.1.Ebs.DeleteOnTermination");
}

static void add_network(kit_request *request, const struct launch *launch)
{
    const struct aws *aws = launch->op->state;
    const struct subnet *subnet = &launch->subnets[launch->zone];
    aws_query_add(request, "0", "NetworkInterface.1.DeviceIndex");
    aws_query_add(request, subnet->id, "NetworkInterface.1.SubnetId");
    aws_query_add(request, aws->public_ip ? "true" : "false",
                  "NetworkInterface.1.AssociatePublicIpAddress");
    for (size_t i = 0; i < launch->group_count; i++)
        aws_query_add(request, launch->groups[i], "NetworkInterface.1.SecurityGroupId.%d",
                      (int)i + 1);
}

static void add_market(kit_request *request, const struct launch *launch)
{
    const char *market = launch->wish->spot ? "spot" : launch->market;
    aws_query_add(request, market, "InstanceMarketOptions.MarketType");
    if (!launch->wish->spot)
        return;
    aws_query_add(request, "one-time", "InstanceMarketOptions.SpotOptions.SpotInstanceType");
    aws_query_add(request, "terminate",
                  "InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior");
}

static void add_options(kit_request *request, const struct launch *launch)
{
    const struct aws *aws = launch->op->state;
    const aw_create *wish = launch->wish;
    const char *profile = aws->instance_profile;
    int is_arn = profile && !strncmp(profile, "arn:", 4);
    aws_query_add(request, profile, is_arn ? "IamInstanceProfile.Arn" : "IamInstanceProfile.Name");
    aws_query_add(request, kit_wish_option(wish, AWS_OPTION_PLACEMENT_GROUP),
                  "Placement.GroupName");
    aws_query_add(request, launch->tenancy, "Placement.Tenancy");
    aws_query_add(request, kit_wish_option(wish, AWS_OPTION_RESERVATION),
                  "CapacityReservationSpecification.CapacityReservationTarget."
                  "CapacityReservationId");
    aws_query_add(request, "required", "MetadataOptions.HttpTokens");
    aws_query_add(request, "enabled", "MetadataOptions.HttpEndpoint");
    aws_query_add(request, "terminate", "InstanceInitiatedShutdownBehavior");
}

/* ---- its end ---- */

static void on_running(aw_op *op, const aw_response *answer, void *arg)
{
    const struct launch *launch = arg;
    const aw_create *wish = launch->wish;
    const struct machine_context context = {wish->region, wish->owner, wish->token};
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "instancesSet");
    const kit_xml_node *item = kit_xml_child(&document, set, "item");
    int failed = document.error.code != AW_OK;
    /* Should there be more than the one that was asked for, core must know of all. */
    for (; !failed && item; item = kit_xml_next(item, "item"))
        failed = machine_emit(op, &document, item, &context);
    if (failed)
        aws_fail_unread(op, RUN, &document.error);
}

/* Of all zones the most telling: that one never has the type says nothing of the others. */
static void note_failure(struct launch *launch, const aw_error *error)
{
    if (!launch->failure.code || !strcmp(launch->failure.provider_code, "Unsupported"))
        launch->failure = *error;
}

/* All zones have been tried. */
static void fail_everywhere(struct launch *launch)
{
    aw_error error = launch->failure;
    char zones[200];
    kit_buf list;
    kit_buf_init_in(&list, zones, sizeof zones);
    for (size_t i = 0; i < launch->subnet_count; i++)
        kit_buf_addf(&list, "%s%s", i ? ", " : "", launch->subnets[i].zone);
    snprintf(error.message, sizeof error.message, "%.280s Tried in %s.", launch->failure.message,
             zones);
    /* A spot offer and a reservation have their own zones; what is on demand has been asked for in all. */
    if (!launch->wish->spot && !launch->reservation_zone)
        error.scope = AW_SCOPE_REGION;
    aw_fail(launch->op, &error);
}

static void on_not_running(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    (void)answer;
    /* Only a zone that certainly made nothing leads to the next one. */
    if (error->retry == AW_RETRY_UNKNOWN) {
        aw_fail(op, error);
        return;
    }
    if (launch_awaits_group(launch, error, run))
        return;
    if (error->code != AW_E_NO_CAPACITY) {
        aw_fail(op, error);
        return;
    }
    note_failure(launch, error);
    if (++launch->zone == launch->subnet_count)
        fail_everywhere(launch);
    else
        run(op, launch);
}

static void run(aw_op *op, void *arg)
{
    struct launch *launch = arg;
    const aw_create *wish = launch->wish;
    char token[LAUNCH_TOKEN];
    kit_request request;
    if (launch_token(wish, launch->subnets[launch->zone].zone, token)) {
        kit_fail(op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
        return;
    }
    aws_query_init(&request, op, AWS_EC2, RUN, wish->region);
    aws_query_add(&request, token, "ClientToken");
    aws_query_add(&request, launch->image, "ImageId");
    aws_query_add(&request, wish->instance_type, "InstanceType");
    aws_query_add(&request, "1", "MinCount");
    aws_query_add(&request, "1", "MaxCount");
    aws_query_add(&request, launch->user_data, "UserData");
    add_disk(&request, launch);
    add_network(&request, launch);
    add_market(&request, launch);
    add_options(&request, launch);
    add_tags(&request, wish, 1, "instance");
    add_tags(&request, wish, 2, "volume");
    /* The same token is the same machine, however often it is asked for. */
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_running, on_not_running, launch);
}

void launch_run(struct launch *launch)
{
    run(launch->op, launch);
}

/* ---- the wish ---- */

/* Returns -1 with the operation failed. */
static int check(aw_op *op, const aw_create *wish)
{
    aw_error error;
    if (kit_wish_options_check(wish, "AWS", aws_wish_options, &error)) {
        aw_fail(op, &error);
        return -1;
    }
    if (!wish->spot || !kit_wish_option(wish, AWS_OPTION_RESERVATION))
        return 0;
    kit_fail(op, AW_E_INVALID,
             "A reservation is of machines on demand: choose an offer that is not spot, or leave "
             "the reservation out.");
    return -1;
}

void aws_create(aw_op *op, const aw_create *wish)
{
    struct launch *launch = aw_alloc(op, sizeof *launch);
    aw_create *copy = kit_wish_copy(op, wish);
    if (!launch || !copy || check(op, copy))
        return;
    launch->op = op;
    launch->wish = copy;
    if (copy->user_data.size || copy->ssh_key_count) {
        launch->user_data = launch_user_data(op, copy);
        if (!launch->user_data)
            return;
    }
    launch_find_image(launch);
}
