/* SPDX-License-Identifier: Apache-2.0 */
/* AWS at the door: names of requests, signatures, errors, and which action is whose. */
#include "tests/cloud/aws.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    void (*answer)(struct query *query);
} actions[] = {
    {"DescribeRegions", ec2_regions},
    {"DescribeInstanceTypes", ec2_types},
    {"DescribeInstanceTypeOfferings", ec2_zones},
    {"DescribeSpotPriceHistory", ec2_spot_prices},
    {"DescribeImages", ec2_images},
    {"DescribeSubnets", ec2_subnets},
    {"DescribeSecurityGroups", ec2_groups},
    {"CreateSecurityGroup", ec2_group_create},
    {"AuthorizeSecurityGroupIngress", ec2_group_open},
    {"DeleteSecurityGroup", ec2_group_delete},
    {"RunInstances", ec2_run},
    {"DescribeInstances", ec2_describe},
    {"TerminateInstances", ec2_terminate},
    {"DescribeVolumes", ec2_volumes},
    {"DeleteVolume", ec2_volume_delete},
    {"DescribeAddresses", ec2_nothing},
    {"DescribeKeyPairs", ec2_nothing},
    {"DescribeNetworkInterfaces", ec2_nothing},
};

static bool is_json(const struct cloud_request *request)
{
    return *header_of(request, "x-amz-target") != '\0';
}

static const char *aws_name(const struct cloud_request *request, char *text, size_t size)
{
    const char *target = header_of(request, "x-amz-target");
    const char *dot = strrchr(target, '.');
    if (dot) {
        snprintf(text, size, "%s", dot + 1);
    } else {
        json_t *form = form_read(request->body);
        snprintf(text, size, "%s", text_of(form, "Action"));
        json_decref(form);
    }
    return *text ? text : NULL;
}

void aws_fail(struct call *call, unsigned status, const char *code, const char *message)
{
    if (is_json(call->request))
        return answer_json(call, status,
                           json_pack("{s:s,s:s}", "__type", code, "message", message));
    call->answer->status = status;
    call->answer->type = "text/xml;charset=UTF-8";
    kit_buf_addf(&call->answer->body,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>%s"
                 "</Code><Message>%s</Message></Error></Errors><RequestID>cloud-%u</RequestID>"
                 "</Response>",
                 code, message, call->number);
}

static void aws_refuse(struct call *call, enum refusal why)
{
    bool json = is_json(call->request);
    switch (why) {
    case REFUSED_THROTTLED:
        aws_fail(call, json ? 400 : 503, json ? "ThrottlingException" : "RequestLimitExceeded",
                 "Request limit exceeded.");
        break;
    case REFUSED_UNAVAILABLE:
        aws_fail(call, json ? 500 : 503, json ? "InternalServerError" : "Unavailable",
                 "The service is unavailable.");
        break;
    case REFUSED_NO_CAPACITY:
        aws_fail(call, 500, "InsufficientInstanceCapacity",
                 "We currently do not have sufficient capacity in the Availability Zone you "
                 "requested.");
        break;
    case REFUSED_QUOTA:
        aws_fail(call, 400, "VcpuLimitExceeded",
                 "You have requested more vCPU capacity than your current vCPU limit allows.");
        break;
    }
}

static void ec2_answer(struct call *call, const char *region)
{
    struct query query = {
        .call = call, .action = call->name, .form = form_read(call->request->body)};
    size_t at = 0;
    put_text(query.region, sizeof query.region, region);
    while (at < sizeof actions / sizeof *actions && strcmp(actions[at].name, call->name) != 0)
        at++;
    if (at < sizeof actions / sizeof *actions)
        actions[at].answer(&query);
    else
        aws_fail(call, 400, "InvalidAction", "The action is not valid for this web service.");
    json_decref(query.form);
}

static void aws_answer(struct call *call)
{
    char region[32];
    char service[32];
    const char *wrong = aws_auth_check(call, region, service);
    if (wrong)
        aws_fail(call, 403, wrong, "The request signature does not match, or is too old.");
    else if (is_json(call->request))
        aws_json_answer(call, region);
    else
        ec2_answer(call, region);
}

const struct face aws_face = {
    .prefixes = {"/aws", NULL}, .name = aws_name, .answer = aws_answer, .refuse = aws_refuse};
