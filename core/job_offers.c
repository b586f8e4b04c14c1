/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the backends for their offers, and answering the query from the table. */
#include "core/backend.h"
#include "core/error.h"
#include "core/job_requirement.h"
#include "core/mem.h"
#include "core/query.h"
#include "core/record_act.h"
#include "core/regions.h"
#include "core/shard.h"
#include "core/table.h"
#include "core/vec.h"

#include <string.h>

/* One backend's part of the job. */
struct part {
    archway_job *job;
    struct backend *backend;
    struct regions_wait regions;
    struct listing *listings;
    size_t listing_count;
    size_t result; /* its place in job->backends */
};

struct listing {
    struct shard_wait wait;
    struct part *part;
    bool done;
    aw_error error;
};

struct offers_job {
    const archway_query *query;
    uint64_t max_age_ms;
    struct part *parts;
    size_t part_count;
    size_t pending;    /* region searches and listings */
    struct table *own; /* nobody else is shown these; NULL: the common table */
    struct loop_timer start;
    struct image_lookup lookup; /* when the query names an image */
    bool asks_image;
    struct wanted wanted;
};

/* Where the user names the architecture, the image is only compared with that. */
#define IMAGE_PATIENCE_MS 10000u

static int own_text(struct intern *texts, const char **text)
{
    uint32_t number = 0;
    if (intern_add_text(texts, *text, &number))
        return -1;
    *text = intern_get(texts, number);
    return 0;
}

static int own_gpu(struct intern *texts, aw_offer *offer)
{
    if (!offer->gpu)
        return 0;
    aw_gpu gpu;
    memset(&gpu, 0, sizeof gpu);
    gpu = *offer->gpu;
    if (own_text(texts, &gpu.vendor) || own_text(texts, &gpu.name))
        return -1;
    uint32_t number = intern_add(texts, &gpu, sizeof gpu);
    offer->gpu = intern_get(texts, number);
    return number ? 0 : -1;
}

static const struct table *table_of(const archway_job *job)
{
    const struct offers_job *state = job->state;
    return state->own ? state->own : job->aw->table;
}

static void rank(const struct requirement *requirement, struct job_offer *kept)
{
    const aw_offer *offer = &kept->offer;
    kept->emulated = requirement_emulates(requirement, offer->arch, offer->gpu != NULL);
    kept->effective_price_nusd_per_hour =
        kept->emulated ? emulation_price(requirement->factor, offer->price_nusd_per_hour)
                       : offer->price_nusd_per_hour;
}

static int own_offer(archway_job *job, uint32_t row)
{
    const struct offers_job *state = job->state;
    struct job_offer *kept = &job->offers[job->offer_count];
    aw_offer *offer = &kept->offer;
    offer->size = sizeof *offer;
    table_offer(table_of(job), row, offer, &kept->backend);
    kept->backend = context_backend(job->aw, kept->backend)->name;
    if (own_text(&job->texts, &offer->instance_type) || own_text(&job->texts, &offer->region) ||
        own_text(&job->texts, &offer->zone) || own_text(&job->texts, &offer->data) ||
        own_text(&job->texts, &offer->quota) || own_gpu(&job->texts, offer))
        return -1;
    rank(&state->wanted.requirement, kept);
    job->offer_count++;
    return 0;
}

static int own_offers(archway_job *job, const struct selection *selection)
{
    job->offers = mem_alloc(selection->count * sizeof *job->offers);
    if (!job->offers)
        return -1;
    for (size_t i = 0; i < selection->count; i++)
        if (own_offer(job, selection->rows[i]))
            return -1;
    return 0;
}

static void select_offers(archway_job *job)
{
    struct offers_job *state = job->state;
    struct wanted *wanted = &state->wanted;
    struct selection selection = {0};
    aw_error error = {0};
    wanted->table = table_of(job);
    if (wanted_settle(wanted, job->aw, &error)) {
        job_end(job, &error);
        return;
    }
    if (table_select(wanted->table, state->query, &wanted->requirement, &selection)) {
        job_end_memory(job);
        return;
    }
    memcpy(job->removed, selection.removed, sizeof job->removed);
    if (own_offers(job, &selection))
        job_end_memory(job);
    else
        wanted_explain(job, wanted);
    job_end(job, NULL);
    selection_finish(&selection);
}

static void settle(archway_job *job)
{
    struct offers_job *state = job->state;
    if (!state->pending && !job->ended)
        select_offers(job);
}

