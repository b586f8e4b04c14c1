/* SPDX-License-Identifier: Apache-2.0 */
/* The instance types of a region: DescribeInstanceTypes, a page at a time, kept as a few numbers each. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <string.h>

enum {
    MOST_PAGES = 200,
    MOST_VCPUS = 65535,
    MOST_MEMORY_MIB = 1 << 30,
    MOST_DISK_GB = 4000000
};

#define BYTES_PER_GB UINT64_C(1000000000)
#define BYTES_PER_MIB (UINT64_C(1) << 20)

static void ask(kit_request *request, aw_op *op, void *part, const char *token)
{
    const struct aws_listing *listing = ((const struct aws_part *)part)->listing;
    aws_query_init(request, op, AWS_EC2, aws_types_part.pages.name, listing->region);
    aws_query_add(request, "100", "MaxResults");
    aws_query_add(request, token, "NextToken");
}

/* ---- an item ---- */

static bool is_macos(const char *word)
{
    size_t size = strlen(word);
    return size > 4 && strcmp(word + size - 4, "_mac") == 0;
}

/* Only what EC2 states counts, never the name of the type. A word beside one that is known ("i386" beside
 * "x86_64") takes nothing away; alone it is a mistake to guess. */
static void archs_read(aw_op *op, kit_xml *document, const kit_xml_node *item,
                       struct aws_type *type)
{
    const kit_xml_node *processor = kit_xml_child(document, item, "processorInfo");
    const kit_xml_node *set = kit_xml_child(document, processor, "supportedArchitectures");
    const kit_xml_node *word = kit_xml_first(set, "item");
    const char *unknown = word ? NULL : "";
    uint32_t archs = 0;
    for (; word; word = kit_xml_next(word, "item")) {
        uint32_t arch = is_macos(word->text) ? AW_ARCH_UNKNOWN : aw_arch(op, word->text);
        archs |= arch;
        if (arch == AW_ARCH_UNKNOWN && !is_macos(word->text) && !unknown)
            unknown = word->text;
    }
    type->archs = (uint8_t)archs;
    if (archs == 0 && unknown && !document->error.code)
        kit_error_set(&document->error, AW_E_PROTOCOL,
                      "its architecture \"%.40s\" is neither amd64 nor arm64 by any known name",
                      unknown);
}

/* A type that says nothing of it can be rented as ever. */
static uint32_t usages_read(const kit_xml_node *item)
{
    static const struct {
        const char *word;
        uint32_t usage;
    } known[] = {
        {"on-demand", AWS_ON_DEMAND}, {"spot", AWS_SPOT}, {"capacity-block", AWS_CAPACITY_BLOCK}};
    const kit_xml_node *set = kit_xml_find(item, "supportedUsageClasses");
    const kit_xml_node *word = kit_xml_first(set, "item");
    uint32_t usages = set ? 0 : AWS_ON_DEMAND;
    for (; word; word = kit_xml_next(word, "item"))
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            usages |= strcmp(word->text, known[i].word) == 0 ? known[i].usage : 0;
    return usages;
}

/* Disks are sold by the decimal gigabyte. */
static uint32_t disk_mib_read(kit_xml *document, const kit_xml_node *item)
{
    const kit_xml_node *storage = kit_xml_find(item, "instanceStorageInfo");
    int64_t gb = kit_xml_find_integer(document, storage, "totalSizeInGB", 0, MOST_DISK_GB, 0);
    return (uint32_t)((uint64_t)gb * BYTES_PER_GB / BYTES_PER_MIB);
}

static void facts_read(aw_op *op, kit_xml *document, const kit_xml_node *item,
                       struct aws_type *type)
{
    const kit_xml_node *vcpus = kit_xml_child(document, item, "vCpuInfo");
    const kit_xml_node *memory = kit_xml_child(document, item, "memoryInfo");
    type->vcpus = (uint32_t)kit_xml_integer(document, vcpus, "defaultVCpus", 1, MOST_VCPUS);
    type->memory_mib = (uint32_t)kit_xml_integer(document, memory, "sizeInMiB", 1, MOST_MEMORY_MIB);
    type->disk_mib = disk_mib_read(document, item);
    type->usages = (uint8_t)usages_read(item);
    archs_read(op, document, item, type);
    aws_gpus_read(op, document, item, &type->gpus);
}

/* What is wrong with one type is kept with it, so that it is told whenever it is left out. */
static void problem_keep(aw_op *op, kit_xml *document, struct aws_type *type)
{
    char clean[sizeof document->error.message];
    if (document->error.code == AW_OK || document->error.code == AW_E_NO_MEMORY)
        return;
    kit_error_text(clean, sizeof clean, document->error.message);
    type->problem = kit_copy_text(op, clean);
    kit_xml_forgive(document);
    if (!type->problem)
        kit_error_set(&document->error, AW_E_NO_MEMORY, "no memory for a problem");
}

static void item_read(aw_op *op, struct aws_part *part, kit_xml *document, const kit_xml_node *item)
{
    aw_error error = {.size = sizeof error};
    const char *name = kit_xml_find_text(item, "instanceType", "");
    struct aws_type *type = aws_listing_type(op, part->listing, name, &error);
    if (!type && error.code == AW_E_NO_MEMORY)
        document->error = error;
    else if (!type)
        aws_part_leave_out(part, error.message);
    if (!type)
        return;
    type->is_described = true;
    facts_read(op, document, item, type);
    problem_keep(op, document, type);
}

static const char *const wanted[] = {"instanceTypeSet",
                                     "item",
                                     "instanceType",
                                     "supportedUsageClasses",
                                     "processorInfo",
                                     "supportedArchitectures",
                                     "vCpuInfo",
                                     "defaultVCpus",
                                     "memoryInfo",
                                     "sizeInMiB",
                                     "instanceStorageInfo",
                                     "totalSizeInGB",
                                     "gpuInfo",
                                     "gpus",
                                     "name",
                                     "manufacturer",
                                     "count",
                                     "logicalGpuCount",
                                     "neuronInfo",
                                     "neuronDevices",
                                     "inferenceAcceleratorInfo",
                                     "accelerators",
                                     "nextToken",
                                     NULL};

static const struct aws_items items = {.action = "DescribeInstanceTypes",
                                       .set = "instanceTypeSet",
                                       .wanted = wanted,
                                       .read = item_read};

static int page_read(aw_op *op, void *part, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    return aws_items_read(op, part, &items, answer, ret_token, ret_error);
}

const struct aws_part_kind aws_types_part = {
    .what = "instance types",
    .pages = {.title = "AWS",
              .name = "DescribeInstanceTypes",
              .most = MOST_PAGES,
              .ask = ask,
              .read = page_read,
              .ended = aws_part_ended},
    .kept = &aws_types_kept,
};
