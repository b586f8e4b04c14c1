/* SPDX-License-Identifier: Apache-2.0 */
/* The filters of a query: one a line, its name, a blank, its text. */
#include "core/query.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_range(struct range range)
{
    FUZZ_CHECK(range.min <= range.max);
}

static void check_query(const archway_query *query)
{
    check_range(query->vcpus);
    check_range(query->memory_mib);
    check_range(query->disk_mib);
    check_range(query->gpu_count);
    check_range(query->gpu_memory_mib);
    FUZZ_CHECK(query->archs <= AW_ARCH_ANY);
}

static void set(archway_query *query, const char *filter, const char *text)
{
    archway_query before = *query;
    aw_error error = {0};
    if (archway_query_set(query, filter, text, &error) == 0)
        return;
    fuzz_check_error(&error);
    FUZZ_CHECK(error.code == AW_E_INVALID);
    FUZZ_CHECK(query->archs == before.archs && query->limit == before.limit);
    FUZZ_CHECK(query->regions.count == before.regions.count);
    FUZZ_CHECK(query->gpu_names.count == before.gpu_names.count);
    FUZZ_CHECK(memcmp(&query->memory_mib, &before.memory_mib, sizeof before.memory_mib) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    archway_query *query = archway_query_create();
    char *text = fuzz_text(data, size);
    FUZZ_CHECK(query != NULL);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        char *value = line;
        char *filter = strsep(&value, " ");
        set(query, filter, value ? value : "");
        check_query(query);
    }
    free(text);
    archway_query_destroy(query);
    return 0;
}
