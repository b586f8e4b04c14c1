/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and reading facts that are kept. */
#include "kit/kept.h"

#include <stdio.h>
#include <string.h>

#define LAST_LINE "end\n"
#define MINUTE_MS UINT64_C(60000)

enum {
    LARGEST = 8 << 20,
    LONGEST_LINE = 1024
};

void kit_kept_begin(kit_buf *text, const struct kit_kept *kept)
{
    kit_buf_init(text, kit_heap_memory(), LARGEST);
    kit_buf_addf(text, "%s\n", kept->first);
}

/* Nothing is no fact worth keeping. */
void kit_kept_save(kit_buf *text, aw_op *op, const struct kit_kept *kept)
{
    int is_empty = text->size == strlen(kept->first) + 1;
    kit_buf_add_text(text, LAST_LINE);
    if (kit_buf_text(text) && !is_empty)
        aw_cache_put(op, kept->key, kit_buf_text(text), text->size);
    kit_buf_finish(text);
}

int kit_kept_number(const char *text, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (!text || !*text)
        return -1;
    for (; *text; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*text < '0' || *text > '9' || digit > max || number > (max - digit) / 10)
            return -1;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return 0;
}

/* Cuts a line at its tabs, in place. */
static int split(char *line, char *ret_fields[KIT_KEPT_FIELDS])
{
    size_t count = 0;
    memset(ret_fields, 0, KIT_KEPT_FIELDS * sizeof *ret_fields);
    for (char *field = line; field; count++) {
        if (count == KIT_KEPT_FIELDS)
            return -1;
        ret_fields[count] = field;
        field = strchr(field, '\t');
        if (field)
            *field++ = '\0';
    }
    return 0;
}

/* What a load goes through. */
struct reading {
    aw_op *op;
    const struct kit_kept *kept;
    void *owner;
};

static int check_line(const struct reading *reading, const char *line, size_t size)
{
    char copy[LONGEST_LINE];
    char *fields[KIT_KEPT_FIELDS];
    if (size >= sizeof copy)
        return -1;
    memcpy(copy, line, size);
    copy[size] = '\0';
    return split(copy, fields) || reading->kept->load(reading->op, reading->owner, fields, 1) ? -1
                                                                                              : 0;
}

static int check(const struct reading *reading, const char *lines)
{
    while (strcmp(lines, LAST_LINE) != 0) {
        size_t size = strcspn(lines, "\n");
        if (lines[size] == '\0' || check_line(reading, lines, size))
            return -1;
        lines += size + 1;
    }
    return 0;
}

static int take_over(const struct reading *reading, char *lines)
{
    char *fields[KIT_KEPT_FIELDS];
    while (strcmp(lines, LAST_LINE) != 0) {
        char *line = lines;
        size_t size = strcspn(line, "\n");
        line[size] = '\0';
        lines += size + 1;
        if (split(line, fields) || reading->kept->load(reading->op, reading->owner, fields, 0))
            return -1;
    }
    return 0;
}

int kit_kept_load(aw_op *op, const struct kit_kept *kept, void *owner, uint64_t max_age_ms,
                  uint64_t *ret_age_ms)
{
    aw_bytes content;
    uint64_t age_ms = 0;
    size_t size = strlen(kept->first);
    const struct reading reading = {op, kept, owner};
    if (aw_cache_get(op, kept->key, max_age_ms, &content, &age_ms))
        return -1;
    char *text = kit_copy(op, content.data, content.size);
    if (!text || strncmp(text, kept->first, size) != 0 || text[size] != '\n' ||
        check(&reading, text + size + 1))
        return -1;
    *ret_age_ms = age_ms;
    return take_over(&reading, text + size + 1);
}

void kit_kept_age(uint64_t age_ms, char *text, size_t size)
{
    uint64_t minutes = age_ms / MINUTE_MS;
    if (minutes < 120)
        snprintf(text, size, "%u minutes", (unsigned)minutes);
    else if (minutes < UINT64_C(48) * 60)
        snprintf(text, size, "%u hours", (unsigned)(minutes / 60));
    else
        snprintf(text, size, "%u days", (unsigned)(minutes / 60 / 24));
}
