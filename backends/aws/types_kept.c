/* SPDX-License-Identifier: Apache-2.0 */
/* Instance types as lines of text: NAME ARCHS USAGES VCPUS MEMORY DISK, and COUNT MEMORY VENDOR NAME of what
 * accelerators they have; or NAME ! PROBLEM. */
#include "backends/aws/offers.h"

#include <string.h>

#define HOUR_MS UINT64_C(3600000)

static void save(kit_buf *text, const struct aws_type *type)
{
    if (!type->is_described)
        return;
    if (type->problem) {
        kit_buf_addf(text, "%s\t!\t%s\n", type->name, type->problem);
        return;
    }
    kit_buf_addf(text, "%s\t%u\t%u\t%u\t%u\t%u", type->name, (unsigned)type->archs,
                 (unsigned)type->usages, (unsigned)type->vcpus, (unsigned)type->memory_mib,
                 (unsigned)type->disk_mib);
    if (type->gpus.count)
        kit_buf_addf(text, "\t%u\t%u\t%s\t%s", (unsigned)type->gpus.count,
                     (unsigned)type->gpus.memory_mib, type->gpus.vendor, type->gpus.name);
    kit_buf_add_char(text, '\n');
}

static int number_load(const char *field, uint64_t max, uint32_t *ret_number)
{
    uint64_t number = 0;
    if (kit_kept_number(field, max, &number))
        return -1;
    *ret_number = (uint32_t)number;
    return 0;
}

static int gpus_load(char *const fields[KIT_KEPT_FIELDS], struct aws_gpus *ret_gpus)
{
    if (!fields[6])
        return 0;
    if (number_load(fields[6], UINT32_MAX, &ret_gpus->count) || ret_gpus->count == 0 ||
        number_load(fields[7], UINT32_MAX, &ret_gpus->memory_mib))
        return -1;
    ret_gpus->vendor = fields[8];
    ret_gpus->name = fields[9];
    return fields[8] && *fields[8] && fields[9] && *fields[9] ? 0 : -1;
}

static int facts_load(char *const fields[KIT_KEPT_FIELDS], struct aws_type *ret_type)
{
    if (fields[1] && strcmp(fields[1], "!") == 0) {
        ret_type->problem = fields[2];
        return fields[2] && !fields[3] ? 0 : -1;
    }
    uint32_t archs = 0;
    uint32_t usages = 0;
    if (number_load(fields[1], AW_ARCH_ANY, &archs) ||
        number_load(fields[2], AWS_ON_DEMAND | AWS_SPOT | AWS_CAPACITY_BLOCK, &usages) ||
        number_load(fields[3], UINT32_MAX, &ret_type->vcpus) || ret_type->vcpus == 0 ||
        number_load(fields[4], UINT32_MAX, &ret_type->memory_mib) ||
        number_load(fields[5], UINT32_MAX, &ret_type->disk_mib))
        return -1;
    ret_type->archs = (uint8_t)archs;
    ret_type->usages = (uint8_t)usages;
    return gpus_load(fields, &ret_type->gpus);
}

static int load(char *const fields[KIT_KEPT_FIELDS], struct aws_type *type)
{
    struct aws_type checked = {.problem = NULL};
    if (!type)
        return facts_load(fields, &checked);
    if (type->is_described)
        return 0;
    type->is_described = true;
    return facts_load(fields, type);
}

const struct aws_kept aws_types_kept = {
    .name = "types-1", .service = AWS_EC2, .fresh_ms = HOUR_MS, .save = save, .load = load};
