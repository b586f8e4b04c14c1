/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions of SKUs, a line each: what is taken for a part has a name, and is no offer on other terms. */
#include "tests/fuzz/fuzz.h"

#include "backends/gcp/prices.h"

#include <stdlib.h>
#include <string.h>

static void check(const char *description)
{
    struct gcp_part part;
    memset(&part, 0xff, sizeof part);
    if (!gcp_part_read(description, &part))
        return;
    FUZZ_CHECK((unsigned)part.kind < GCP_KINDS);
    FUZZ_CHECK(memchr(part.name, '\0', sizeof part.name) && part.name[0]);
    FUZZ_CHECK(part.name[strspn(part.name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0');
    FUZZ_CHECK(!strstr(description, "Commitment") && !strstr(description, "Custom"));
    FUZZ_CHECK(!strstr(description, "Reserved") && !strstr(description, "Sole Tenancy"));
    FUZZ_CHECK(!strstr(description, "DWS"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        check(line);
    }
    free(text);
    return 0;
}
