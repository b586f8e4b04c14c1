/* SPDX-License-Identifier: Apache-2.0 */
/* The regions of the last time, a line each, for when AWS cannot be asked: without them nothing that is kept of a
 * region would be found. */
#include "backends/aws/offers.h"

#include <string.h>

#define KEY "regions-1"

enum {
    MOST_REGIONS = 200,
    LONGEST_FIRST = 1024,
    LONGEST_NAME = 64
};

static bool is_name(const char *text)
{
    size_t size = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
    return size > 0 && size <= LONGEST_NAME && text[size] == '\0';
}

static int load(aw_op *op, void *owner, char *const fields[KIT_KEPT_FIELDS], int only_check)
{
    const aw_region region = {.size = sizeof region, .name = fields[0]};
    unsigned *count = owner;
    if (!is_name(fields[0]) || fields[1] || (only_check && ++*count > MOST_REGIONS))
        return -1;
    if (!only_check)
        aw_emit_region(op, &region);
    return 0;
}

/* Of another endpoint they are not AWS's. -1: no memory. */
static int kept_init(aw_op *op, struct kit_kept *kept)
{
    const char *place = NULL;
    const char *url = aws_endpoint(op, AWS_EC2, NULL, &place);
    kit_buf first;
    if (!url)
        return -1;
    kit_buf_init(&first, kit_op_memory(op), LONGEST_FIRST);
    kit_buf_addf(&first, "archway-aws " KEY " %s", url);
    *kept = (struct kit_kept){.key = KEY, .first = kit_buf_text(&first), .load = load};
    return kept->first ? 0 : -1;
}

void aws_regions_keep(aw_op *op, const char *names)
{
    struct kit_kept kept;
    kit_buf text;
    if (kept_init(op, &kept))
        return;
    kit_kept_begin(&text, &kept);
    kit_buf_add_text(&text, names);
    kit_kept_save(&text, op, &kept);
}

int aws_regions_recall(aw_op *op)
{
    struct kit_kept kept;
    uint64_t age_ms = 0;
    unsigned count = 0;
    if (kept_init(op, &kept) || kit_kept_load(op, &kept, &count, UINT64_MAX, &age_ms))
        return -1;
    return count > 0 ? 0 : -1;
}
