/* SPDX-License-Identifier: Apache-2.0 */
/* Types, zones and prices, which are theirs of mid-2026. */
#include "tests/cloud/catalog.h"

#include <string.h>

static const struct sale sales[] = {
    {CLOUD_AWS, "t4g.small", AW_ARCH_ARM64, 2, 2048, NULL, 0, 16800000, 5100000},
    {CLOUD_AWS, "c7g.large", AW_ARCH_ARM64, 2, 4096, NULL, 0, 72500000, 26300000},
    {CLOUD_AWS, "g5g.xlarge", AW_ARCH_ARM64, 4, 8192, "T4g", 16384, 420000000, 130900000},
    {CLOUD_AWS, "t3.small", AW_ARCH_AMD64, 2, 2048, NULL, 0, 20800000, 6300000},
    {CLOUD_AWS, "m7i.large", AW_ARCH_AMD64, 2, 8192, NULL, 0, 100800000, 38200000},
    {CLOUD_GCP, "c4a-standard-1", AW_ARCH_ARM64, 1, 4096, NULL, 0, 0, 0},
    {CLOUD_GCP, "c4a-standard-4", AW_ARCH_ARM64, 4, 16384, NULL, 0, 0, 0},
    {CLOUD_GCP, "n2-standard-2", AW_ARCH_AMD64, 2, 8192, NULL, 0, 0, 0},
    {CLOUD_GCP, "n2-standard-8", AW_ARCH_AMD64, 8, 32768, NULL, 0, 0, 0},
    {CLOUD_LAMBDA, "gpu_1x_gh200", AW_ARCH_ARM64, 64, 432 * 1024, "GH200 (96 GB)", 0, 1490000000,
     0},
    {CLOUD_LAMBDA, "gpu_1x_a10", AW_ARCH_AMD64, 30, 200 * 1024, "A10 (24 GB PCIe)", 0, 750000000,
     0},
};

static const struct place places[] = {
    {CLOUD_AWS, "us-east-1", "us-east-1a"},
    {CLOUD_AWS, "us-east-1", "us-east-1b"},
    {CLOUD_AWS, "us-east-1", "us-east-1c"},
    {CLOUD_AWS, "eu-central-1", "eu-central-1a"},
    {CLOUD_AWS, "eu-central-1", "eu-central-1b"},
    {CLOUD_GCP, "us-central1", "us-central1-a"},
    {CLOUD_GCP, "us-central1", "us-central1-b"},
    {CLOUD_GCP, "europe-west4", "europe-west4-a"},
    {CLOUD_LAMBDA, "us-east-3", ""},
    {CLOUD_LAMBDA, "us-west-1", ""},
};

#define SALES (sizeof sales / sizeof *sales)
#define PLACES (sizeof places / sizeof *places)

const struct sale *sale_next(enum cloud_id cloud, const struct sale *previous)
{
    const struct sale *sale = previous ? previous + 1 : sales;
    while (sale < sales + SALES && sale->cloud != cloud)
        sale++;
    return sale < sales + SALES ? sale : NULL;
}

const struct place *place_next(enum cloud_id cloud, const struct place *previous)
{
    const struct place *place = previous ? previous + 1 : places;
    while (place < places + PLACES && place->cloud != cloud)
        place++;
    return place < places + PLACES ? place : NULL;
}

const struct sale *sale_find(enum cloud_id cloud, const char *type)
{
    const struct sale *sale = sale_next(cloud, NULL);
    while (sale && strcmp(sale->type, type) != 0)
        sale = sale_next(cloud, sale);
    return sale;
}

const struct place *place_find(enum cloud_id cloud, const char *name)
{
    const struct place *place = place_next(cloud, NULL);
    while (place && strcmp(*place->zone ? place->zone : place->region, name) != 0)
        place = place_next(cloud, place);
    return place;
}

bool place_is_first(const struct place *place)
{
    return place == places || strcmp(place[-1].region, place->region) != 0;
}
