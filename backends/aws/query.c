/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the query API (EC2, STS) and of the JSON 1.1 services, and what their answers share. */
#include "backends/aws/aws.h"

#include "kit/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define EC2_VERSION "2016-11-15"
#define STS_VERSION "2011-06-15"

enum {
    MAX_NAME = 128
};

static bool is_read(const char *action)
{
    return strncmp(action, "Describe", 8) == 0 || strncmp(action, "Get", 3) == 0 ||
           strncmp(action, "List", 4) == 0;
}

static void init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                 const char *region)
{
    const struct aws *aws = op->state;
    const char *signing_region = NULL;
    const char *url = aws_endpoint(op, service, region, &signing_region);
    kit_request_init(request, op, action, "POST", url ? url : "");
    request->failed = !url;
    request->wire.region = signing_region;
    request->wire.service = aws_signing_name(service);
    request->wire.ca_file = aws->ca_file;
    request->wire.max_attempts = aws->max_attempts;
    if (is_read(action))
        request->wire.flags |= AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
}

void aws_query_init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                    const char *region)
{
    init(request, op, service, action, region);
    kit_request_header(request, "content-type", "application/x-www-form-urlencoded; charset=utf-8");
    kit_request_form(request, "Action", action);
    kit_request_form(request, "Version", service == AWS_STS ? STS_VERSION : EC2_VERSION);
}

void aws_query_add(kit_request *request, const char *value, const char *name_format, ...)
{
    char name[MAX_NAME];
    va_list args;
    va_start(args, name_format);
    vsnprintf(name, sizeof name, name_format, args);
    va_end(args);
    kit_request_form(request, name, value);
}

const char *aws_next_token(const kit_xml_node *root)
{
    const char *token = kit_xml_find_text(root, "nextToken", "");
    return *token ? token : NULL;
}

static const char *target_of(enum aws_service service)
{
    switch (service) {
    case AWS_PRICING:
        return "AWSPriceListService";
    case AWS_QUOTAS:
        return "ServiceQuotasV20190624";
    default:
        return "AmazonSSM";
    }
}

void aws_json_init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                   const char *region, json_t *body)
{
    char target[MAX_NAME];
    snprintf(target, sizeof target, "%s.%s", target_of(service), action);
    init(request, op, service, action, region);
    kit_request_header(request, "content-type", "application/x-amz-json-1.1");
    kit_request_header(request, "x-amz-target", target);
    kit_request_json(request, body);
}

void aws_fail_unread(aw_op *op, const char *action, const aw_error *problem)
{
    aw_error error;
    kit_error_set(&error, problem->code, "AWS's answer to `%s` cannot be read: %s", action,
                  problem->message);
    error.retry = is_read(action) ? AW_RETRY_NEVER : AW_RETRY_UNKNOWN;
    aw_fail(op, &error);
}
