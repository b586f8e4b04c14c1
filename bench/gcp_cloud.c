/* SPDX-License-Identifier: Apache-2.0 */
/* All pages are written once, before anybody asks. */
#include "bench/gcp_cloud.h"

#include "bench/gcp_items.h"
#include "bench/measure.h"
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST ((size_t)64 << 20)

enum {
    SKUS_A_PAGE = 5000,
    SKU_PAGES = (GCP_SKUS + SKUS_A_PAGE - 1) / SKUS_A_PAGE
};

struct gcp_cloud {
    kit_buf zones;
    kit_buf types[GCP_ZONES]; /* one page each, as with 500 a page */
    kit_buf accelerators;
    kit_buf quotas;
    kit_buf skus[SKU_PAGES];
};

static void zones_write(kit_buf *page)
{
    char name[64];
    kit_buf_init(page, mem_kit(), LARGEST);
    kit_buf_add_text(page, "{\"items\":[");
    for (unsigned zone = 0; zone < GCP_ZONES; zone++) {
        gcp_zone_name(zone, name);
        kit_buf_addf(page,
                     "%s{\"name\":\"%s\",\"status\":\"UP\",\"region\":\"https://www.googleapis."
                     "com/compute/v1/projects/bench/regions/%s\"}",
                     zone ? "," : "", name, gcp_region_name(gcp_zone_region(zone)));
    }
    kit_buf_add_text(page, "]}");
}

static void types_write(unsigned zone, bool whole, kit_buf *page)
{
    const char *before = "";
    kit_buf_init(page, mem_kit(), LARGEST);
    kit_buf_add_text(page, "{\"items\":[");
    for (unsigned type = 0; type < GCP_TYPES; type++) {
        if (!gcp_zone_has(zone, type))
            continue;
        kit_buf_add_text(page, before);
        gcp_type_write(zone, type, whole, page);
        before = whole ? ",\n" : ",";
    }
    kit_buf_add_text(page, "]}");
}

static void accelerators_write(kit_buf *page)
{
    char name[64];
    kit_buf_init(page, mem_kit(), LARGEST);
    kit_buf_add_text(page, "{\"items\":{");
    for (unsigned zone = 0; zone < GCP_ZONES; zone++) {
        gcp_zone_name(zone, name);
        kit_buf_addf(page, "%s\"zones/%s\":{\"acceleratorTypes\":[", zone ? "," : "", name);
        if (gcp_zone_region(zone) % 2 == 0)
            kit_buf_add_text(page, "{\"name\":\"nvidia-tesla-t4\",\"maximumCardsPerInstance\":4},");
        kit_buf_add_text(page, "{\"name\":\"nvidia-l4\",\"maximumCardsPerInstance\":8}]}");
    }
    kit_buf_add_text(page, "}}");
}

/* As many in each region as Google names, most of which count nothing that is offered. */
static void quotas_write(kit_buf *page)
{
    kit_buf_init(page, mem_kit(), LARGEST);
    kit_buf_add_text(page, "{\"items\":[");
    for (unsigned region = 0; region < GCP_REGIONS; region++) {
        kit_buf_addf(page, "%s{\"name\":\"%s\",\"quotas\":[", region ? "," : "",
                     gcp_region_name(region));
        for (unsigned i = 0; i < 80; i++)
            kit_buf_addf(page, "{\"metric\":\"X%u_%s\",\"limit\":24.0,\"usage\":0.0},", i,
                         i < 30 ? "CPUS" : "ROUTERS");
        kit_buf_add_text(page, "{\"metric\":\"CPUS\",\"limit\":72.0,\"usage\":1.5}]}");
    }
    kit_buf_add_text(page, "]}");
}

static void skus_write(unsigned number, bool whole, kit_buf *page)
{
    unsigned first = number * SKUS_A_PAGE;
    unsigned last = first + SKUS_A_PAGE < GCP_SKUS ? first + SKUS_A_PAGE : GCP_SKUS;
    kit_buf_init(page, mem_kit(), LARGEST);
    kit_buf_add_text(page, "{\"skus\":[");
    for (unsigned sku = first; sku < last; sku++) {
        kit_buf_add_text(page, sku == first ? "" : whole ? ",\n" : ",");
        gcp_sku_write(sku, whole, page);
    }
    kit_buf_add_text(page, "],\"nextPageToken\":\"");
    if (last < GCP_SKUS)
        kit_buf_addf(page, "page/+%u==", number + 1);
    kit_buf_add_text(page, "\"}");
}

struct gcp_cloud *gcp_cloud_create(bool whole)
{
    struct gcp_cloud *cloud = mem_alloc(sizeof *cloud);
    if (!cloud)
        die("no memory");
    zones_write(&cloud->zones);
    accelerators_write(&cloud->accelerators);
    quotas_write(&cloud->quotas);
    for (unsigned zone = 0; zone < GCP_ZONES; zone++)
        types_write(zone, whole, &cloud->types[zone]);
    for (unsigned page = 0; page < SKU_PAGES; page++)
        skus_write(page, whole, &cloud->skus[page]);
    return cloud;
}

void gcp_cloud_destroy(struct gcp_cloud *cloud)
{
    if (!cloud)
        return;
    kit_buf_finish(&cloud->zones);
    kit_buf_finish(&cloud->accelerators);
    kit_buf_finish(&cloud->quotas);
    for (unsigned zone = 0; zone < GCP_ZONES; zone++)
        kit_buf_finish(&cloud->types[zone]);
    for (unsigned page = 0; page < SKU_PAGES; page++)
        kit_buf_finish(&cloud->skus[page]);
    mem_free(cloud);
}

/* ---- answering ---- */

/* The number of the zone in ".../zones/NAME/machineTypes". */
static unsigned zone_in(const char *path)
{
    char name[64];
    const char *at = strstr(path, "/zones/") + strlen("/zones/");
    for (unsigned zone = 0; zone < GCP_ZONES; zone++) {
        gcp_zone_name(zone, name);
        size_t size = strlen(name);
        if (strncmp(at, name, size) == 0 && at[size] == '/')
            return zone;
    }
    die("a zone that is not known: %s", path);
}

static unsigned page_in(const char *path)
{
    const char *token = strstr(path, "pageToken=page%2F%2B");
    unsigned page = token ? (unsigned)strtoul(token + strlen("pageToken=page%2F%2B"), NULL, 10) : 0;
    return page < SKU_PAGES ? page : 0;
}

static const kit_buf *page_of(const struct gcp_cloud *cloud, const char *path)
{
    if (strstr(path, "/skus?"))
        return &cloud->skus[page_in(path)];
    if (strstr(path, "/machineTypes?"))
        return &cloud->types[zone_in(path)];
    if (strstr(path, "/acceleratorTypes?"))
        return &cloud->accelerators;
    if (strstr(path, "/regions?"))
        return &cloud->quotas;
    return strstr(path, "/zones?") ? &cloud->zones : NULL;
}

unsigned gcp_cloud_answer(void *arg, const struct http_request *request, kit_buf *body)
{
    const kit_buf *page = page_of(arg, request->path);
    if (page)
        http_body_lend(body, page);
    else if (strcmp(request->path, "/token") == 0)
        kit_buf_add_text(body, "{\"access_token\":\"bench-token\",\"expires_in\":3600}");
    else
        kit_buf_add_text(body, "{\"quotas\":[{\"metric\":\"CPUS_ALL_REGIONS\",\"limit\":96.0,"
                               "\"usage\":0.0}]}");
    return 200;
}
