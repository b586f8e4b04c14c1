/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of Google's as the tests of listings write them, and a listing that is answered part by part. */
#ifndef ARCHWAY_TESTS_GCP_ANSWERS_H
#define ARCHWAY_TESTS_GCP_ANSWERS_H

#include "backend_host.h"

#include <stdbool.h>

/* A project and nothing else. For HOSTED tests: each has a host of its own. */
int project_up(void **state);
#define LISTED(test) cmocka_unit_test_setup_teardown(test, project_up, host_down)

#define COMPUTE "https://compute.googleapis.com/compute/v1/projects/p-1"

/* Zones. */
#define ZONES(items) "{\"kind\":\"compute#zoneList\",\"items\":[" items "]}"
#define ZONE(region, letter)                                                                       \
    "{\"name\":\"" region "-" letter "\",\"status\":\"UP\",\"region\":\"https://www.googleapis."   \
    "com/compute/v1/projects/p-1/regions/" region "\"}"
#define IOWA ZONE("us-central1", "a")

/* Machine types. */
#define TYPES(items) "{\"kind\":\"compute#machineTypeList\",\"items\":[" items "]}"
#define TYPES_THEN(items, token) "{\"items\":[" items "],\"nextPageToken\":\"" token "\"}"
#define TYPE(name, vcpus, mib, more)                                                               \
    "{\"id\":\"7\",\"name\":\"" name "\",\"guestCpus\":" vcpus ",\"memoryMb\":" mib                \
    ",\"isSharedCpu\":false" more "}"
#define ARCH(word) ",\"architecture\":\"" word "\""
#define BUNDLED(type, count)                                                                       \
    ",\"accelerators\":[{\"guestAcceleratorType\":\"" type "\",\"guestAcceleratorCount\":" count   \
    "}]"
#define PARTITIONS(count)                                                                          \
    ",\"bundledLocalSsds\":{\"defaultInterface\":\"NVME\",\"partitionCount\":" count "}"
#define C4A TYPE("c4a-standard-8", "8", "32768", ARCH("ARM64"))
#define N2 TYPE("n2-standard-8", "8", "32768", ARCH("X86_64"))

/* Accelerator types of all zones. */
#define ACCELERATORS(scopes) "{\"items\":{" scopes "}}"
#define SCOPE(zone, types) "\"zones/" zone "\":{\"acceleratorTypes\":[" types "]}"
#define CARD(name, most) "{\"name\":\"" name "\",\"maximumCardsPerInstance\":" most "}"
#define EMPTY_SCOPE(zone, code)                                                                    \
    "\"zones/" zone "\":{\"warning\":{\"code\":\"" code "\",\"message\":\"" code " here\"}}"

/* SKUs. */
#define SKUS(items) "{\"skus\":[" items "],\"nextPageToken\":\"\"}"
#define SKUS_THEN(items, token) "{\"skus\":[" items "],\"nextPageToken\":\"" token "\"}"
#define RATE(currency, units, nanos)                                                               \
    "{\"startUsageAmount\":0,\"unitPrice\":{\"currencyCode\":\"" currency "\",\"units\":\"" units  \
    "\",\"nanos\":" nanos "}}"
#define SKU_OF(description, family, usage, regions, unit, rates)                                   \
    "{\"skuId\":\"039F-D0DA-4055\",\"description\":\"" description                                 \
    "\",\"category\":{\"resourceFamily\":\"" family "\",\"usageType\":\"" usage                    \
    "\"},\"serviceRegions\":[" regions "],\"pricingInfo\":[{\"pricingExpression\":{"               \
    "\"usageUnit\":\"" unit "\",\"tieredRates\":[" rates "]}}]}"
#define SKU(description, unit, nanos)                                                              \
    SKU_OF(description, "Compute", "OnDemand", "\"us-central1\"", unit, RATE("USD", "0", nanos))
#define SPOT(description, unit, nanos)                                                             \
    SKU_OF("Spot Preemptible " description, "Compute", "Preemptible", "\"us-central1\"", unit,     \
           RATE("USD", "0", nanos))
#define C4A_SKUS                                                                                   \
    SKU("C4A Arm Instance Core running in Iowa", "h", "30860000")                                  \
    "," SKU("C4A Arm Instance Ram running in Iowa", "GiBy.h", "3510000")
#define N2_SKUS                                                                                    \
    SKU("N2 Instance Core running in Iowa", "h", "31611000")                                       \
    "," SKU("N2 Instance Ram running in Iowa", "GiBy.h", "4237000")

#define REFUSAL(code, reason, message)                                                             \
    "{\"error\":{\"code\":" code ",\"message\":\"" message                                         \
    "\",\"errors\":[{\"domain\":\"global\",\"reason\":\"" reason "\",\"message\":\"" message       \
    "\"}]}}"

/* Begins to list. Three requests follow: SKUs, zones, accelerator types; then one for each zone. */
void begin_listing(struct backend_host *host);
/* Lists us-central1-a, with one page of each and no accelerators. */
void list_types(struct backend_host *host, const char *types, const char *skus);

/* Fails the test unless the offer has this price, in dollars to the sixth digit; "": none. */
void assert_price(struct backend_host *host, const char *type, const char *region, bool spot,
                  const char *expected);

#endif
