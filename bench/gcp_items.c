/* SPDX-License-Identifier: Apache-2.0 */
/* Machine types are made of families, shapes and sizes; SKUs of families, regions and ways of paying. */
#include "bench/gcp_items.h"

#include <stdio.h>
#include <string.h>

static const char *const regions[GCP_REGIONS] = {"us-central1",
                                                 "us-east1",
                                                 "us-west1",
                                                 "us-east4",
                                                 "us-east5",
                                                 "us-south1",
                                                 "us-west2",
                                                 "us-west3",
                                                 "us-west4",
                                                 "europe-west1",
                                                 "europe-west2",
                                                 "europe-west3",
                                                 "europe-west4",
                                                 "europe-west6",
                                                 "europe-west8",
                                                 "europe-west9",
                                                 "europe-west10",
                                                 "europe-west12",
                                                 "europe-north1",
                                                 "europe-north2",
                                                 "europe-central2",
                                                 "asia-east1",
                                                 "asia-east2",
                                                 "asia-northeast1",
                                                 "asia-northeast2",
                                                 "asia-northeast3",
                                                 "asia-south1",
                                                 "asia-south2",
                                                 "asia-southeast1",
                                                 "asia-southeast2",
                                                 "asia-southeast3",
                                                 "australia-southeast1",
                                                 "africa-south1",
                                                 "me-central1",
                                                 "me-central2",
                                                 "me-west1",
                                                 "australia-southeast2",
                                                 "northamerica-northeast1",
                                                 "northamerica-northeast2",
                                                 "northamerica-south1",
                                                 "southamerica-east1",
                                                 "southamerica-west1",
                                                 "europe-southwest1"};

static const struct family {
    const char *name;
    const char *sku; /* as descriptions begin */
    const char *arch;
} families[] = {{"c4a", "C4A Arm Instance", "ARM64"},
                {"n4a", "N4A Instance", "ARM64"},
                {"t2a", "T2A Arm Instance", "ARM64"},
                {"e2", "E2 Instance", "X86_64"},
                {"n1", "N1 Predefined Instance", "X86_64"},
                {"n2", "N2 Instance", "X86_64"},
                {"n2d", "N2D AMD Instance", "X86_64"},
                {"n4", "N4 Instance", "X86_64"},
                {"n4d", "N4D Instance", "X86_64"},
                {"t2d", "T2D AMD Instance", "X86_64"},
                {"c2", "Compute optimized", "X86_64"},
                {"c2d", "C2D AMD Instance", "X86_64"},
                {"c3", "C3 Instance", "X86_64"},
                {"c3d", "C3D Instance", "X86_64"},
                {"c4", "C4 Instance", "X86_64"},
                {"c4d", "C4D Instance", "X86_64"},
                {"c4n", "C4N Instance", "X86_64"},
                {"h3", "H3 Instance", "X86_64"},
                {"m3", "M3 Memory-optimized Instance", "X86_64"},
                {"z3", "Z3 Instance", "X86_64"}};

enum {
    FAMILIES = sizeof families / sizeof families[0],
    SHAPES = 4,
    SIZES = GCP_TYPES / FAMILIES / SHAPES
};

static const char *const shapes[SHAPES] = {"standard", "highmem", "highcpu", "megamem"};
static const unsigned gib_per_vcpu[SHAPES] = {4, 8, 2, 15};
static const unsigned sizes[] = {2, 4, 8, 16, 32, 48, 64};

_Static_assert(sizeof sizes / sizeof sizes[0] == SIZES, "types are families, shapes and sizes");

/* ---- places ---- */

const char *gcp_region_name(unsigned region)
{
    return regions[region];
}

unsigned gcp_zone_region(unsigned zone)
{
    return zone % GCP_REGIONS;
}

void gcp_zone_name(unsigned zone, char name[64])
{
    snprintf(name, 64, "%s-%c", regions[gcp_zone_region(zone)], 'a' + (char)(zone / GCP_REGIONS));
}

/* ---- machine types ---- */

static const struct family *family_of(unsigned type)
{
    return &families[type % FAMILIES];
}

bool gcp_zone_has(unsigned zone, unsigned type)
{
    return (gcp_zone_region(zone) * 7 + type % FAMILIES * 3) % 12 < 7;
}

void gcp_type_write(unsigned zone, unsigned type, bool whole, kit_buf *text)
{
    char zone_name[64];
    const struct family *family = family_of(type);
    const char *shape = shapes[type / FAMILIES % SHAPES];
    unsigned vcpus = sizes[type / FAMILIES / SHAPES];
    unsigned gib = vcpus * gib_per_vcpu[type / FAMILIES % SHAPES];
    gcp_zone_name(zone, zone_name);
    if (!whole) {
        kit_buf_addf(text,
                     "{\"name\":\"%s-%s-%u\",\"guestCpus\":%u,\"memoryMb\":%u,"
                     "\"architecture\":\"%s\"}",
                     family->name, shape, vcpus, vcpus, gib * 1024, family->arch);
        return;
    }
    kit_buf_addf(text,
                 "    {\n      \"id\": \"%u\",\n"
                 "      \"creationTimestamp\": \"1969-12-31T16:00:00.000-08:00\",\n"
                 "      \"name\": \"%s-%s-%u\",\n      \"description\": \"%u vCPUs, %u GB RAM\",\n"
                 "      \"guestCpus\": %u,\n      \"memoryMb\": %u,\n      \"imageSpaceGb\": 0,\n"
                 "      \"maximumPersistentDisks\": 128,\n"
                 "      \"maximumPersistentDisksSizeGb\": \"263168\",\n"
                 "      \"zone\": \"%s\",\n      \"selfLink\": \"https://www.googleapis.com/compute"
                 "/v1/projects/bench/zones/%s/machineTypes/%s-%s-%u\",\n"
                 "      \"isSharedCpu\": false,\n      \"architecture\": \"%s\",\n"
                 "      \"kind\": \"compute#machineType\"\n    }",
                 900000 + type, family->name, shape, vcpus, vcpus, gib, vcpus, gib * 1024,
                 zone_name, zone_name, family->name, shape, vcpus, family->arch);
}

