/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of types are written once and are the same in all regions; the smaller ones have fewer of them. */
#include "bench/aws_cloud.h"

#include "bench/aws_items.h"
#include "bench/measure.h"
#include "core/mem.h"
#include "core/whole_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST ((size_t)64 << 20)

enum {
    TYPES_A_PAGE = 100,
    ROWS_A_PAGE = 1000,
    TYPE_PAGES = (AWS_CLOUD_TYPES + TYPES_A_PAGE - 1) / TYPES_A_PAGE,
    ZONES = 5,
    SMALLEST_REGION = 254
};

static const char *const regions[AWS_CLOUD_REGIONS] = {
    "us-east-1",      "us-west-2",      "eu-west-1",      "us-east-2",    "ap-northeast-1",
    "eu-central-1",   "ap-southeast-2", "ap-southeast-1", "ap-south-1",   "eu-north-1",
    "ca-central-1",   "eu-west-2",      "ap-northeast-2", "eu-west-3",    "sa-east-1",
    "us-west-1",      "eu-south-2",     "ap-northeast-3", "eu-south-1",   "ap-southeast-3",
    "af-south-1",     "ap-east-1",      "me-central-1",   "eu-central-2", "ap-south-2",
    "ap-southeast-4", "il-central-1",   "ap-southeast-5", "me-south-1",   "ca-west-1"};

struct aws_cloud {
    bool all;
    kit_buf type_pages[TYPE_PAGES];
    kit_buf products[AWS_CLOUD_TYPES];
};

const char *aws_cloud_region(unsigned number)
{
    return regions[number];
}

static void begin(kit_buf *body, const char *action, const char *set)
{
    kit_buf_addf(body,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%sResponse "
                 "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n"
                 "    <requestId>5e5a3c10-0000-4000-8000-000000000001</requestId>\n    <%s>\n",
                 action, set);
}

static void end(kit_buf *body, const char *action, const char *set, unsigned next)
{
    kit_buf_addf(body, "    </%s>\n", set);
    if (next)
        kit_buf_addf(body, "    <nextToken>%u</nextToken>\n", next);
    kit_buf_addf(body, "</%sResponse>", action);
}

/* ---- prices ---- */

static void products_answer(const struct aws_cloud *cloud, unsigned types, unsigned page,
                            kit_buf *body)
{
    unsigned first = page * TYPES_A_PAGE;
    unsigned last = first + TYPES_A_PAGE < types ? first + TYPES_A_PAGE : types;
    kit_buf_add_text(body, "{\"FormatVersion\":\"aws_v1\",\"PriceList\":[");
    for (unsigned number = first; number < last && cloud->all; number++) {
        const kit_buf *product = &cloud->products[number];
        kit_buf_add_text(body, number > first ? "," : "");
        kit_buf_add(body, product->data, product->size);
    }
    kit_buf_add_text(body, "]");
    if (cloud->all && last < types)
        kit_buf_addf(body, ",\"NextToken\":\"%u\"", page + 1);
    kit_buf_add_text(body, "}");
}

/* ---- zones and spot prices: a row for each type in each zone ---- */

struct rows {
    const char *action;
    const char *set;
    void (*write)(unsigned number, const char *region, char zone, kit_buf *body);
};

static const struct rows zone_rows = {"DescribeInstanceTypeOfferings", "instanceTypeOfferingSet",
                                      item_zone_write};
static const struct rows spot_rows = {"DescribeSpotPriceHistory", "spotPriceHistorySet",
                                      item_spot_write};

static void rows_answer(const struct rows *rows, const char *region, unsigned types, unsigned page,
                        kit_buf *body)
{
    unsigned count = types * ZONES;
    unsigned first = page * ROWS_A_PAGE;
    unsigned last = first + ROWS_A_PAGE < count ? first + ROWS_A_PAGE : count;
    begin(body, rows->action, rows->set);
    for (unsigned row = first; row < last; row++)
        rows->write(row / ZONES, region, (char)('a' + row % ZONES), body);
    end(body, rows->action, rows->set, last < count ? page + 1 : 0);
}

/* ---- answering ---- */

/* The number of the region whose name stands in the scope of the signature. */
static unsigned region_of(const struct http_request *request)
{
    const char *scope = strstr(request->authorization, "Credential=");
    for (int slashes = 0; scope && slashes < 2; slashes++)
        scope = strchr(scope + 1, '/');
    for (unsigned i = 0; scope && i < AWS_CLOUD_REGIONS; i++) {
        size_t size = strlen(regions[i]);
        if (strncmp(scope + 1, regions[i], size) == 0 && scope[1 + size] == '/')
            return i;
    }
    die("a request of no region that is known: %s", request->authorization);
}