static void part_done(archway_job *job)
{
    struct offers_job *state = job->state;
    state->pending--;
    job->parts_done++;
}

static void add_problem(struct part *part, const aw_error *problem)
{
    struct job_backend *result = &part->job->backends[part->result];
    result->complete = false;
    if (job_add_problem(part->job, problem))
        job_end_memory(part->job);
}

/* A backend has failed when all of its listings have. */
static void judge_backend(struct part *part)
{
    struct job_backend *result = &part->job->backends[part->result];
    const aw_error *failure = NULL;
    uint64_t oldest_ms = UINT64_MAX;
    size_t failed = 0;
    for (size_t i = 0; i < part->listing_count; i++) {
        const struct shard *shard = part->listings[i].wait.shard;
        if (part->listings[i].error.code) {
            failure = &part->listings[i].error;
            failed++;
        }
        if (shard->fetched_at_ms && shard->fetched_at_ms < oldest_ms)
            oldest_ms = shard->fetched_at_ms;
    }
    result->fetched_at_ms = oldest_ms == UINT64_MAX ? 0 : oldest_ms;
    if (failure && failed == part->listing_count)
        error_copy(&result->error, failure);
}

/* A job that ends for want of memory destroys the listings of its own. */
static void add_problems(struct part *part, const struct shard *shard)
{
    if (shard->error.code)
        add_problem(part, &shard->error);
    for (size_t i = 0; !part->job->ended && i < shard_problems(shard)->count; i++)
        add_problem(part, &shard_problems(shard)->items[i]);
}

static void on_listed(struct shard_wait *wait)
{
    struct listing *listing = list_item(wait, struct listing, wait);
    struct part *part = listing->part;
    listing->done = true;
    error_copy(&listing->error, &wait->shard->error);
    add_problems(part, wait->shard);
    if (part->job->ended)
        return;
    part_done(part->job);
    judge_backend(part);
    settle(part->job);
}

static bool wanted(const struct part *part, const char *region)
{
    const struct offers_job *state = part->job->state;
    return !region || names_has(&state->query->regions, region);
}

static void list_region(struct part *part, const char *region)
{
    struct offers_job *state = part->job->state;
    struct listing *listing = &part->listings[part->listing_count++];
    listing->part = part;
    listing->wait.listed = on_listed;
    listing->wait.spot = state->query->spot;
    state->pending++;
    part->job->parts++;
    int failed =
        state->own ? shard_list_own(part->backend, region, state->query, state->own, &listing->wait)
                   : shard_list(part->backend, region, state->max_age_ms, &listing->wait);
    if (failed)
        job_end_memory(part->job);
}

static void on_regions(struct regions_wait *wait, const char *const *names, size_t count,
                       const aw_error *error)
{
    struct part *part = list_item(wait, struct part, regions);
    archway_job *job = part->job;
    if (error->code) {
        add_problem(part, error);
        error_copy(&job->backends[part->result].error, error);
    }
    part->listings = arena_alloc(&job->arena, (count + 1) * sizeof *part->listings);
    if (!part->listings)
        job_end_memory(job);
    for (size_t i = 0; i < count && !job->ended; i++)
        if (wanted(part, names[i]))
            list_region(part, names[i]);
    part_done(job);
    settle(job);
}

/* Without the image's word there is no choice, unless the user has chosen: then it is only told. */
static void judge_image(archway_job *job, const aw_error *error)
{
    struct offers_job *state = job->state;
    if (!error->code) {
        state->wanted.image = &state->lookup;
        job->image = &state->lookup.facts;
    } else if (wanted_says_arch(state->query) && error->code != AW_E_NO_MEMORY) {
        job_add_finding(job, ARCHWAY_NOTE, "image", "it is not known where %s runs: %s",
                        state->lookup.reference.name, error->message);
    } else {
        job_end(job, error);
    }
}

static void on_image(struct image_lookup *lookup, const aw_error *error)
{
    struct offers_job *state = list_item(lookup, struct offers_job, lookup);
    archway_job *job = state->start.arg;
    judge_image(job, error);
    part_done(job);
    settle(job);
}

static void ask_image(archway_job *job)
{
    struct offers_job *state = job->state;
    bool hurried = wanted_says_arch(state->query) && job->timeout_ms > IMAGE_PATIENCE_MS;
    aw_error error = {0};
    state->pending++;
    job->parts++;
    if (image_lookup_start(&state->lookup, hurried ? IMAGE_PATIENCE_MS : job->timeout_ms,
                           hurried || job->hard_timeout, &error) == 0)
        return;
    judge_image(job, &error);
    part_done(job);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct offers_job *state = job->state;
    state->pending++; /* keeps the job from ending before all parts have begun */
    if (state->asks_image)
        ask_image(job);
    for (size_t i = 0; i < state->part_count && !job->ended; i++) {
        state->pending++;
        job->parts++;
        regions_find(state->parts[i].backend, &state->parts[i].regions);
    }
    state->pending--;
    settle(job);
}

