/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The security groups: the configured ones, or Archway's own, which lets ssh in. It is made once for each VPC;
 * whoever finds that another was quicker uses the other's.
 */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <string.h>

#define DESCRIBE "DescribeSecurityGroups"
#define SSH_PORT 22
#define UNSEEN_TRIES 10
#define UNSEEN_DELAY_MS 2000u

static void find(aw_op *op, void *arg);
static void let_ssh_in(aw_op *op, void *arg);

int launch_awaits_group(struct launch *launch, const aw_error *error, aw_timer_fn again)
{
    int is_unknown = !strcmp(error->provider_code, "InvalidGroup.NotFound") ||
                     !strcmp(error->provider_code, "InvalidGroupId.NotFound") ||
                     !strcmp(error->provider_code, "InvalidSecurityGroupID.NotFound");
    if (!launch->group_is_new || !is_unknown || launch->group_tries == UNSEEN_TRIES)
        return 0;
    launch->group_tries++;
    aw_after(launch->op, UNSEEN_DELAY_MS, again, launch);
    return 1;
}

/* ---- ours ---- */

/* The rule may be there already, or be being made: either is well. */
static void on_rule_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    if (!strcmp(error->provider_code, "InvalidPermission.Duplicate"))
        launch_run(arg);
    else if (!launch_awaits_group(arg, error, let_ssh_in))
        aw_fail(op, error);
}

static void on_rule(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    launch_run(arg);
}

static void let_ssh_in(aw_op *op, void *arg)
{
    struct launch *launch = arg;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, "AuthorizeSecurityGroupIngress", launch->wish->region);
    aws_query_add(&request, launch->groups[0], "GroupId");
    aws_query_add(&request, "tcp", "IpPermissions.1.IpProtocol");
    aws_query_add(&request, "22", "IpPermissions.1.FromPort");
    aws_query_add(&request, "22", "IpPermissions.1.ToPort");
    aws_query_add(&request, "0.0.0.0/0", "IpPermissions.1.IpRanges.1.CidrIp");
    aws_query_add(&request, "::/0", "IpPermissions.1.Ipv6Ranges.1.CidrIpv6");
    request.wire.flags |= AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
    kit_request_send(&request, on_rule, on_rule_error, launch);
}

static void on_made(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const char *id = kit_xml_text(&document, root, "groupId");
    launch->group_is_new = 1;
    if (document.error.code == AW_E_NO_MEMORY) {
        aw_fail(op, &document.error);
        return;
    }
    /* An answer that cannot be read has made it all the same. */
    if (document.error.code) {
        find(op, launch);
        return;
    }
    launch->groups[0] = kit_copy_text(op, id);
    launch->group_count = 1;
    if (launch->groups[0])
        let_ssh_in(op, launch);
}

/* A group that somebody made in between, or that we made and were not told. */
static void on_not_made(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    (void)answer;
    launch->group_is_new = !strcmp(error->provider_code, "InvalidGroup.Duplicate");
    if (launch->group_is_new)
        find(op, launch);
    else
        aw_fail(op, error);
}

static void make(struct launch *launch)
{
    const aw_resource resource = {
        .size = sizeof resource,
        .shared = 1,
        .kind = "security-group",
        .region = launch->wish->region,
        .id = AWS_GROUP_NAME,
    };
    kit_request request;
    aw_emit_resource(launch->op, &resource);
    aws_query_init(&request, launch->op, AWS_EC2, "CreateSecurityGroup", launch->wish->region);
    aws_query_add(&request, AWS_GROUP_NAME, "GroupName");
    aws_query_add(&request, "Machines that Archway starts: ssh from anywhere", "GroupDescription");
    aws_query_add(&request, launch->vpc, "VpcId");
    aws_query_add(&request, "security-group", "TagSpecification.1.ResourceType");
    aws_query_add(&request, AWS_TAG_OWNER, "TagSpecification.1.Tag.1.Key");
    aws_query_add(&request, launch->wish->owner, "TagSpecification.1.Tag.1.Value");
    /* A second one of the same name is refused, so asking twice makes one. */
    request.wire.flags |= AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
    kit_request_send(&request, on_made, on_not_made, launch);
}

