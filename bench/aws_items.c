/* SPDX-License-Identifier: Apache-2.0 */
/* What EC2 and the price list say of one instance type. Types are made up of families and sizes. */
#include "bench/aws_items.h"

#include <string.h>

static const char *const families[] = {
    "m8g",  "c8g",  "r8g",   "x8g",   "m7g",   "c7g",  "r7g",  "m7gd",  "c7gd",  "r7gd",   "m6g",
    "c6g",  "r6g",  "i8g",   "t4g",   "g5g",   "m8i",  "c8i",  "r8i",   "m7i",   "c7i",    "r7i",
    "m7a",  "c7a",  "r7a",   "m6i",   "c6i",   "r6i",  "m6a",  "c6a",   "r6a",   "m5",     "c5",
    "r5",   "m5a",  "c5a",   "r5a",   "m5n",   "c5n",  "r5n",  "i3",    "i4i",   "i7i",    "d3",
    "x2",   "z1d",  "t3",    "t3a",   "t2",    "g4dn", "g5",   "g6",    "g6e",   "p4d",    "p5",
    "f2",   "m9g",  "c9g",   "r9g",   "m9i",   "c9i",  "r9i",  "m9a",   "c9a",   "r9a",    "h1",
    "a1",   "m6id", "c6id",  "r6id",  "m6in",  "c6in", "r6in", "m6idn", "r6idn", "m7ie",   "c7gn",
    "c6gn", "c6gd", "m6gd",  "r6gd",  "m8gd",  "c8gd", "r8gd", "c8gn",  "im4gn", "is4gen", "i4g",
    "i8ge", "x2gd", "hpc7g", "hpc7a", "hpc6a", "trn1", "inf2", "u7i",   "m4",    "c4"};
static const char *const sizes[] = {"medium",   "large",    "xlarge",  "2xlarge",  "3xlarge",
                                    "4xlarge",  "6xlarge",  "8xlarge", "12xlarge", "16xlarge",
                                    "24xlarge", "48xlarge", "metal"};
/* Every family of these is Graviton's; the rest is not. */
static const char graviton[] =
    " m8g c8g r8g x8g m7g c7g r7g m7gd c7gd r7gd m6g c6g r6g i8g t4g g5g m9g c9g r9g a1 c7gn c6gn "
    "c6gd m6gd r6gd m8gd c8gd r8gd c8gn im4gn is4gen i4g i8ge x2gd hpc7g ";

static void name_write(unsigned number, kit_buf *text)
{
    size_t count = sizeof sizes / sizeof sizes[0];
    kit_buf_addf(text, "%s.%s", families[number / count], sizes[number % count]);
}

static const char *arch_of(unsigned number)
{
    char word[16];
    kit_buf text;
    kit_buf_init_in(&text, word, sizeof word);
    kit_buf_addf(&text, " %s ", families[number / (sizeof sizes / sizeof sizes[0])]);
    return strstr(graviton, word) ? "arm64" : "x86_64";
}

static void value_write(const char *name, unsigned number, kit_buf *text)
{
    unsigned vcpus = 1u << number % 8;
    if (strncmp(name, "NAME", 4) == 0)
        name_write(number, text);
    else if (strncmp(name, "ARCH", 4) == 0)
        kit_buf_add_text(text, arch_of(number));
    else
        kit_buf_addf(text, "%u", *name == 'V' ? vcpus : vcpus * 4096);
}

void item_type_write(const char *template, unsigned number, kit_buf *text)
{
    for (const char *mark = strchr(template, '@'); mark; mark = strchr(template, '@')) {
        kit_buf_add(text, template, (size_t)(mark - template));
        value_write(mark + 1, number, text);
        template = strchr(mark + 1, '@') + 1;
    }
    kit_buf_add_text(text, template);
}

