/* SPDX-License-Identifier: Apache-2.0 */
/* RunInstances, in one zone after the other while they are sold out. */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define MIB_PER_GIB 1024u

int launch_token(const aw_create *wish, const char *zone, char ret_token[65])
{
    unsigned char digest[32];
    char text[512];
    snprintf(text, sizeof text, "%s %s %s", wish->token, zone, wish->instance_type);
    if (!EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL))
        return -1;
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(ret_token + i * 2, 3, "%02x", digest[i]);
    return 0;
}

static void on_running(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "instancesSet");
    const kit_xml_node *item = kit_xml_child(&document, set, "item");
    if (document.error.code || aws_emit_instance(op, &document, item, launch->wish->region))
        aws_fail_unread(op, "RunInstances", &document.error);
}

static void run_in_next_zone(struct launch *launch);

static void on_not_running(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    (void)answer;
    launch->failure = *error;
    /* Only a zone that certainly made nothing leads to the next one. */
    if (error->code == AW_E_NO_CAPACITY && error->retry != AW_RETRY_UNKNOWN &&
        launch->next_subnet < launch->subnet_count)
        run_in_next_zone(launch);
    else
        aw_fail(op, error);
}

static void add_tags(kit_request *request, const aw_create *wish, int place, const char *resource)
{
    const aw_header own[] = {
        {"Name", wish->name}, {AWS_TAG_OWNER, wish->owner}, {AWS_TAG_TOKEN, wish->token}};
    int count = 0;
    aws_query_add(request, resource, "TagSpecification.%d.ResourceType", place);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        aws_query_add(request, own[i].name, "TagSpecification.%d.Tag.%d.Key", place, ++count);
        aws_query_add(request, own[i].value, "TagSpecification.%d.Tag.%d.Value", place, count);
    }
    for (uint64_t i = 0; i < wish->tag_count; i++) {
        aws_query_add(request, wish->tags[i].name, "TagSpecification.%d.Tag.%d.Key", place,
                      ++count);
        aws_query_add(request, wish->tags[i].value, "TagSpecification.%d.Tag.%d.Value", place,
                      count);
    }
}

static void add_disk(kit_request *request, const struct launch *launch)
{
    char size[24];
    uint64_t gib = (launch->wish->disk_mib + MIB_PER_GIB - 1) / MIB_PER_GIB;
    snprintf(size, sizeof size, "%llu", (unsigned long long)gib);
    aws_query_add(request, launch->root_device, "BlockDeviceMapping.1.DeviceName");
    aws_query_add(request, "gp3", "BlockDeviceMapping.1.Ebs.VolumeType");
    aws_query_add(request, gib ? size : NULL, "BlockDeviceMapping.1.Ebs.VolumeSize");
    aws_query_add(request, "true", "BlockDeviceMapping.1.Ebs.DeleteOnTermination");
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

static void add_network(kit_request *request, const struct launch *launch,
                        const struct subnet *subnet)
{
    const struct aws *aws = launch->op->state;
    aws_query_add(request, "0", "NetworkInterface.1.DeviceIndex");
    aws_query_add(request, subnet->id, "NetworkInterface.1.SubnetId");
    aws_query_add(request, launch->group, "NetworkInterface.1.SecurityGroupId.1");
    aws_query_add(request, aws->public_ip ? "true" : "false",
                  "NetworkInterface.1.AssociatePublicIpAddress");
}

static void add_options(kit_request *request, const struct launch *launch)
{
    const struct aws *aws = launch->op->state;
    const aw_create *wish = launch->wish;
    const char *profile = aws->instance_profile;
    int is_arn = profile && !strncmp(profile, "arn:", 4);
    aws_query_add(request, profile, is_arn ? "IamInstanceProfile.Arn" : "IamInstanceProfile.Name");
    aws_query_add(request, kit_wish_option(wish, "placement_group"), "Placement.GroupName");
    aws_query_add(request, kit_wish_option(wish, "reservation"),
                  "CapacityReservationSpecification.CapacityReservationTarget."
                  "CapacityReservationId");
    aws_query_add(request, "required", "MetadataOptions.HttpTokens");
    aws_query_add(request, "enabled", "MetadataOptions.HttpEndpoint");
    aws_query_add(request, "terminate", "InstanceInitiatedShutdownBehavior");
}

static void run_in_next_zone(struct launch *launch)
{
    const aw_create *wish = launch->wish;
    const struct subnet *subnet = &launch->subnets[launch->next_subnet++];
    char token[65];
    kit_request request;
    if (launch_token(wish, subnet->zone, token))
        return kit_fail(launch->op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    aws_query_init(&request, launch->op, AWS_EC2, "RunInstances", wish->region);
    aws_query_add(&request, token, "ClientToken");
    aws_query_add(&request, launch->image, "ImageId");
    aws_query_add(&request, wish->instance_type, "InstanceType");
    aws_query_add(&request, "1", "MinCount");
    aws_query_add(&request, "1", "MaxCount");
    aws_query_add(&request, launch->user_data, "UserData");
    add_disk(&request, launch);
    add_network(&request, launch, subnet);
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
    run_in_next_zone(launch);
}

void aws_create(aw_op *op, const aw_create *wish)
{
    struct launch *launch = aw_alloc(op, sizeof *launch);
    aw_create *copy = kit_wish_copy(op, wish);
    if (!launch || !copy)
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
