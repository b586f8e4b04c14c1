/* SPDX-License-Identifier: Apache-2.0 */
/* Listing the machines of an owner, or the images that machines would boot, on all backends and regions at once. */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/list_known.h"
#include "core/record_act.h"
#include "core/regions.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

struct list_part {
    archway_job *job;
    struct backend *backend;
    struct regions_wait regions;
    size_t result; /* its place in job->backends */
    size_t listings;
    size_t failed;
    size_t open; /* the search for regions and the listings that are under way */
};

struct list_job {
    enum op_kind kind;   /* OP_LIST or OP_LIST_IMAGES */
    const char *backend; /* NULL: all */
    const char *owner;   /* NULL: everybody */
    const char *region;  /* NULL: all */
    struct list_part *parts;
    size_t part_count;
    size_t pending;
    struct link ops;    /* struct list_op */
    struct link listed; /* those that are through */
    struct loop_timer start;
};

struct list_op {
    struct link link; /* in `ops`, then in `listed` */
    struct list_part *part;
    struct op *op;
    const char *region;
    bool whole;
};

static void stop(archway_job *job)
{
    struct list_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    for (size_t i = 0; i < state->part_count; i++)
        regions_leave(&state->parts[i].regions);
    while (!list_empty(&state->ops)) {
        struct list_op *item = list_item(state->ops.next, struct list_op, link);
        list_remove(&item->link);
        op_destroy(item->op);
    }
}

static const struct job_kind list_kind = {.stop = stop};

static int compare_images(const void *left, const void *right)
{
    const struct job_image *a = left;
    const struct job_image *b = right;
    int order = strcmp(a->backend, b->backend);
    if (!order)
        order =
            strcmp(a->image.region ? a->image.region : "", b->image.region ? b->image.region : "");
    if (!order)
        order = (int)a->image.arch - (int)b->image.arch;
    return order ? order : (int)a->image.gpu - (int)b->image.gpu;
}

/* Was the place listed whole in which the machine of this entry would be? */
static bool was_listed_whole(archway_job *job, const struct journal_entry *entry)
{
    struct list_job *state = job->state;
    for (struct link *link = state->listed.next; link != &state->listed; link = link->next) {
        const struct list_op *item = list_item(link, struct list_op, link);
        if (item->whole && strcmp(item->part->backend->name, entry->backend) == 0 &&
            (!item->region || strcmp(item->region, entry->region) == 0))
            return true;
    }
    return false;
}

/* Images come as the answers do: told in an order of their own. */
static void end(archway_job *job)
{
    struct list_job *state = job->state;
    if (job->image_count)
        qsort(job->images, job->image_count, sizeof *job->images, compare_images);
    if (state->kind == OP_LIST)
        list_known_merge(job, state->backend, state->owner, was_listed_whole);
    job_end(job, NULL);
}

static void settle(archway_job *job)
{
    struct list_job *state = job->state;
    if (--state->pending == 0 && !job->ended)
        end(job);
}

static void part_done(struct list_part *part)
{
    part->open--;
    part->job->parts_done++;
    settle(part->job);
}

static void add_failure(struct list_part *part, const aw_error *error)
{
    struct job_backend *result = &part->job->backends[part->result];
    result->complete = false;
    if (job_add_problem(part->job, error))
        job_end_memory(part->job);
    if (++part->failed >= part->listings)
        error_copy(&result->error, error);
}

static bool is_wanted(const struct list_job *state, const struct backend *backend,
                      const aw_instance *instance)
{
    if (!regions_allow(backend, instance->region))
        return false;
    return !state->owner || (instance->owner && !strcmp(instance->owner, state->owner));
}

static void on_instance(struct op *op, const aw_instance *instance)
{
    struct list_op *item = op->owner;
    archway_job *job = item->part->job;
    if (is_wanted(job->state, op->backend, instance) &&
        job_add_instance(job, op->backend->name, instance))
        op_fail_memory(op, "the machines");
}

static void on_image(struct op *op, const aw_image *image)
{
    struct list_op *item = op->owner;
    archway_job *job = item->part->job;
    const struct list_job *state = job->state;
    bool elsewhere =
        image->region && (!regions_allow(op->backend, image->region) ||
                          (state->region && strcmp(state->region, image->region) != 0));
    if (!elsewhere && job_add_image(job, op->backend->name, image))
        op_fail_memory(op, "the images");
}

static void on_problem(struct op *op, const aw_error *problem)
{
    struct list_op *item = op->owner;
    item->whole = false;
    item->part->job->backends[item->part->result].complete = false;
    if (job_add_problem(item->part->job, problem))
        op_fail_memory(op, "the problems of a listing");
}

static void on_done(struct op *op)
{
    struct list_op *item = op->owner;
    aw_error error = op->error;
    struct list_job *state = item->part->job->state;
    list_remove(&item->link);
    list_append(&state->listed, &item->link);
    op_destroy(op);
    if (error.code) {
        item->whole = false;
        add_failure(item->part, &error);
    }
    part_done(item->part);
}