/* What a product says beside its type. */
static const aw_header attributes[] = {
    {"enhancedNetworkingSupported", "Yes"},
    {"intelTurboAvailable", "No"},
    {"dedicatedEbsThroughput", "Up to 10000 Mbps"},
    {"classicnetworkingsupport", "false"},
    {"capacitystatus", "Used"},
    {"locationType", "AWS Region"},
    {"storage", "EBS only"},
    {"instanceFamily", "Compute optimized"},
    {"operatingSystem", "Linux"},
    {"intelAvx2Available", "No"},
    {"physicalProcessor", "AWS Graviton3 Processor"},
    {"clockSpeed", "2.6 GHz"},
    {"ecu", "NA"},
    {"networkPerformance", "Up to 12500 Megabit"},
    {"servicename", "Amazon Elastic Compute Cloud"},
    {"gpuMemory", "NA"},
    {"vpcnetworkingsupport", "true"},
    {"tenancy", "Shared"},
    {"normalizationSizeFactor", "4"},
    {"intelAvxAvailable", "No"},
    {"processorFeatures", "NA"},
    {"servicecode", "AmazonEC2"},
    {"licenseModel", "No License required"},
    {"currentGeneration", "Yes"},
    {"preInstalledSw", "NA"},
    {"location", "US East (N. Virginia)"},
    {"processorArchitecture", "64-bit"},
    {"marketoption", "OnDemand"},
    {"operation", "RunInstances"},
    {"availabilityzone", "NA"},
};

void item_product_write(unsigned number, kit_buf *text)
{
    kit_buf_add_text(text, "\"{\\\"product\\\":{\\\"productFamily\\\":\\\"Compute Instance\\\","
                           "\\\"attributes\\\":{\\\"instanceType\\\":\\\"");
    name_write(number, text);
    kit_buf_add_text(text, "\\\"");
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        kit_buf_addf(text, ",\\\"%s\\\":\\\"%s\\\"", attributes[i].name, attributes[i].value);
    kit_buf_addf(text,
                 "},\\\"sku\\\":\\\"SKU%013u\\\"},\\\"serviceCode\\\":\\\"AmazonEC2\\\",\\\"terms"
                 "\\\":{\\\"OnDemand\\\":{\\\"S.JRTCKXETXF\\\":{\\\"priceDimensions\\\":{"
                 "\\\"S.JRTCKXETXF.6YS6EN2CT7\\\":{\\\"unit\\\":\\\"Hrs\\\",\\\"endRange\\\":"
                 "\\\"Inf\\\",\\\"appliesTo\\\":[],\\\"beginRange\\\":\\\"0\\\",\\\"pricePerUnit"
                 "\\\":{\\\"USD\\\":\\\"0.%07u000\\\"}}},\\\"effectiveDate\\\":"
                 "\\\"2026-05-01T00:00:00Z\\\",\\\"termAttributes\\\":{}}}},\\\"version\\\":"
                 "\\\"20260501000000\\\"}\"",
                 number, number + 1);
}

/* Written piece by piece: a format for each row would cost the server more than the program that is measured
 * needs for reading it. */
static void field_write(kit_buf *body, const char *name, const char *value, char last)
{
    kit_buf_add_text(body, "            <");
    kit_buf_add_text(body, name);
    kit_buf_add_char(body, '>');
    kit_buf_add_text(body, value);
    if (last)
        kit_buf_add_char(body, last);
    kit_buf_add_text(body, "</");
    kit_buf_add_text(body, name);
    kit_buf_add_text(body, ">\n");
}

static void type_name_write(unsigned number, kit_buf *body)
{
    size_t count = sizeof sizes / sizeof sizes[0];
    char name[32];
    kit_buf text;
    kit_buf_init_in(&text, name, sizeof name);
    kit_buf_add_text(&text, families[number / count]);
    kit_buf_add_char(&text, '.');
    kit_buf_add_text(&text, sizes[number % count]);
    field_write(body, "instanceType", name, 0);
}

void item_zone_write(unsigned number, const char *region, char zone, kit_buf *body)
{
    kit_buf_add_text(body, "        <item>\n");
    type_name_write(number, body);
    field_write(body, "locationType", "availability-zone", 0);
    field_write(body, "location", region, zone);
    kit_buf_add_text(body, "        </item>\n");
}

void item_spot_write(unsigned number, const char *region, char zone, kit_buf *body)
{
    char price[] = "0.000000";
    unsigned rest = number * 26 + (unsigned)(zone - 'a') + 1;
    for (size_t at = sizeof price - 2; rest > 0; at--, rest /= 10)
        price[at] = (char)('0' + rest % 10);
    kit_buf_add_text(body, "        <item>\n");
    field_write(body, "availabilityZone", region, zone);
    type_name_write(number, body);
    field_write(body, "productDescription", "Linux/UNIX", 0);
    field_write(body, "spotPrice", price, 0);
    field_write(body, "timestamp", "2026-08-20T09:23:22.000Z", 0);
    kit_buf_add_text(body, "        </item>\n");
}