static void give_up(struct part *part)
{
    struct job_backend *result = &part->job->backends[part->result];
    size_t missing = part->listings ? 0 : 1;
    aw_error late = {0};
    job_late(part->job, part->backend, &late);
    for (size_t i = 0; i < part->listing_count; i++) {
        if (part->listings[i].done)
            continue;
        error_copy(&part->listings[i].error, &late);
        missing++;
    }
    if (missing)
        add_problem(part, &late);
    if (part->listings)
        judge_backend(part);
    else
        error_copy(&result->error, &late);
}

/* Shows what has come, and names what has not. */
static void on_late(void *arg)
{
    archway_job *job = arg;
    struct offers_job *state = job->state;
    aw_error late = {0};
    if (state->lookup.op) {
        kit_error_set(&late, AW_E_TIMEOUT,
                      "the registry has not said in time where %s runs. With --arch no registry "
                      "need be asked",
                      state->lookup.reference.name);
        image_lookup_stop(&state->lookup);
        judge_image(job, &late);
    }
    for (size_t i = 0; i < state->part_count && !job->ended; i++)
        give_up(&state->parts[i]);
    if (!job->ended)
        select_offers(job);
}

static void leave(const struct offers_job *state, struct part *part)
{
    for (size_t i = 0; i < part->listing_count; i++) {
        shard_leave(&part->listings[i].wait);
        if (state->own)
            shard_destroy(part->listings[i].wait.shard);
    }
    part->listing_count = 0;
}

static void stop(archway_job *job)
{
    struct offers_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    image_lookup_stop(&state->lookup);
    for (size_t i = 0; i < state->part_count; i++) {
        regions_leave(&state->parts[i].regions);
        leave(state, &state->parts[i]);
    }
    table_destroy(state->own);
    state->own = NULL;
}

static const struct job_kind offers_kind = {.stop = stop};

static int add_backend(archway_job *job, struct backend *backend)
{
    struct offers_job *state = job->state;
    if (job_add_backend(job, backend))
        return -1;
    if (backend->error.code)
        return 0;
    struct part *part = &state->parts[state->part_count++];
    part->job = job;
    part->backend = backend;
    part->regions.found = on_regions;
    part->result = job->backend_count - 1;
    return 0;
}

static int add_backends(archway_job *job)
{
    struct offers_job *state = job->state;
    archway *aw = job->aw;
    state->own = state->query->option_count ? table_create() : NULL;
    if (state->query->option_count && !state->own)
        return -1;
    state->parts = arena_alloc(&job->arena, (aw->backend_count + 1) * sizeof *state->parts);
    if (!state->parts)
        return -1;
    for (size_t i = 0; i < aw->backend_count; i++)
        if (names_has(&state->query->backends, aw->backends[i]->name) &&
            add_backend(job, aw->backends[i]))
            return -1;
    return 0;
}

static int add_image(archway_job *job, aw_error *ret_error)
{
    struct offers_job *state = job->state;
    if (!state->query->image)
        return 0;
    state->asks_image = true;
    state->lookup.found = on_image;
    state->lookup.needless = wanted_says_arch(state->query);
    if (image_lookup_init(&state->lookup, job->aw, &job->arena, state->query->image, ret_error))
        return -1;
    job->image_name = state->lookup.reference.name;
    return 0;
}

int archway_offers(archway *aw, const archway_query *query, uint64_t max_age_ms,
                   const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    archway_job *job =
        job_create(aw, &offers_kind, sizeof(struct offers_job), call, JOB_READ_MS, ret_error);
    if (!job)
        return -1;
    struct offers_job *state = job->state;
    state->query = query;
    state->wanted.query = query;
    state->max_age_ms = max_age_ms;
    state->start = (struct loop_timer){.run = start, .arg = job};
    if (add_backends(job)) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the offers");
    }
    if (add_image(job, ret_error)) {
        archway_job_destroy(job);
        return -1;
    }
    record_act_offers(job, query);
    loop_set(aw->loop, &state->start, 0);
    job_limit(job, on_late);
    *ret_job = job;
    return 0;
}