static const struct op_sink sink = {
    .instance = on_instance,
    .boot_image = on_image,
    .problem = on_problem,
    .done = on_done,
};

static void list_region(struct list_part *part, const char *region)
{
    archway_job *job = part->job;
    struct list_job *state = job->state;
    const aw_list wish = {.size = sizeof wish, .region = region, .owner = state->owner};
    const aw_offer_query query = {.size = sizeof query, .archs = AW_ARCH_ANY, .region = region};
    struct list_op *item = arena_alloc(&job->arena, sizeof *item);
    struct op *op = item ? job_op(job, part->backend, state->kind, region, &sink) : NULL;
    if (!op) {
        job_end_memory(job);
        return;
    }
    item->part = part;
    item->region = region;
    item->whole = true;
    item->op = op;
    op->owner = item;
    list_append(&state->ops, &item->link);
    part->open++;
    state->pending++;
    job->parts++;
    op_start(op, state->kind == OP_LIST ? (const void *)&wish : &query);
}

static bool is_asked(const struct list_job *state, const char *region)
{
    return !state->region || !region || !strcmp(state->region, region);
}

static bool can_tell(const struct list_job *state, const struct backend *backend)
{
    return state->kind == OP_LIST || backend_images(backend);
}

static void on_regions(struct regions_wait *wait, const char *const *names, size_t count,
                       const aw_error *error)
{
    struct list_part *part = list_item(wait, struct list_part, regions);
    archway_job *job = part->job;
    part->listings = count;
    if (error->code)
        add_failure(part, error);
    for (size_t i = 0; i < count && !job->ended; i++)
        if (is_asked(job->state, names[i]))
            list_region(part, names[i]);
    part->job->backends[part->result].fetched_at_ms = backend_now_ms(part->backend);
    part_done(part);
}

/* What has come is shown, and what has not is named. */
static void on_late(void *arg)
{
    archway_job *job = arg;
    struct list_job *state = job->state;
    for (size_t i = 0; i < state->part_count && !job->ended; i++) {
        struct list_part *part = &state->parts[i];
        aw_error late = {0};
        if (!part->open)
            continue;
        part->failed += part->open - 1;
        job_late(job, part->backend, &late);
        add_failure(part, &late);
    }
    if (!job->ended)
        end(job);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct list_job *state = job->state;
    state->pending = state->part_count + 1; /* the one keeps it from ending in between */
    job->parts = state->part_count;
    for (size_t i = 0; i < state->part_count && !job->ended; i++) {
        state->parts[i].open = 1;
        regions_find(state->parts[i].backend, &state->parts[i].regions);
    }
    settle(job);
}

static int add_backend(archway_job *job, struct backend *backend)
{
    struct list_job *state = job->state;
    if (job_add_backend(job, backend))
        return -1;
    if (backend->error.code || !can_tell(state, backend))
        return 0;
    struct list_part *part = &state->parts[state->part_count++];
    part->job = job;
    part->backend = backend;
    part->regions.found = on_regions;
    part->result = job->backend_count - 1;
    return 0;
}

static int add_backends(archway_job *job, const char *name)
{
    struct list_job *state = job->state;
    archway *aw = job->aw;
    state->parts = arena_alloc(&job->arena, (aw->backend_count + 1) * sizeof *state->parts);
    if (!state->parts)
        return -1;
    for (size_t i = 0; i < aw->backend_count; i++)
        if ((!name || !strcmp(name, aw->backends[i]->name)) && add_backend(job, aw->backends[i]))
            return -1;
    return 0;
}

static int list_start(archway *aw, const char *backend, const struct list_job *wish,
                      const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    struct backend *found = NULL;
    if (backend && job_backend(aw, backend, &found, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &list_kind, sizeof(struct list_job), call, JOB_READ_MS, ret_error);
    if (!job)
        return -1;
    struct list_job *state = job->state;
    list_init(&state->ops);
    list_init(&state->listed);
    state->backend = job_text(job, backend);
    state->start = (struct loop_timer){.run = start, .arg = job};
    state->kind = wish->kind;
    state->owner = job_text(job, wish->owner);
    state->region = job_text(job, wish->region);
    if (job->ended || add_backends(job, backend)) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the listing");
    }
    record_act_listing(job, wish->kind == OP_LIST ? "list" : "images", backend, wish->owner,
                       wish->region);
    loop_set(aw->loop, &state->start, 0);
    job_limit_hard(job, on_late);
    *ret_job = job;
    return 0;
}

int archway_list(archway *aw, const char *backend, const char *owner, const archway_call *call,
                 archway_job **ret_job, aw_error *ret_error)
{
    const struct list_job wish = {.kind = OP_LIST, .owner = owner};
    return list_start(aw, backend, &wish, call, ret_job, ret_error);
}

int archway_boot_images(archway *aw, const char *backend, const char *region,
                        const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    const struct list_job wish = {.kind = OP_LIST_IMAGES, .region = region};
    return list_start(aw, backend, &wish, call, ret_job, ret_error);
}
