/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a listing as text on disk: a line that says what it is and who was asked, a line a type, and a last
 * line that proves it whole. What is read may be anything: no line counts before all have been checked. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

#define LAST_LINE "end\n"

enum {
    LARGEST = 8 << 20,
    LONGEST_LINE = 1024,
    LONGEST_KEY = 128
};

static void key_write(char key[LONGEST_KEY], const struct aws_listing *listing,
                      const struct aws_kept *kept)
{
    snprintf(key, LONGEST_KEY, "%s-%s", kept->name, listing->region);
}

/* Facts of another endpoint, of a stand-in for AWS, are not AWS's. */
static const char *first_line(aw_op *op, const struct aws_listing *listing,
                              const struct aws_kept *kept)
{
    const char *place = NULL;
    const char *url = aws_endpoint(op, kept->service, listing->region, &place);
    kit_buf line;
    if (!url)
        return NULL;
    kit_buf_init(&line, kit_op_memory(op), LARGEST);
    kit_buf_addf(&line, "archway-aws %s %s\n", kept->name, url);
    return kit_buf_text(&line);
}

/* Nothing is no fact worth keeping. */
void aws_kept_save(aw_op *op, const struct aws_listing *listing, const struct aws_kept *kept)
{
    char key[LONGEST_KEY];
    kit_buf text;
    const char *first = first_line(op, listing, kept);
    if (!first)
        return;
    kit_buf_init(&text, kit_op_memory(op), LARGEST);
    kit_buf_add_text(&text, first);
    size_t empty = text.size;
    for (const struct aws_type *type = listing->types; type; type = type->next)
        kept->save(&text, type);
    bool is_empty = text.size == empty;
    kit_buf_add_text(&text, LAST_LINE);
    key_write(key, listing, kept);
    if (kit_buf_text(&text) && !is_empty)
        aw_cache_put(op, key, kit_buf_text(&text), text.size);
}

int aws_kept_number(const char *text, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (!text || !*text)
        return -1;
    for (; *text; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*text < '0' || *text > '9' || number > (max - digit) / 10 || digit > max)
            return -1;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return 0;
}

/* Cuts a line at its tabs, in place. Fields that are not there are NULL. */
static int split(char *line, char *ret_fields[AWS_KEPT_FIELDS])
{
    size_t count = 0;
    memset(ret_fields, 0, AWS_KEPT_FIELDS * sizeof *ret_fields);
    for (char *field = line; field; count++) {
        if (count == AWS_KEPT_FIELDS)
            return -1;
        ret_fields[count] = field;
        field = strchr(field, '\t');
        if (field)
            *field++ = '\0';
    }
    return 0;
}

static int check_line(const struct aws_kept *kept, const char *line, size_t size)
{
    char copy[LONGEST_LINE];
    char *fields[AWS_KEPT_FIELDS];
    if (size >= sizeof copy)
        return -1;
    memcpy(copy, line, size);
    copy[size] = '\0';
    return split(copy, fields) || kept->load(fields, NULL) ? -1 : 0;
}

static int check(const struct aws_kept *kept, const char *lines)
{
    while (strcmp(lines, LAST_LINE) != 0) {
        size_t size = strcspn(lines, "\n");
        if (lines[size] == '\0' || check_line(kept, lines, size))
            return -1;
        lines += size + 1;
    }
    return 0;
}

static int take_over(aw_op *op, struct aws_listing *listing, const struct aws_kept *kept,
                     char *lines)
{
    char *fields[AWS_KEPT_FIELDS];
    aw_error ignored = {.size = sizeof ignored};
    while (strcmp(lines, LAST_LINE) != 0) {
        char *line = lines;
        size_t size = strcspn(line, "\n");
        line[size] = '\0';
        lines += size + 1;
        if (split(line, fields))
            return -1;
        struct aws_type *type = aws_listing_type(op, listing, fields[0], &ignored);
        if (type && kept->load(fields, type))
            return -1;
    }
    return 0;
}

int aws_kept_load(aw_op *op, struct aws_listing *listing, const struct aws_kept *kept,
                  uint64_t max_age_ms, uint64_t *ret_age_ms)
{
    char key[LONGEST_KEY];
    aw_bytes content;
    uint64_t age_ms = 0;
    key_write(key, listing, kept);
    if (aw_cache_get(op, key, max_age_ms, &content, &age_ms))
        return -1;
    const char *first = first_line(op, listing, kept);
    char *text = first ? kit_copy(op, content.data, content.size) : NULL;
    size_t size = first ? strlen(first) : 0;
    if (!text || strncmp(text, first, size) != 0 || check(kept, text + size))
        return -1;
    *ret_age_ms = age_ms;
    return take_over(op, listing, kept, text + size);
}
