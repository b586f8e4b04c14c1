/* SPDX-License-Identifier: Apache-2.0 */
/* Prices, sizes, times and names as people read them. */
#include "cli/text.h"

#include "cli/memory.h"
#include "kit/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NUSD_PER_USD 1000000000u
#define NUSD_PER_SHOWN 100000u /* the fourth digit */
#define MIB_PER_GIB 1024u

void text_add_clean(kit_buf *buf, const char *text)
{
    if (!text || !*text)
        return;
    size_t size = strlen(text) + 1;
    KIT_CLEANUP(cli_free_text) char *clean = cli_alloc(size, 1);
    kit_error_text(clean, size, text);
    kit_buf_add_text(buf, clean);
}

void text_add_words(kit_buf *buf, const char *name)
{
    for (; *name; name++)
        kit_buf_add_char(buf, *name == '_' ? ' ' : *name);
}

void text_add_dollars(kit_buf *buf, uint64_t nusd)
{
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRIu64 ".%09" PRIu64, nusd / NUSD_PER_USD,
                        nusd % NUSD_PER_USD);
    while (digits[size - 1] == '0' && digits[size - 3] != '.')
        size--;
    kit_buf_add(buf, digits, (size_t)size);
}

void text_add_short_dollars(kit_buf *buf, uint64_t nusd)
{
    uint64_t over = nusd % NUSD_PER_SHOWN;
    text_add_dollars(buf, over * 2 < NUSD_PER_SHOWN || nusd > UINT64_MAX - NUSD_PER_SHOWN
                              ? nusd - over
                              : nusd - over + NUSD_PER_SHOWN);
}

void text_add_size(kit_buf *buf, uint64_t mib)
{
    uint64_t gib = mib / MIB_PER_GIB;
    uint64_t tenths = mib % MIB_PER_GIB * 10 / MIB_PER_GIB;
    if (gib == 0)
        kit_buf_addf(buf, "%" PRIu64 "MB", mib);
    else if (gib >= 10 * MIB_PER_GIB)
        kit_buf_addf(buf, "%" PRIu64 "TB", gib / MIB_PER_GIB);
    else if (tenths > 0)
        kit_buf_addf(buf, "%" PRIu64 ".%" PRIu64 "GB", gib, tenths);
    else
        kit_buf_addf(buf, "%" PRIu64 "GB", gib);
}

void text_add_time(kit_buf *buf, uint64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[64];
    if (wall_ms == 0 || !gmtime_r(&seconds, &parts) || parts.tm_year > 9999 - 1900)
        return;
    kit_buf_add(buf, text, strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts));
}

void text_add_gpu(kit_buf *buf, const aw_gpu *gpu)
{
    if (!gpu)
        return;
    kit_buf_addf(buf, "%" PRIu32 "x ", gpu->count);
    text_add_clean(buf, gpu->name);
    if (gpu->memory_mib == 0)
        return;
    kit_buf_add_char(buf, ' ');
    text_add_size(buf, gpu->memory_mib);
}

void text_add_ref(kit_buf *buf, const char *backend, const char *region, const char *id)
{
    text_add_clean(buf, backend);
    kit_buf_add_char(buf, '/');
    text_add_clean(buf, region && *region ? region : "-");
    kit_buf_add_char(buf, '/');
    text_add_clean(buf, id);
}

const char *text_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

size_t text_columns(const char *text, size_t size)
{
    size_t columns = 0;
    for (size_t i = 0; i < size; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}
