/* SPDX-License-Identifier: Apache-2.0 */
/* What EC2 sells, where, and from which images it boots. */
#include "tests/cloud/aws.h"
#include "tests/cloud/catalog.h"

#include <stdio.h>
#include <string.h>

static const char *arch_word(uint32_t arch)
{
    return arch == AW_ARCH_ARM64 ? "arm64" : "x86_64";
}

void ec2_nothing(struct query *query)
{
    xml_begin(query);
    xml_end(query);
}

void ec2_regions(struct query *query)
{
    kit_buf *body = &query->call->answer->body;
    xml_begin(query);
    xml_open(body, "regionInfo");
    for (const struct place *place = place_next(CLOUD_AWS, NULL); place;
         place = place_next(CLOUD_AWS, place)) {
        if (!place_is_first(place))
            continue;
        xml_open(body, "item");
        xml_text(body, "regionName", place->region);
        xml_text(body, "optInStatus", "opt-in-not-required");
        xml_close(body, "item");
    }
    xml_close(body, "regionInfo");
    xml_end(query);
}

static void write_gpu(kit_buf *body, const struct sale *sale)
{
    xml_open(body, "gpuInfo");
    xml_open(body, "gpus");
    xml_open(body, "item");
    xml_text(body, "name", sale->gpu);
    xml_text(body, "manufacturer", "NVIDIA");
    xml_number(body, "count", 1);
    xml_open(body, "memoryInfo");
    xml_number(body, "sizeInMiB", sale->gpu_mib);
    xml_close(body, "memoryInfo");
    xml_close(body, "item");
    xml_close(body, "gpus");
    xml_close(body, "gpuInfo");
}

static void write_type(kit_buf *body, const struct sale *sale)
{
    xml_open(body, "item");
    xml_text(body, "instanceType", sale->type);
    kit_buf_add_text(body, "<supportedUsageClasses><item>on-demand</item><item>spot</item>"
                           "</supportedUsageClasses><bareMetal>false</bareMetal>\n"
                           "<processorInfo><supportedArchitectures>");
    xml_text(body, "item", arch_word(sale->arch));
    kit_buf_add_text(body, "</supportedArchitectures></processorInfo><vCpuInfo>");
    xml_number(body, "defaultVCpus", sale->vcpus);
    kit_buf_add_text(body, "</vCpuInfo><memoryInfo>");
    xml_number(body, "sizeInMiB", sale->memory_mib);
    kit_buf_add_text(body, "</memoryInfo>"
                           "<instanceStorageSupported>false</instanceStorageSupported>\n");
    if (sale->gpu)
        write_gpu(body, sale);
    xml_close(body, "item");
}

void ec2_types(struct query *query)
{
    kit_buf *body = &query->call->answer->body;
    xml_begin(query);
    xml_open(body, "instanceTypeSet");
    for (const struct sale *sale = sale_next(CLOUD_AWS, NULL); sale;
         sale = sale_next(CLOUD_AWS, sale))
        write_type(body, sale);
    xml_close(body, "instanceTypeSet");
    xml_end(query);
}

/* Writes an item for each type in each zone of the region. */
static void each_zone(struct query *query,
                      void (*write)(kit_buf *body, const struct sale *sale, const char *zone))
{
    kit_buf *body = &query->call->answer->body;
    for (const struct place *place = place_next(CLOUD_AWS, NULL); place;
         place = place_next(CLOUD_AWS, place)) {
        if (strcmp(place->region, query->region) != 0)
            continue;
        for (const struct sale *sale = sale_next(CLOUD_AWS, NULL); sale;
             sale = sale_next(CLOUD_AWS, sale)) {
            xml_open(body, "item");
            xml_text(body, "instanceType", sale->type);
            write(body, sale, place->zone);
            xml_close(body, "item");
        }
    }
}

static void write_zone(kit_buf *body, const struct sale *sale, const char *zone)
{
    (void)sale;
    xml_text(body, "locationType", "availability-zone");
    xml_text(body, "location", zone);
}

void ec2_zones(struct query *query)
{
    xml_begin(query);
    xml_open(&query->call->answer->body, "instanceTypeOfferingSet");
    each_zone(query, write_zone);
    xml_close(&query->call->answer->body, "instanceTypeOfferingSet");
    xml_end(query);
}

static void write_spot(kit_buf *body, const struct sale *sale, const char *zone)
{
    xml_text(body, "availabilityZone", zone);
    xml_text(body, "productDescription", "Linux/UNIX");
    kit_buf_addf(body, "<spotPrice>0.%09u</spotPrice>", (unsigned)sale->spot_nusd);
    xml_text(body, "timestamp", "2026-06-01T11:40:00.000Z");
}

void ec2_spot_prices(struct query *query)
{
    xml_begin(query);
    xml_open(&query->call->answer->body, "spotPriceHistorySet");
    each_zone(query, write_spot);
    xml_close(&query->call->answer->body, "spotPriceHistorySet");
    xml_end(query);
}

/* ---- images ---- */

const char *ec2_image_of(uint32_t arch)
{
    return arch == AW_ARCH_ARM64 ? "ami-0c1a7f89451184c8b" : "ami-0e86e20dae9224db8";
}

void ec2_images(struct query *query)
{
    kit_buf *body = &query->call->answer->body;
    const char *id = text_of(query->form, "ImageId.1");
    bool is_arm64 = strcmp(id, ec2_image_of(AW_ARCH_ARM64)) == 0;
    if (!is_arm64 && strcmp(id, ec2_image_of(AW_ARCH_AMD64)) != 0)
        return aws_fail(query->call, 400, "InvalidAMIID.NotFound", "The image id does not exist");
    xml_begin(query);
    kit_buf_add_text(body, "<imagesSet><item>");
    xml_text(body, "imageId", id);
    xml_text(body, "name", "ubuntu-noble-24.04-server");
    xml_text(body, "imageState", "available");
    xml_text(body, "architecture", arch_word(is_arm64 ? AW_ARCH_ARM64 : AW_ARCH_AMD64));
    xml_text(body, "rootDeviceType", "ebs");
    xml_text(body, "rootDeviceName", "/dev/sda1");
    kit_buf_add_text(body, "<blockDeviceMapping><item><deviceName>/dev/sda1</deviceName><ebs>"
                           "<volumeSize>8</volumeSize></ebs></item></blockDeviceMapping>"
                           "</item></imagesSet>");
    xml_end(query);
}