/* Whoever has narrowed where ssh may come from meant it: any rule for it will do. */
static int lets_ssh_in(kit_xml *document, const kit_xml_node *group)
{
    const kit_xml_node *rules = kit_xml_find(group, "ipPermissions");
    for (const kit_xml_node *rule = kit_xml_first(rules, "item"); rule;
         rule = kit_xml_next(rule, "item")) {
        int64_t from = kit_xml_find_integer(document, rule, "fromPort", -1, 65535, -1);
        int64_t to = kit_xml_find_integer(document, rule, "toPort", -1, 65535, -1);
        const char *protocol = kit_xml_find_text(rule, "ipProtocol", "");
        if (!strcmp(protocol, "-1") ||
            (!strcmp(protocol, "tcp") && from <= SSH_PORT && to >= SSH_PORT))
            return 1;
    }
    return 0;
}

static void use_ours(struct launch *launch, kit_xml *document, const kit_xml_node *group)
{
    int is_open = lets_ssh_in(document, group);
    const char *id = kit_xml_text(document, group, "groupId");
    if (document->error.code) {
        aws_fail_unread(launch->op, DESCRIBE, &document->error);
        return;
    }
    launch->groups[0] = kit_copy_text(launch->op, id);
    launch->group_count = 1;
    if (!launch->groups[0])
        return;
    if (is_open)
        launch_run(launch);
    else
        let_ssh_in(launch->op, launch);
}

static void none_of_ours(struct launch *launch)
{
    if (!launch->group_is_new)
        make(launch);
    else if (launch->group_tries++ < UNSEEN_TRIES)
        aw_after(launch->op, UNSEEN_DELAY_MS, find, launch);
    else
        kit_fail(launch->op, AW_E_CONFLICT,
                 "EC2 says that the security group `%s` exists in %.40s, and does not list it: try "
                 "again in a minute.",
                 AWS_GROUP_NAME, launch->vpc);
}

/* ---- the user's ---- */

static const kit_xml_node *find_group(const kit_xml_node *set, const char *id)
{
    for (const kit_xml_node *group = kit_xml_first(set, "item"); group;
         group = kit_xml_next(group, "item"))
        if (!strcmp(kit_xml_find_text(group, "groupId", ""), id))
            return group;
    return NULL;
}

/* Those that are in the VPC, in the user's order. */
static void use_configured(struct launch *launch, const kit_xml_node *set, const char *const *ids)
{
    for (; *ids && launch->group_count < LAUNCH_SECURITY_GROUPS; ids++)
        if (find_group(set, *ids))
            launch->groups[launch->group_count++] = *ids;
    if (launch->group_count)
        launch_run(launch);
    else
        kit_fail(launch->op, AW_E_INVALID,
                 "None of the configured security groups belongs to %.40s, the VPC of the subnets.",
                 launch->vpc);
}

static void on_groups(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    const struct aws *aws = op->state;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "securityGroupInfo");
    const kit_xml_node *group = kit_xml_first(set, "item");
    if (document.error.code)
        aws_fail_unread(op, DESCRIBE, &document.error);
    else if (aws->security_groups)
        use_configured(launch, set, aws->security_groups);
    else if (group)
        use_ours(launch, &document, group);
    else
        none_of_ours(launch);
}

static void find(aw_op *op, void *arg)
{
    struct launch *launch = arg;
    const struct aws *aws = op->state;
    const char *const *ids = aws->security_groups;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, DESCRIBE, launch->wish->region);
    aws_query_add(&request, ids ? "group-id" : "group-name", "Filter.1.Name");
    for (int i = 0; ids && ids[i]; i++)
        aws_query_add(&request, ids[i], "Filter.1.Value.%d", i + 1);
    if (!ids)
        aws_query_add(&request, AWS_GROUP_NAME, "Filter.1.Value.1");
    aws_query_add(&request, "vpc-id", "Filter.2.Name");
    aws_query_add(&request, launch->vpc, "Filter.2.Value.1");
    kit_request_send(&request, on_groups, NULL, launch);
}

void launch_find_group(struct launch *launch)
{
    find(launch->op, launch);
}
