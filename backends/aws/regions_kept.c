/* SPDX-License-Identifier: Apache-2.0 */
/* The regions of the last time, for when AWS cannot be asked: without them nothing that is kept of a region would
 * be found. */
#include "backends/aws/offers.h"

#include <string.h>

#define KEY "regions-1"
#define LAST_LINE "end\n"

enum {
    LARGEST = 1 << 16,
    MOST_REGIONS = 200,
    LONGEST_NAME = 64
};

static const char *first_line(aw_op *op)
{
    const char *place = NULL;
    const char *url = aws_endpoint(op, AWS_EC2, NULL, &place);
    kit_buf line;
    if (!url)
        return NULL;
    kit_buf_init(&line, kit_op_memory(op), LARGEST);
    kit_buf_addf(&line, "archway-aws " KEY " %s\n", url);
    return kit_buf_text(&line);
}

void aws_regions_keep(aw_op *op, const char *names)
{
    const char *first = first_line(op);
    kit_buf text;
    if (!first || !*names)
        return;
    kit_buf_init(&text, kit_op_memory(op), LARGEST);
    kit_buf_add_text(&text, first);
    kit_buf_add_text(&text, names);
    kit_buf_add_text(&text, LAST_LINE);
    if (kit_buf_text(&text))
        aw_cache_put(op, KEY, kit_buf_text(&text), text.size);
}

/* The number of names, or -1 when a line is none. */
static int count_names(const char *lines)
{
    int count = 0;
    while (strcmp(lines, LAST_LINE) != 0) {
        size_t size = strspn(lines, "abcdefghijklmnopqrstuvwxyz0123456789-");
        if (size == 0 || size > LONGEST_NAME || lines[size] != '\n' || ++count > MOST_REGIONS)
            return -1;
        lines += size + 1;
    }
    return count;
}

static void emit_names(aw_op *op, char *lines)
{
    while (strcmp(lines, LAST_LINE) != 0) {
        aw_region region = {.size = sizeof region, .name = lines};
        char *end = strchr(lines, '\n');
        *end = '\0';
        aw_emit_region(op, &region);
        lines = end + 1;
    }
}

int aws_regions_recall(aw_op *op)
{
    aw_bytes content;
    uint64_t age_ms = 0;
    if (aw_cache_get(op, KEY, UINT64_MAX, &content, &age_ms))
        return -1;
    const char *first = first_line(op);
    char *text = first ? kit_copy(op, content.data, content.size) : NULL;
    size_t size = first ? strlen(first) : 0;
    if (!text || strncmp(text, first, size) != 0 || count_names(text + size) < 1)
        return -1;
    emit_names(op, text + size);
    return 0;
}