/* ---- SKUs ---- */

/* The first two are what machines cost; the others say the same of other ways to buy them. */
static const struct {
    const char *prefix;
    const char *suffix;
    const char *usage;
    unsigned percent;
} terms[] = {
    {"", "", "OnDemand", 100},
    {"Spot Preemptible ", "", "Preemptible", 40},
    {"Reserved ", "", "OnDemand", 100},
    {"", " - DWS Defined Duration", "OnDemand", 70},
    {"Commitment v1: ", " for 1 Year", "Commit1Yr", 63},
    {"Commitment v1: ", " for 3 Years", "Commit3Yr", 45},
    {"Sole Tenancy Premium for ", "", "OnDemand", 10},
};

enum {
    TERMS = sizeof terms / sizeof terms[0],
    PARTS = 2
};

struct sku {
    char description[160];
    const char *usage;
    const char *unit;
    const char *group;
    const char *region;
    unsigned nanos;
};

/* Behind the parts of machines come networks, licences and disks. */
static void sku_describe(unsigned number, struct sku *sku)
{
    unsigned part = number % PARTS;
    unsigned term = number / PARTS % TERMS;
    unsigned region = number / PARTS / TERMS % GCP_REGIONS;
    unsigned family = number / PARTS / TERMS / GCP_REGIONS;
    sku->region = regions[region];
    sku->usage = terms[term].usage;
    sku->nanos =
        ((part ? 3000000 : 25000000) + region * 10000 + family * 1000) / 100 * terms[term].percent;
    sku->unit = part ? "GiBy.h" : "h";
    sku->group = part ? "RAM" : "CPU";
    if (family < FAMILIES) {
        snprintf(sku->description, sizeof sku->description, "%s%s %s running in Place%s",
                 terms[term].prefix, families[family].sku, part ? "Ram" : "Core",
                 terms[term].suffix);
        return;
    }
    snprintf(sku->description, sizeof sku->description,
             "Network Inter Region Data Transfer Out from %s to Place %u", sku->region, number);
    sku->unit = "GiBy";
    sku->group = "InterregionEgress";
}

void gcp_sku_write(unsigned number, bool whole, kit_buf *text)
{
    struct sku sku;
    sku_describe(number, &sku);
    const char *family = strcmp(sku.unit, "GiBy") == 0 ? "Network" : "Compute";
    if (!whole) {
        kit_buf_addf(text,
                     "{\"description\":\"%s\",\"category\":{\"resourceFamily\":\"%s\","
                     "\"usageType\":\"%s\"},\"serviceRegions\":[\"%s\"],\"pricingInfo\":[{"
                     "\"pricingExpression\":{\"usageUnit\":\"%s\",\"tieredRates\":[{\"unitPrice\":{"
                     "\"currencyCode\":\"USD\",\"units\":\"0\",\"nanos\":%u}}]}}]}",
                     sku.description, family, sku.usage, sku.region, sku.unit, sku.nanos);
        return;
    }
    kit_buf_addf(
        text,
        "    {\n      \"name\": \"services/6F81-5844-456A/skus/%04X-%04X-%04X\",\n"
        "      \"skuId\": \"%04X-%04X-%04X\",\n      \"description\": \"%s\",\n"
        "      \"category\": {\n        \"serviceDisplayName\": \"Compute Engine\",\n"
        "        \"resourceFamily\": \"%s\",\n        \"resourceGroup\": \"%s\",\n"
        "        \"usageType\": \"%s\"\n      },\n      \"serviceRegions\": [\n        \"%s\"\n"
        "      ],\n      \"pricingInfo\": [\n        {\n          \"summary\": \"\",\n"
        "          \"pricingExpression\": {\n            \"usageUnit\": \"%s\",\n"
        "            \"displayQuantity\": 1,\n            \"tieredRates\": [\n              {\n"
        "                \"startUsageAmount\": 0,\n                \"unitPrice\": {\n"
        "                  \"currencyCode\": \"USD\",\n                  \"units\": \"0\",\n"
        "                  \"nanos\": %u\n                }\n              }\n            ],\n"
        "            \"usageUnitDescription\": \"hour\",\n            \"baseUnit\": \"s\",\n"
        "            \"baseUnitDescription\": \"second\",\n"
        "            \"baseUnitConversionFactor\": 3600\n          },\n"
        "          \"currencyConversionRate\": 1,\n"
        "          \"effectiveTime\": \"2026-07-29T18:11:02.113345Z\"\n        }\n      ],\n"
        "      \"serviceProviderName\": \"Google\",\n      \"geoTaxonomy\": {\n"
        "        \"type\": \"REGIONAL\",\n        \"regions\": [\n          \"%s\"\n        ]\n"
        "      }\n    }",
        number >> 16 & 0xffff, number & 0xffff, 0xA0A0, number >> 16 & 0xffff, number & 0xffff,
        0xA0A0, sku.description, family, sku.group, sku.usage, sku.region, sku.unit, sku.nanos,
        sku.region);
}
