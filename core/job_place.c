/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Placing a machine: the offers that a query allows are tried one after the other until one is had. Made of
 * other jobs: a listing of the caller's token, the offers, a create for each try.
 */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/job_wish.h"
#include "core/mem.h"
#include "core/place_failure.h"
#include "core/place_open.h"
#include "core/place_token.h"
#include "core/sized.h"
#include "core/vec.h"
#include "core/walk.h"

#include <string.h>

#define DEFAULT_TRIES 10u
#define LOOK_AGAIN_MS 8000u

struct place_job {
    archway_placement how;
    archway_wish wish;
    struct walk walk;
    uint64_t *held_until_ms; /* by offer */
    struct loop_timer start;
    uint64_t end_ms; /* of the loop's clock; 0: no limit */
};

static void try_next(archway_job *job);

/* A create may have been sent, and what it made is not forgotten with it. */
static void take_create(archway_job *job, const archway_job *create)
{
    const aw_resource *resource;
    const char *backend;
    const aw_instance *instance = archway_job_instance(create, 0, &backend);
    job->token = job_text(job, create->token);
    job->sent = create->sent;
    if (instance && job_add_instance(job, backend, instance))
        job_end_memory(job);
    for (uint64_t i = 0; (resource = archway_job_resource(create, i)) != NULL; i++)
        if (job_add_resource(job, resource))
            job_end_memory(job);
    for (uint64_t i = 0; i < create->problem_count; i++)
        if (job_add_problem(job, &create->problems[i]))
            job_end_memory(job);
}

static struct job_try *last_try(const archway_job *job)
{
    return job->try_count ? &job->tries[job->try_count - 1] : NULL;
}

static bool is_trying(const archway_job *job)
{
    return job->try_count && last_try(job)->outcome == ARCHWAY_TRY_UNDER_WAY;
}

static void break_off(archway_job *job, archway_job *create)
{
    struct job_try *last = last_try(job);
    create->kind->stop(create);
    take_create(job, create);
    kit_error_set(&last->error, AW_E_CANCELLED, "stopped while it was under way");
    last->error.retry = job->sent ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    last->outcome = ARCHWAY_TRY_FAILED;
}

static void stop(archway_job *job)
{
    struct place_job *state = job->state;
    archway_job *part = job->part;
    loop_stop(job->aw->loop, &state->start);
    job->part = NULL;
    if (part && is_trying(job))
        break_off(job, part);
    archway_job_destroy(part);
    walk_finish(&state->walk);
    mem_free(state->held_until_ms);
    state->held_until_ms = NULL;
}

static const struct job_kind place_kind = {.stop = stop};

static void tell(archway_job *job)
{
    const struct place_job *state = job->state;
    if (state->how.on_try && !job->ended)
        state->how.on_try(job, job->try_count - 1, state->how.arg);
}

static bool is_late(const archway_job *job)
{
    const struct place_job *state = job->state;
    return state->end_ms && loop_now_ms(job->aw->loop) >= state->end_ms;
}

static void end_late(archway_job *job)
{
    aw_error late = {0};
    kit_error_set(&late, AW_E_TIMEOUT, "not finished within %llu ms",
                  (unsigned long long)job->timeout_ms);
    late.retry = AW_RETRY_SAFE;
    job_end(job, &late);
}

/* For the next part: what is left of the caller's time. */
static archway_call call_of(archway_job *job, archway_done_fn on_done)
{
    const struct place_job *state = job->state;
    return (archway_call){
        .size = sizeof(archway_call),
        .timeout_ms = state->end_ms ? state->end_ms - loop_now_ms(job->aw->loop) : 0,
        .on_done = on_done,
        .arg = job,
    };
}

static void end_in_vain(archway_job *job, bool some_left)
{
    aw_error error = {0};
    place_failure(job, some_left, &error);
    job_end(job, &error);
}

/* ---- a try ---- */

static void note_capacity(archway_job *job, const struct job_try *last, bool had_room)
{
    const struct job_offer *offer = &job->offers[last->offer];
    struct backend *backend = context_backend(job->aw, offer->backend);
    capacity_note(&backend->capacity, job->aw->world, backend->cache_space, &offer->offer,
                  had_room);
}

static void try_failed(archway_job *job, const aw_error *error)
{
    struct place_job *state = job->state;
    struct job_try *last = last_try(job);
    last->outcome = ARCHWAY_TRY_FAILED;
    error_copy(&last->error, error);
    if (error->code == AW_E_NO_CAPACITY && error->retry != AW_RETRY_UNKNOWN)
        note_capacity(job, last, false);
    bool ends = walk_ends(error);
    if (!ends)
        last->left_out = walk_leave_out(&state->walk, last->offer, error);
    tell(job);
    if (ends)
        job_end(job, &last->error);
    else
        try_next(job);
}

