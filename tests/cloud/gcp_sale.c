/* SPDX-License-Identifier: Apache-2.0 */
/* What Google sells, where, and from which images it boots. */
#include "tests/cloud/catalog.h"
#include "tests/cloud/gcp.h"

#include <stdio.h>
#include <string.h>

void gcp_zones(struct call *call)
{
    json_t *items = json_array();
    for (const struct place *place = place_next(CLOUD_GCP, NULL); place;
         place = place_next(CLOUD_GCP, place)) {
        char region[160];
        snprintf(region, sizeof region, GCP_LINK "/regions/%s", place->region);
        json_array_append_new(items, json_pack("{s:s,s:s,s:s}", "name", place->zone, "region",
                                               region, "status", "UP"));
    }
    answer_json(call, 200, json_pack("{s:o}", "items", items));
}

static json_t *quota(const char *metric, double limit)
{
    return json_pack("{s:s,s:f,s:f}", "metric", metric, "limit", limit, "usage", 0.0);
}

void gcp_regions(struct call *call)
{
    json_t *items = json_array();
    for (const struct place *place = place_next(CLOUD_GCP, NULL); place;
         place = place_next(CLOUD_GCP, place))
        if (place_is_first(place))
            json_array_append_new(items,
                                  json_pack("{s:s,s:[o,o,o]}", "name", place->region, "quotas",
                                            quota("CPUS", 10000), quota("C4A_CPUS", 10000),
                                            quota("N2_CPUS", 10000)));
    answer_json(call, 200, json_pack("{s:o}", "items", items));
}

void gcp_project(struct call *call)
{
    answer_json(call, 200, json_pack("{s:[o]}", "quotas", quota("CPUS_ALL_REGIONS", 100000)));
}

void gcp_machine_types(struct call *call)
{
    json_t *items = json_array();
    for (const struct sale *sale = sale_next(CLOUD_GCP, NULL); sale;
         sale = sale_next(CLOUD_GCP, sale))
        json_array_append_new(items, json_pack("{s:s,s:i,s:i,s:s}", "name", sale->type, "guestCpus",
                                               (int)sale->vcpus, "memoryMb", (int)sale->memory_mib,
                                               "architecture",
                                               sale->arch == AW_ARCH_ARM64 ? "ARM64" : "X86_64"));
    answer_json(call, 200, json_pack("{s:o}", "items", items));
}

void gcp_nothing(struct call *call)
{
    answer_json(call, 200, json_pack("{s:{}}", "items"));
}

/* ---- prices ---- */

static void add_sku(json_t *skus, const char *description, const char *unit, int nanos)
{
    json_t *regions = json_array();
    for (const struct place *place = place_next(CLOUD_GCP, NULL); place;
         place = place_next(CLOUD_GCP, place))
        if (place_is_first(place))
            json_array_append_new(regions, json_string(place->region));
    json_t *rate = json_pack("{s:{s:s,s:s,s:i}}", "unitPrice", "currencyCode", "USD", "units", "0",
                             "nanos", nanos);
    json_array_append_new(
        skus, json_pack("{s:s,s:{s:s,s:s},s:o,s:[{s:{s:s,s:[o]}}]}", "description", description,
                        "category", "resourceFamily", "Compute", "usageType",
                        behind(description, "Spot") ? "Preemptible" : "OnDemand", "serviceRegions",
                        regions, "pricingInfo", "pricingExpression", "usageUnit", unit,
                        "tieredRates", rate));
}

void gcp_skus(struct call *call)
{
    json_t *skus = json_array();
    add_sku(skus, "C4A Arm Instance Core running in Iowa", "h", 30860000);
    add_sku(skus, "C4A Arm Instance Ram running in Iowa", "GiBy.h", 3510000);
    add_sku(skus, "Spot Preemptible C4A Arm Instance Core running in Iowa", "h", 13340000);
    add_sku(skus, "Spot Preemptible C4A Arm Instance Ram running in Iowa", "GiBy.h", 1520000);
    add_sku(skus, "N2 Instance Core running in Americas", "h", 31611000);
    add_sku(skus, "N2 Instance Ram running in Americas", "GiBy.h", 4237000);
    add_sku(skus, "Spot Preemptible N2 Instance Core running in Americas", "h", 9560000);
    add_sku(skus, "Spot Preemptible N2 Instance Ram running in Americas", "GiBy.h", 1281000);
    answer_json(call, 200, json_pack("{s:o}", "skus", skus));
}

/* ---- images ---- */

void gcp_image(struct call *call)
{
    char project[64];
    bool is_arm64 = strstr(call->request->path, "arm64") != NULL;
    gcp_part(call, 0, project, sizeof project);
    if (!behind(project, "ubuntu-os-"))
        return gcp_fail_absent(call);
    answer_json(call, 200,
                json_pack("{s:s,s:s,s:s,s:s}", "name",
                          is_arm64 ? "ubuntu-2404-noble-arm64" : "ubuntu-2404-noble-amd64",
                          "architecture", is_arm64 ? "ARM64" : "X86_64", "diskSizeGb", "10",
                          "status", "READY"));
}
