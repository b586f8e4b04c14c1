/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the query API (EC2, STS) and of the JSON 1.1 services. */
#include "backends/aws/aws.h"

#include "kit/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define EC2_VERSION "2016-11-15"
#define STS_VERSION "2011-06-15"
#define LONGEST_NAME 128

static int is_read(const char *action)
{
    return !strncmp(action, "Describe", 8) || !strncmp(action, "Get", 3) ||
           !strncmp(action, "List", 4);
}

static void init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                 const char *region)
{
    const char *signing_region = NULL;
    const char *url = aws_endpoint(op, service, region, &signing_region);
    kit_request_init(request, op, action, "POST", url ? url : "");
    request->wire.region = signing_region;
    request->wire.service = aws_signing_name(service);
    if (is_read(action))
        request->wire.flags |= AW_REQUEST_REPEATABLE;
}

void aws_query_init(kit_request *request, aw_op *op, enum aws_service service, const char *action,
                    const char *region)
{
    init(request, op, service, action, region);
    kit_request_header(request, "content-type",
                       "application/x-www-form-urlencoded; charset=utf-8");
    kit_request_form(request, "Action", action);
    kit_request_form(request, "Version", service == AWS_STS ? STS_VERSION : EC2_VERSION);
}

void aws_query_add(kit_request *request, const char *value, const char *name_format, ...)
{
    char name[LONGEST_NAME];
    va_list args;
    va_start(args, name_format);
    vsnprintf(name, sizeof name, name_format, args);
    va_end(args);
    kit_request_form(request, name, value);
}
