/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the headers that a signer adds. */
#include "header_collector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(aw_header_sink *sink, const char *name, const char *value, size_t value_size,
                int32_t secret)
{
    struct header_collector *collector = (struct header_collector *)(void *)sink;
    assert_true(collector->count < COLLECTED_HEADERS);
    assert_true(value_size < COLLECTED_VALUE);
    struct collected_header *item = &collector->items[collector->count++];
    snprintf(item->name, sizeof item->name, "%s", name);
    memcpy(item->value, value, value_size);
    item->value[value_size] = '\0';
    item->secret = secret;
}

void collector_init(struct header_collector *collector)
{
    collector->face = (aw_header_sink){.size = sizeof collector->face, .add = add};
    collector->count = 0;
}

const struct collected_header *collected(const struct header_collector *collector, const char *name)
{
    const struct collected_header *found = NULL;
    for (size_t i = 0; i < collector->count; i++) {
        if (strcmp(collector->items[i].name, name) != 0)
            continue;
        assert_null(found);
        found = &collector->items[i];
    }
    return found;
}

const char *collected_value(const struct header_collector *collector, const char *name)
{
    const struct collected_header *header = collected(collector, name);
    return header ? header->value : "";
}
