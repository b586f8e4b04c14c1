/* SPDX-License-Identifier: Apache-2.0 */
/* The accelerators of an instance type. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <ctype.h>
#include <string.h>

enum {
    MOST_GPUS = 1024,
    MOST_MEMORY_MIB = 1 << 26,
    LONGEST_NAME = 64
};

/* Where EC2 tells of them; the first that is there counts. What is in `neuronInfo` is told again, with fewer
 * facts, as the inference accelerators of older types. */
static const struct {
    const char *info;
    const char *set;
    const char *vendor; /* where the items do not name it */
} places[] = {
    {"gpuInfo", "gpus", ""},
    {"neuronInfo", "neuronDevices", "aws"},
    {"inferenceAcceleratorInfo", "accelerators", "aws"},
};

/* Names that say more than which accelerator it is. */
static const char *const brands[] = {"Radeon Pro ", "Tesla "};
static const char gaudi[] = "Gaudi HL-";

/* A fraction of a GPU counts 0 GPUs and 1 logical one. What is listed is there, whatever it counts. */
static uint32_t count_read(kit_xml *document, const kit_xml_node *item)
{
    int64_t count = kit_xml_find_integer(document, item, "count", 0, MOST_GPUS, 0);
    if (count == 0)
        count = kit_xml_find_integer(document, item, "logicalGpuCount", 0, MOST_GPUS, 0);
    return count > 0 ? (uint32_t)count : 1;
}

static const char *copy_lower(aw_op *op, const char *text)
{
    char *copy = kit_copy_text(op, text);
    for (char *at = copy; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static const char *copy_name(aw_op *op, const char *full)
{
    for (size_t i = 0; i < sizeof brands / sizeof brands[0]; i++)
        if (strncmp(full, brands[i], strlen(brands[i])) == 0)
            full += strlen(brands[i]);
    return strncmp(full, gaudi, strlen(gaudi)) == 0 ? "Gaudi" : kit_copy_text(op, full);
}

static void names_read(aw_op *op, kit_xml *document, const kit_xml_node *item, const char *vendor,
                       struct aws_gpus *gpus)
{
    char clean[2][LONGEST_NAME];
    const char *maker = kit_xml_find_text(item, "manufacturer", "");
    kit_error_text(clean[0], LONGEST_NAME, *maker ? maker : vendor);
    kit_error_text(clean[1], LONGEST_NAME, kit_xml_text(document, item, "name"));
    if (document->error.code)
        return;
    gpus->vendor = copy_lower(op, clean[0]);
    gpus->name = copy_name(op, clean[1]);
    if (!gpus->vendor || !gpus->name)
        kit_error_set(&document->error, AW_E_NO_MEMORY, "no memory for a GPU");
    else if (!*gpus->vendor || !*gpus->name)
        kit_error_set(&document->error, AW_E_PROTOCOL, "its accelerator has no name or maker");
}

static uint32_t memory_read(kit_xml *document, const kit_xml_node *item)
{
    const kit_xml_node *memory = kit_xml_find(item, "memoryInfo");
    return (uint32_t)kit_xml_find_integer(document, memory, "sizeInMiB", 0, MOST_MEMORY_MIB, 0);
}

static bool is_alike(const struct aws_gpus *one, const struct aws_gpus *other)
{
    return one->memory_mib == other->memory_mib && strcmp(one->vendor, other->vendor) == 0 &&
           strcmp(one->name, other->name) == 0;
}

static void add(kit_xml *document, struct aws_gpus *sum, const struct aws_gpus *more)
{
    if (sum->count == 0)
        *sum = *more;
    else if (!is_alike(sum, more))
        kit_error_set(&document->error, AW_E_PROTOCOL,
                      "it has accelerators of several kinds, \"%s\" and \"%s\", and an offer can "
                      "name one",
                      sum->name, more->name);
    else
        sum->count += more->count;
}

void aws_gpus_read(aw_op *op, kit_xml *document, const kit_xml_node *item,
                   struct aws_gpus *ret_gpus)
{
    struct aws_gpus sum = {.count = 0};
    for (size_t i = 0; i < sizeof places / sizeof places[0] && sum.count == 0; i++) {
        const kit_xml_node *info = kit_xml_find(item, places[i].info);
        const kit_xml_node *set = kit_xml_find(info, places[i].set);
        const kit_xml_node *one = kit_xml_first(set, "item");
        for (; one && !document->error.code; one = kit_xml_next(one, "item")) {
            struct aws_gpus gpus = {.count = count_read(document, one),
                                    .memory_mib = memory_read(document, one)};
            names_read(op, document, one, places[i].vendor, &gpus);
            if (!document->error.code)
                add(document, &sum, &gpus);
        }
    }
    *ret_gpus = sum;
}
