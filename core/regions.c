/* SPDX-License-Identifier: Apache-2.0 */
/* One search for regions serves all who wait; a search that failed is made again. */
#include "core/regions.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/mem.h"
#include "core/vec.h"

#include <string.h>

#define SEARCH_TIMEOUT_MS 60000u
#define MOST_REGIONS 1000u

struct region_search {
    struct backend *backend;
    struct op *op;
    struct arena arena;
    const char **names;
    size_t count;
    bool known;
    struct link waiting;
};

static const char *const whole[] = {NULL};
static const aw_error no_error = {.size = sizeof no_error};

static bool knows(const struct region_search *search, const char *name)
{
    for (size_t i = 0; i < search->count; i++)
        if (!strcmp(search->names[i], name))
            return true;
    return false;
}

static void on_region(struct op *op, const aw_region *region)
{
    struct region_search *search = op->owner;
    if (knows(search, region->name))
        return;
    const char *name = arena_text(&search->arena, region->name);
    const char **place = NULL;
    aw_error error = {0};
    if (search->count >= MOST_REGIONS)
        kit_error_set(&error, AW_E_PROTOCOL, "the provider names more than %u regions",
                      MOST_REGIONS);
    else if (name)
        place = VEC_PUSH(&search->names, &search->count);
    if (place)
        *place = name;
    else if (error.code)
        op_fail(op, &error);
    else
        op_fail_memory(op, "the regions");
}

static void forget(struct region_search *search)
{
    arena_finish(&search->arena);
    mem_free(search->names);
    search->names = NULL;
    search->count = 0;
}

static void on_done(struct op *op)
{
    struct region_search *search = op->owner;
    aw_error error = op->error;
    search->op = NULL;
    search->known = error.code == AW_OK;
    op_destroy(op);
    if (!search->known)
        forget(search);
    while (!list_empty(&search->waiting)) {
        struct regions_wait *wait = list_item(search->waiting.next, struct regions_wait, link);
        list_remove(&wait->link);
        wait->found(wait, search->names, search->count, &error);
    }
}

static const struct op_sink sink = {.region = on_region, .done = on_done};

static int begin(struct backend *backend)
{
    if (!backend->regions) {
        backend->regions = mem_alloc(sizeof *backend->regions);
        if (!backend->regions)
            return -1;
        backend->regions->backend = backend;
        list_init(&backend->regions->waiting);
    }
    struct region_search *search = backend->regions;
    if (search->known || search->op)
        return 0;
    search->op = op_create(backend, OP_REGIONS, NULL, &sink, search, SEARCH_TIMEOUT_MS, false);
    if (!search->op)
        return -1;
    op_start(search->op, NULL);
    return 0;
}

void regions_find(struct backend *backend, struct regions_wait *wait)
{
    const struct config_backend *config = backend->config;
    aw_error error = {0};
    list_init(&wait->link);
    if (backend_can(backend, AW_CAP_WHOLE_LISTING)) {
        wait->found(wait, whole, 1, &no_error);
    } else if (config->region_count) {
        wait->found(wait, config->regions, config->region_count, &no_error);
    } else if (begin(backend)) {
        kit_error_set(&error, AW_E_NO_MEMORY, "out of memory for the regions");
        wait->found(wait, NULL, 0, &error);
    } else if (backend->regions->known) {
        wait->found(wait, backend->regions->names, backend->regions->count, &no_error);
    } else {
        list_append(&backend->regions->waiting, &wait->link);
    }
}

void regions_leave(struct regions_wait *wait)
{
    if (wait->link.next)
        list_remove(&wait->link);
}

int regions_allow(const struct backend *backend, const char *region)
{
    const struct config_backend *config = backend->config;
    for (size_t i = 0; i < config->region_count; i++)
        if (region && !strcmp(config->regions[i], region))
            return 1;
    return config->region_count == 0;
}

void regions_finish(struct backend *backend)
{
    struct region_search *search = backend->regions;
    backend->regions = NULL;
    if (!search)
        return;
    op_destroy(search->op);
    forget(search);
    mem_free(search);
}
