/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of AWS's as the tests of listings write them, and a listing that is answered part by part. */
#ifndef ARCHWAY_TESTS_AWS_ANSWERS_H
#define ARCHWAY_TESTS_AWS_ANSWERS_H

#include "backend_host.h"

#define EC2(action, body)                                                                          \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" action                                         \
    "Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    <requestId>r-1</requestId>" \
    "\n" body "</" action "Response>"
#define NEXT(token) "<nextToken>" token "</nextToken>"
#define ITEM(text) "<item>" text "</item>"

/* Instance types. */
#define TYPES(items) EC2("DescribeInstanceTypes", "<instanceTypeSet>" items "</instanceTypeSet>")
#define TYPES_THEN(items, token)                                                                   \
    EC2("DescribeInstanceTypes", "<instanceTypeSet>" items "</instanceTypeSet>" NEXT(token))
#define ARCHS(words)                                                                               \
    "<processorInfo><supportedArchitectures>" words                                                \
    "</supportedArchitectures><manufacturer>Intel</manufacturer></processorInfo>"
#define SIZES(vcpus, memory)                                                                       \
    "<vCpuInfo><defaultVCpus>" vcpus "</defaultVCpus></vCpuInfo><memoryInfo><sizeInMiB>" memory    \
    "</sizeInMiB></memoryInfo>"
#define USAGES(words) "<supportedUsageClasses>" words "</supportedUsageClasses>"
#define BOTH USAGES(ITEM("on-demand") ITEM("spot"))
#define TYPE(name, usages, words, more)                                                            \
    ITEM("<instanceType>" name "</instanceType>" usages ARCHS(words) SIZES("8", "16384") more)
#define GPUS(items) "<gpuInfo><gpus>" items "</gpus></gpuInfo>"
#define GPU(maker, name, counts, memory)                                                           \
    ITEM("<name>" name "</name><manufacturer>" maker "</manufacturer>" counts                      \
         "<memoryInfo><sizeInMiB>" memory "</sizeInMiB></memoryInfo>")

/* Zones. */
#define ZONES(items)                                                                               \
    EC2("DescribeInstanceTypeOfferings",                                                           \
        "<instanceTypeOfferingSet>" items "</instanceTypeOfferingSet>")
#define ZONE(type, zone)                                                                           \
    ITEM("<instanceType>" type "</instanceType><locationType>availability-zone</locationType>"     \
         "<location>" zone "</location>")

/* Prices. A product is JSON in a JSON text. */
#define PRICES(products) "{\"FormatVersion\":\"aws_v1\",\"PriceList\":[" products "]}"
#define ATTRIBUTE(name, value) ",\\\"" name "\\\":\\\"" value "\\\""
#define DIMENSION(unit, currency, price)                                                           \
    "{\\\"A.B.C\\\":{\\\"unit\\\":\\\"" unit "\\\",\\\"pricePerUnit\\\":{\\\"" currency            \
    "\\\":\\\"" price "\\\"}}}"
#define PRODUCT(type, attributes, dimensions)                                                      \
    "\"{\\\"product\\\":{\\\"productFamily\\\":\\\"Compute Instance\\\",\\\"attributes\\\":{"      \
    "\\\"instanceType\\\":\\\"" type "\\\"" attributes "}},\\\"terms\\\":{\\\"OnDemand\\\":{"      \
    "\\\"A.B\\\":{\\\"priceDimensions\\\":" dimensions "}},\\\"Reserved\\\":{\\\"X.Y\\\":{"        \
    "\\\"priceDimensions\\\":{\\\"X.Y.Z\\\":{\\\"unit\\\":\\\"Hrs\\\",\\\"pricePerUnit\\\":{"      \
    "\\\"USD\\\":\\\"0.0000000000\\\"}}}}}}}\""
#define PRICE(type, price) PRODUCT(type, "", DIMENSION("Hrs", "USD", price))

/* Spot prices. */
#define SPOTS(items)                                                                               \
    EC2("DescribeSpotPriceHistory", "<spotPriceHistorySet>" items "</spotPriceHistorySet>")
#define SPOT_OF(type, zone, system, price, time)                                                   \
    ITEM("<availabilityZone>" zone "</availabilityZone><instanceType>" type                        \
         "</instanceType><productDescription>" system "</productDescription><spotPrice>" price     \
         "</spotPrice><timestamp>" time "</timestamp>")
#define SPOT(type, zone, price, time) SPOT_OF(type, zone, "Linux/UNIX", price, time)

#define REFUSAL(code, message)                                                                     \
    "<Response><Errors><Error><Code>" code "</Code><Message>" message                              \
    "</Message></Error></Errors><RequestID>r-2</RequestID></Response>"
#define JSON_REFUSAL(code, message) "{\"__type\":\"" code "\",\"message\":\"" message "\"}"

/* Begins to list what us-east-1 offers. Four requests follow: types, zones, prices, spot prices. */
void begin_listing(struct backend_host *host);
/* Lists with one page of each. */
void begin_and_answer(struct backend_host *host, const char *types, const char *zones,
                      const char *prices, const char *spots);

#endif