static void on_created(archway_job *create, void *arg)
{
    archway_job *job = arg;
    const aw_error error = create->error;
    job->part = NULL;
    take_create(job, create);
    archway_job_destroy(create);
    if (job->ended)
        return;
    if (error.code) {
        try_failed(job, &error);
        return;
    }
    last_try(job)->outcome = ARCHWAY_TRY_MADE;
    note_capacity(job, last_try(job), true);
    tell(job);
    job_end(job, NULL);
}

/* Of a backend that cannot do what is wished for, no offer is of use. */
static void on_refused(archway_job *job, aw_error *error)
{
    if (error->code == AW_E_UNSUPPORTED && error->scope == AW_SCOPE_UNKNOWN)
        error->scope = AW_SCOPE_ACCOUNT;
    try_failed(job, error);
}

static struct job_try *add_try(archway_job *job, size_t offer, uint32_t outcome)
{
    const struct place_job *state = job->state;
    char token[PLACE_TOKEN];
    struct job_try *added = VEC_PUSH(&job->tries, &job->try_count);
    if (!added) {
        job_end_memory(job);
        return NULL;
    }
    *added = (struct job_try){.offer = offer, .outcome = outcome};
    added->error.size = sizeof added->error;
    added->held_until_ms = state->held_until_ms[offer];
    if (state->wish.token) {
        place_token(state->wish.token, job->offers[offer].backend, &job->offers[offer].offer,
                    token);
        added->token = job_text(job, token);
    }
    return job->ended ? NULL : added;
}

static void try_offer(archway_job *job, size_t offer)
{
    struct place_job *state = job->state;
    archway_call call = call_of(job, on_created);
    aw_error error = {0};
    struct job_try *added = add_try(job, offer, ARCHWAY_TRY_UNDER_WAY);
    if (!added)
        return;
    state->wish.backend = job->offers[offer].backend;
    state->wish.offer = &job->offers[offer].offer;
    const char *token = state->wish.token;
    state->wish.token = added->token;
    int refused = archway_create(job->aw, &state->wish, &call, &job->part, &error);
    state->wish.token = token;
    if (!refused && !added->token)
        added->token = job_text(job, job->part->token);
    if (job->ended)
        return;
    tell(job);
    if (refused)
        on_refused(job, &error);
}

static void try_next(archway_job *job)
{
    struct place_job *state = job->state;
    if (job->ended)
        return;
    size_t offer = walk_next(&state->walk);
    if (is_late(job))
        end_late(job);
    else if (offer == WALK_END)
        end_in_vain(job, false);
    else if (job->try_count == state->how.max_tries)
        end_in_vain(job, true);
    else
        try_offer(job, offer);
}

/* ---- the plan ---- */

/* Those whose place is held come behind all others. */
static int order_offers(archway_job *job)
{
    struct place_job *state = job->state;
    struct job_offer *sorted = mem_alloc((job->offer_count + 1) * sizeof *sorted);
    uint64_t *until_ms = mem_alloc((job->offer_count + 1) * sizeof *until_ms);
    uint64_t now_ms = job->aw->world->ops->wall_ms(job->aw->world);
    size_t count = 0;
    if (!sorted || !until_ms) {
        mem_free(sorted);
        mem_free(until_ms);
        return -1;
    }
    for (int held = 0; held < 2; held++)
        for (size_t i = 0; i < job->offer_count; i++) {
            const struct job_offer *offer = &job->offers[i];
            const struct backend *backend = context_backend(job->aw, offer->backend);
            uint64_t end_ms = capacity_held_until_ms(&backend->capacity, &offer->offer, now_ms);
            if ((end_ms != 0) != held)
                continue;
            until_ms[count] = end_ms;
            sorted[count++] = *offer;
        }
    mem_free(job->offers);
    job->offers = sorted;
    state->held_until_ms = until_ms;
    return walk_init(&state->walk, job->offers, job->offer_count);
}

static void show_plan(archway_job *job)
{
    const struct place_job *state = job->state;
    if (job->offer_count > state->how.max_tries)
        job->offer_count = state->how.max_tries;
    for (size_t i = 0; i < job->offer_count; i++)
        if (!add_try(job, i, ARCHWAY_TRY_PLANNED))
            return;
    job_end(job, NULL);
}

static void plan(archway_job *job)
{
    const struct place_job *state = job->state;
    for (size_t i = 0; i < job->backend_count; i++) {
        struct backend *backend = context_backend(job->aw, job->backends[i].backend->name);
        capacity_refresh(&backend->capacity, job->aw->world, backend->cache_space);
    }
    if (order_offers(job))
        job_end_memory(job);
    else if (job->offer_count == 0)
        end_in_vain(job, false);
    else if (state->how.plan_only)
        show_plan(job);
    else
        try_next(job);
}

static void on_offers(archway_job *offers, void *arg)
{
    archway_job *job = arg;
    const aw_error error = offers->error;
    job->part = NULL;
    job_take_offers(job, offers);
    archway_job_destroy(offers);
    if (error.code)
        job_end(job, &error);
    else
        plan(job);
}