static unsigned types_in(unsigned region)
{
    return AWS_CLOUD_TYPES - (AWS_CLOUD_TYPES - SMALLEST_REGION) * region / (AWS_CLOUD_REGIONS - 1);
}

/* Which region a list of prices is wanted for. */
static unsigned region_named(const char *body)
{
    for (unsigned i = 0; i < AWS_CLOUD_REGIONS; i++) {
        char word[40];
        kit_buf text;
        kit_buf_init_in(&text, word, sizeof word);
        kit_buf_addf(&text, "\"%s\"", regions[i]);
        if (strstr(body, word))
            return i;
    }
    die("prices of no region that is known: %s", body);
}

static unsigned page_of(const char *body)
{
    const char *token = strstr(body, "NextToken");
    token = token ? token + strcspn(token, "0123456789") : "";
    return (unsigned)strtoul(token, NULL, 10);
}

static void types_answer(const struct aws_cloud *cloud, unsigned region, unsigned page,
                         kit_buf *body)
{
    unsigned pages = (types_in(region) + TYPES_A_PAGE - 1) / TYPES_A_PAGE;
    begin(body, "DescribeInstanceTypes", "instanceTypeSet");
    kit_buf_add(body, cloud->type_pages[page].data, cloud->type_pages[page].size);
    end(body, "DescribeInstanceTypes", "instanceTypeSet", page + 1 < pages ? page + 1 : 0);
}

static void machines_answer(kit_buf *body)
{
    begin(body, "DescribeInstances", "reservationSet");
    end(body, "DescribeInstances", "reservationSet", 0);
}

unsigned aws_cloud_answer(void *arg, const struct http_request *request, kit_buf *body)
{
    const struct aws_cloud *cloud = arg;
    unsigned page = page_of(request->body);
    unsigned region = region_of(request);
    unsigned types = cloud->all ? types_in(region) : 0;
    if (strstr(request->authorization, "/pricing/"))
        products_answer(cloud, types_in(region_named(request->body)), page, body);
    else if (strstr(request->authorization, "/servicequotas/"))
        kit_buf_add_text(body, "{\"Quotas\":[{\"QuotaCode\":\"L-1216C47A\",\"Value\":1152.0}]}");
    else if (strncmp(request->body, "Action=DescribeInstanceTypes&", 29) == 0)
        types_answer(cloud, region, page, body);
    else if (strncmp(request->body, "Action=DescribeInstances&", 25) == 0)
        machines_answer(body);
    else if (strncmp(request->body, "Action=DescribeSpotPriceHistory&", 32) == 0)
        rows_answer(&spot_rows, regions[region], types, page, body);
    else
        rows_answer(&zone_rows, regions[region], types, page, body);
    return 200;
}

struct aws_cloud *aws_cloud_create(const char *template_path, bool all)
{
    struct aws_cloud *cloud = mem_alloc(sizeof *cloud);
    aw_error error = {.size = sizeof error};
    aw_bytes template = {0};
    struct arena arena;
    arena_init(&arena, false);
    if (!cloud || whole_file_read(AT_FDCWD, template_path, 0, LARGEST, &arena, &template, &error))
        die("%s: %s", template_path, cloud ? error.message : "no memory");
    cloud->all = all;
    for (unsigned number = 0; number < AWS_CLOUD_TYPES; number++) {
        kit_buf *page = &cloud->type_pages[number / TYPES_A_PAGE];
        if (number % TYPES_A_PAGE == 0)
            kit_buf_init(page, mem_kit(), LARGEST);
        item_type_write(template.data, number, page);
        kit_buf_init(&cloud->products[number], mem_kit(), LARGEST);
        item_product_write(number, &cloud->products[number]);
    }
    arena_finish(&arena);
    return cloud;
}

void aws_cloud_destroy(struct aws_cloud *cloud)
{
    if (!cloud)
        return;
    for (unsigned page = 0; page < TYPE_PAGES; page++)
        kit_buf_finish(&cloud->type_pages[page]);
    for (unsigned number = 0; number < AWS_CLOUD_TYPES; number++)
        kit_buf_finish(&cloud->products[number]);
    mem_free(cloud);
}
