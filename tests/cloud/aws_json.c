/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON services: the price list, quotas, and the parameters that name images. */
#include "tests/cloud/aws.h"
#include "tests/cloud/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *product(const struct sale *sale, const char *region)
{
    char price[32];
    snprintf(price, sizeof price, "%u.%09u0", (unsigned)(sale->nusd / 1000000000),
             (unsigned)(sale->nusd % 1000000000));
    json_t *attributes =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "instanceType", sale->type, "regionCode",
                  region, "operatingSystem", "Linux", "tenancy", "Shared", "capacitystatus", "Used",
                  "preInstalledSw", "NA", "marketoption", "OnDemand", "operation", "RunInstances");
    json_t *dimension = json_pack("{s:s,s:{s:s}}", "unit", "Hrs", "pricePerUnit", "USD", price);
    return json_pack("{s:{s:s,s:o,s:s},s:s,s:{s:{s:{s:{s:o}}}}}", "product", "productFamily",
                     "Compute Instance", "attributes", attributes, "sku", sale->type, "serviceCode",
                     "AmazonEC2", "terms", "OnDemand", "S.JRTCKXETXF", "priceDimensions",
                     "S.JRTCKXETXF.6YS6EN2CT7", dimension);
}

/* Each product is a text within the answer. */
static void answer_products(struct call *call, const json_t *body)
{
    const json_t *filters = json_object_get(body, "Filters");
    const char *region = "";
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(filters); i++)
        if (strcmp(text_of(json_array_get(filters, i), "Field"), "regionCode") == 0)
            region = text_of(json_array_get(filters, i), "Value");
    for (const struct sale *sale = sale_next(CLOUD_AWS, NULL); sale;
         sale = sale_next(CLOUD_AWS, sale)) {
        json_t *item = product(sale, region);
        char *text = json_dumps(item, JSON_COMPACT);
        json_array_append_new(list, json_string(text));
        free(text);
        json_decref(item);
    }
    answer_json(call, 200, json_pack("{s:s,s:o}", "FormatVersion", "aws_v1", "PriceList", list));
}

static void answer_quotas(struct call *call)
{
    static const char *const codes[] = {"L-1216C47A", "L-34B43A08", "L-DB2E81BA", "L-3819A6DF"};
    json_t *quotas = json_array();
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        json_array_append_new(quotas, json_pack("{s:s,s:s,s:f}", "ServiceCode", "ec2", "QuotaCode",
                                                codes[i], "Value", 1152.0));
    answer_json(call, 200, json_pack("{s:o}", "Quotas", quotas));
}

static void answer_parameter(struct call *call, const json_t *body)
{
    const char *name = text_of(body, "Name");
    const char *image = ec2_image_of(strstr(name, "arm64") ? AW_ARCH_ARM64 : AW_ARCH_AMD64);
    if (!behind(name, "/aws/service/"))
        return aws_fail(call, 400, "ParameterNotFound", "The parameter does not exist.");
    answer_json(call, 200, json_pack("{s:{s:s,s:s}}", "Parameter", "Name", name, "Value", image));
}

void aws_json_answer(struct call *call, const char *region)
{
    json_t *body = json_loadb(call->request->body, call->request->body_size, 0, NULL);
    (void)region;
    if (strcmp(call->name, "GetProducts") == 0)
        answer_products(call, body);
    else if (strcmp(call->name, "ListServiceQuotas") == 0)
        answer_quotas(call);
    else if (strcmp(call->name, "GetParameter") == 0)
        answer_parameter(call, body);
    else
        aws_fail(call, 400, "UnknownOperationException", "There is no such operation.");
    json_decref(body);
}