static void ask_offers(archway_job *job)
{
    const struct place_job *state = job->state;
    archway_call call = call_of(job, on_offers);
    aw_error error = {0};
    if (is_late(job))
        end_late(job);
    else if (archway_offers(job->aw, state->how.query, state->how.max_age_ms, &call, &job->part,
                            &error))
        job_end(job, &error);
}

/* ---- a token of the caller's ---- */

static const struct job_instance *find_machine(const archway_job *listing, const char *token)
{
    for (size_t i = 0; i < listing->instance_count; i++) {
        const aw_instance *instance = &listing->instances[i].instance;
        if (instance->token && instance->state != AW_STATE_TERMINATED &&
            listing->instances[i].presence != ARCHWAY_MISSING &&
            place_token_is_of(token, instance->token))
            return &listing->instances[i];
    }
    return NULL;
}

static void look_first(archway_job *job);

static void look_again(void *arg)
{
    look_first(arg);
}

/* It is not listed: may it still come to be, from an earlier placement that was broken off? */
static void ask_when_sure(archway_job *job)
{
    struct place_job *state = job->state;
    uint64_t left_ms = 0;
    aw_error error = {0};
    if (place_open_ms(job->aw, state->wish.token, &left_ms, &error)) {
        job_end(job, &error);
    } else if (left_ms) {
        state->start.run = look_again;
        loop_set(job->aw->loop, &state->start, left_ms < LOOK_AGAIN_MS ? left_ms : LOOK_AGAIN_MS);
    } else {
        ask_offers(job);
    }
}

static void on_listed(archway_job *listing, void *arg)
{
    archway_job *job = arg;
    struct place_job *state = job->state;
    const struct job_instance *found = find_machine(listing, state->wish.token);
    const aw_error *doubt = listing->error.code      ? &listing->error
                            : listing->problem_count ? &listing->problems[0]
                                                     : NULL;
    job->part = NULL;
    if (found) {
        job->sent = true;
        job->token = job_text(job, found->instance.token);
        if (job_add_instance(job, found->backend, &found->instance))
            job_end_memory(job);
        job_end(job, NULL);
    } else if (doubt) {
        aw_error error = {0};
        kit_error_set(
            &error, doubt->code,
            "nothing was created: where it is not known what there is, the machine of the "
            "token %s may be (%.300s)",
            state->wish.token, doubt->message);
        kit_error_text(error.backend, sizeof error.backend, doubt->backend);
        error.retry = AW_RETRY_SAFE;
        job_end(job, &error);
    } else {
        ask_when_sure(job);
    }
    archway_job_destroy(listing);
}

static void look_first(archway_job *job)
{
    struct place_job *state = job->state;
    const struct names *names = &state->how.query->backends;
    const char *only = names->count == 1 ? names->items[0] : NULL;
    archway_call call = call_of(job, on_listed);
    aw_error error = {0};
    if (archway_list(job->aw, only, job->aw->owner, &call, &job->part, &error))
        job_end(job, &error);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct place_job *state = job->state;
    if (job->hard_timeout)
        state->end_ms = loop_now_ms(job->aw->loop) + job->timeout_ms;
    if (state->wish.token)
        look_first(job);
    else
        ask_offers(job);
}

/* As for a create: two at once would both find nothing. */
static int check_alone(const archway *aw, const char *token, aw_error *ret_error)
{
    const struct link *jobs = &aw->jobs;
    for (const struct link *link = jobs->next; link != jobs; link = link->next) {
        const archway_job *job = list_item(link, archway_job, link);
        const struct place_job *state = job->state;
        if (job->kind == &place_kind && !job->ended && state->wish.token &&
            !strcmp(state->wish.token, token))
            return kit_error_set(ret_error, AW_E_CONFLICT,
                                 "a placement with the token %s is under way", token);
    }
    return 0;
}

static int check(const archway *aw, const archway_placement *how, const archway_wish *wish,
                 aw_error *ret_error)
{
    if (!how->query)
        return kit_error_set(ret_error, AW_E_INVALID, "a placement needs a query and a wish");
    if (wish_check_words(wish, ret_error))
        return -1;
    return wish->token ? check_alone(aw, wish->token, ret_error) : 0;
}

int archway_place(archway *aw, const archway_placement *placement, const archway_call *call,
                  archway_job **ret_job, aw_error *ret_error)
{
    archway_placement how;
    archway_wish wish = {.size = sizeof wish};
    SIZED_COPY(&how, placement);
    if (how.wish)
        SIZED_COPY(&wish, how.wish);
    if (check(aw, &how, &wish, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &place_kind, sizeof(struct place_job), call, JOB_WRITE_MS, ret_error);
    if (!job)
        return -1;
    struct place_job *state = job->state;
    state->how = how;
    state->wish = wish;
    if (!how.max_tries)
        state->how.max_tries = DEFAULT_TRIES;
    state->start = (struct loop_timer){.run = start, .arg = job};
    loop_set(aw->loop, &state->start, 0);
    *ret_job = job;
    return 0;
}
