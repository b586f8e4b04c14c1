/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing the tags of a machine's life. */
#include "kit/tags.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MOST_DIGITS 12 /* until the year 33658 */

void kit_expires_text(uint64_t expires_at_ms, char ret_text[KIT_EXPIRES_SIZE])
{
    uint64_t seconds = expires_at_ms / 1000 + (expires_at_ms % 1000 > 0);
    ret_text[0] = '\0';
    if (expires_at_ms)
        snprintf(ret_text, KIT_EXPIRES_SIZE, "%" PRIu64, seconds);
}

uint64_t kit_expires_read(const char *text)
{
    uint64_t seconds = 0;
    size_t size = text ? strlen(text) : 0;
    if (size == 0 || size > MOST_DIGITS || strspn(text, "0123456789") != size)
        return 0;
    for (; *text; text++)
        seconds = seconds * 10 + (uint64_t)(*text - '0');
    return seconds * 1000;
}

uint32_t kit_keep_read(const char *text)
{
    static const char *const refusals[] = {"no", "false", "0"};
    for (size_t i = 0; text && i < sizeof refusals / sizeof refusals[0]; i++)
        if (strcasecmp(text, refusals[i]) == 0)
            return 0;
    return text != NULL;
}
