/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a job, and keeping its results. */
#include "core/job.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/image_facts.h"
#include "core/mem.h"
#include "core/record_act.h"
#include "core/vec.h"
#include "kit/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void run_ending(void *arg)
{
    archway_job *job = arg;
    job->done = true;
    record_act_end(job);
    if (job->on_done)
        job->on_done(job, job->on_done_arg);
}

static int init_state(archway_job *job, size_t state_size)
{
    arena_init(&job->arena, false);
    arena_init(&job->secrets, true);
    job->state = arena_alloc(&job->arena, state_size);
    return job->state ? 0 : -1;
}

archway_job *job_create(archway *aw, const struct job_kind *kind, size_t state_size,
                        const archway_call *call, uint64_t default_timeout_ms, aw_error *ret_error)
{
    archway_job *job = mem_alloc(sizeof *job);
    if (!job || init_state(job, state_size)) {
        mem_free(job);
        kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for a job");
        return NULL;
    }
    job->aw = aw;
    job->kind = kind;
    job->error.size = sizeof job->error;
    job->timeout_ms = default_timeout_ms;
    job->ending = (struct loop_timer){.run = run_ending, .arg = job};
    if (call) {
        job->hard_timeout = call->timeout_ms != 0;
        job->timeout_ms = call->timeout_ms ? call->timeout_ms : default_timeout_ms;
        job->on_done = call->on_done;
        job->on_done_arg = call->arg;
    }
    list_append(&aw->jobs, &job->link);
    return job;
}

void job_limit(archway_job *job, void (*late)(void *job))
{
    job->deadline = (struct loop_timer){.run = late, .arg = job};
    loop_set(job->aw->loop, &job->deadline, job->timeout_ms);
}

void job_limit_hard(archway_job *job, void (*late)(void *job))
{
    if (job->hard_timeout)
        job_limit(job, late);
}

/* ": so-and-so of that region, and 3 more, did not answer" */
static void add_awaited(const struct backend *backend, kit_buf *text)
{
    const struct op *first = NULL;
    size_t others = 0;
    for (const struct link *link = backend->ops.next; link != &backend->ops; link = link->next) {
        const struct op *op = list_item(link, struct op, link);
        others += first && op_awaits(op);
        first = !first && op_awaits(op) ? op : first;
    }
    if (!first)
        return;
    kit_buf_addf(text, ": %s%s%s", op_awaits(first), first->region ? " of " : "",
                 first->region ? first->region : "");
    if (others)
        kit_buf_addf(text, ", and %zu more,", others);
    kit_buf_add_text(text, " did not answer");
}

void job_late(const archway_job *job, const struct backend *backend, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf awaited;
    kit_buf_init(&awaited, mem_kit(), sizeof ret_error->message);
    add_awaited(backend, &awaited);
    kit_error_set(ret_error, AW_E_TIMEOUT, "not finished within %llu ms%s%s%s",
                  (unsigned long long)job->timeout_ms, kit_buf_text(&awaited),
                  *backend->trouble ? "; before that: " : "", backend->trouble);
    ret_error->retry = job->sent ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    kit_error_text(ret_error->backend, sizeof ret_error->backend, backend->name);
}

void job_end(archway_job *job, const aw_error *error)
{
    if (job->ended || (job->doomed && !error))
        return;
    job->ended = true;
    job->ending.run = run_ending;
    loop_stop(job->aw->loop, &job->deadline);
    if (error)
        error_copy(&job->error, error);
    job->kind->stop(job);
    loop_set(job->aw->loop, &job->ending, 0);
}

void job_end_with(archway_job *job, const struct backend *backend, uint32_t code,
                  const char *message)
{
    aw_error error = {0};
    kit_error_set(&error, code, "%s", message);
    kit_error_text(error.backend, sizeof error.backend, backend->name);
    job_end(job, &error);
}

void job_end_memory(archway_job *job)
{
    aw_error error = {0};
    kit_error_set(&error, AW_E_NO_MEMORY, "out of memory for the results");
    error.retry = job->sent ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    job_end(job, &error);
}

static void run_doom(void *arg)
{
    job_end_memory(arg);
}

void job_doom(archway_job *job)
{
    if (job_is_over(job))
        return;
    job->doomed = true;
    job->ending.run = run_doom;
    loop_set(job->aw->loop, &job->ending, 0);
}

bool job_is_over(const archway_job *job)
{
    return job->ended || job->doomed;
}

int job_add_problem(archway_job *job, const aw_error *problem)
{
    aw_error *kept = VEC_PUSH(&job->problems, &job->problem_count);
    if (!kept)
        return -1;
    error_copy(kept, problem);
    return 0;
}

const char *job_text(archway_job *job, const char *text)
{
    const char *copy = arena_text(&job->arena, text);
    if (text && !copy)
        job_end_memory(job);
    return copy;
}

static int keep_texts(archway_job *job, aw_instance *instance)
{
    const char **texts[] = {
        &instance->id,         &instance->region,         &instance->zone,
        &instance->name,       &instance->instance_type,  &instance->public_ip,
        &instance->private_ip, &instance->ssh_user,       &instance->owner,
        &instance->token,      &instance->provider_state, &instance->reason,
        &instance->data,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *copy = arena_text(&job->arena, *texts[i]);
        if (*texts[i] && !copy)
            return -1;
        *texts[i] = copy;
    }
    return 0;
}

int job_add_instance(archway_job *job, const char *backend, const aw_instance *instance)
{
    aw_instance copy = *instance;
    struct job_instance *kept = NULL;
    if (!keep_texts(job, &copy))
        kept = VEC_PUSH(&job->instances, &job->instance_count);
    if (!kept)
        return -1;
    *kept = (struct job_instance){.backend = backend, .instance = copy};
    return 0;
}

int job_add_resource(archway_job *job, const aw_resource *resource)
{
    aw_resource copy = *resource;
    aw_resource *kept = NULL;
    copy.kind = arena_text(&job->arena, resource->kind);
    copy.id = arena_text(&job->arena, resource->id);
    copy.region = arena_text(&job->arena, resource->region ? resource->region : "");
    copy.owner = arena_text(&job->arena, resource->owner);
    copy.data = arena_text(&job->arena, resource->data);
    copy.token = arena_text(&job->arena, resource->token);
    if (copy.kind && copy.id && copy.region)
        kept = VEC_PUSH(&job->resources, &job->resource_count);
    if (!kept)
        return -1;
    *kept = copy;
    return 0;
}

int job_add_outcome(archway_job *job, const archway_outcome *outcome)
{
    archway_outcome *kept = VEC_PUSH(&job->outcomes, &job->outcome_count);
    if (!kept)
        return -1;
    *kept = *outcome;
    return 0;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool has_image(const archway_job *job, const char *backend, const aw_image *image)
{
    for (size_t i = 0; i < job->image_count; i++) {
        const aw_image *known = &job->images[i].image;
        if (!strcmp(job->images[i].backend, backend) && known->arch == image->arch &&
            known->gpu == image->gpu && same_text(known->region, image->region) &&
            !strcmp(known->id, image->id))
            return true;
    }
    return false;
}

int job_add_image(archway_job *job, const char *backend, const aw_image *image)
{
    aw_image copy = *image;
    if (has_image(job, backend, image))
        return 0;
    copy.region = arena_text(&job->arena, image->region);
    copy.id = arena_text(&job->arena, image->id);
    copy.name = arena_text(&job->arena, image->name);
    copy.source = arena_text(&job->arena, image->source);
    struct job_image *kept = NULL;
    if (!job->arena.exhausted)
        kept = VEC_PUSH(&job->images, &job->image_count);
    if (!kept)
        return -1;
    *kept = (struct job_image){.backend = backend, .image = copy};
    return 0;
}

int job_add_backend(archway_job *job, const struct backend *backend)
{
    struct job_backend *kept = VEC_PUSH(&job->backends, &job->backend_count);
    if (!kept)
        return -1;
    kept->backend = backend;
    kept->complete = backend->error.code == AW_OK;
    error_copy(&kept->error, &backend->error);
    return backend->error.code ? job_add_problem(job, &backend->error) : 0;
}

void job_add_finding(archway_job *job, uint32_t verdict, const char *subject, const char *format,
                     ...)
{
    char text[1024];
    struct job_finding *kept = NULL;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *copy = arena_text(&job->arena, text);
    if (copy)
        kept = VEC_PUSH(&job->findings, &job->finding_count);
    if (kept)
        *kept = (struct job_finding){.verdict = verdict, .subject = subject, .text = copy};
    else
        job_end_memory(job);
}

static void take_image(archway_job *job, const archway_job *from)
{
    struct image_facts *facts = arena_alloc(&job->arena, sizeof *facts);
    if (!facts || image_facts_copy(&job->arena, from->image, facts)) {
        job_end_memory(job);
        return;
    }
    job->image = facts;
    job->image_name = job_text(job, from->image_name);
}

void job_take_offers(archway_job *job, archway_job *from)
{
    mem_free(job->problems);
    job->problems = from->problems;
    job->problem_count = from->problem_count;
    job->offers = from->offers;
    job->offer_count = from->offer_count;
    job->texts = from->texts;
    job->backends = from->backends;
    job->backend_count = from->backend_count;
    memcpy(job->removed, from->removed, sizeof job->removed);
    for (size_t i = 0; i < from->finding_count; i++)
        job_add_finding(job, from->findings[i].verdict, from->findings[i].subject, "%s",
                        from->findings[i].text);
    if (from->image)
        take_image(job, from);
    from->problems = NULL;
    from->offers = NULL;
    from->backends = NULL;
    from->texts = (struct intern){0};
    from->problem_count = from->offer_count = from->backend_count = 0;
}

int job_backend(archway *aw, const char *name, struct backend **ret_backend, aw_error *ret_error)
{
    struct backend *backend = name ? context_backend(aw, name) : NULL;
    if (!backend)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "there is no backend `%s`: `archway backends` shows the ones there are",
            name ? name : "");
    if (backend->error.code)
        return error_pass(ret_error, &backend->error);
    *ret_backend = backend;
    return 0;
}

int job_backend_of(archway *aw, const archway_machine *machine, struct backend **ret_backend,
                   aw_error *ret_error)
{
    struct backend *backend = NULL;
    if (job_backend(aw, machine->backend, &backend, ret_error))
        return -1;
    if (!machine->id || !*machine->id)
        return kit_error_set(ret_error, AW_E_INVALID, "the machine's id is missing");
    bool nowhere = !machine->region || !*machine->region;
    if (nowhere && !backend_can(backend, AW_CAP_WHOLE_LISTING))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "the machine's region is missing, and `%s` has several",
                             backend->name);
    *ret_backend = backend;
    return 0;
}

struct op *job_op(archway_job *job, struct backend *backend, enum op_kind kind, const char *region,
                  const struct op_sink *sink)
{
    struct op *op = op_create(backend, kind, region, sink, job, job->timeout_ms, job->hard_timeout);
    if (!op)
        job_end_memory(job);
    return op;
}

void archway_cancel(archway_job *job)
{
    aw_error error = {0};
    if (job->ended)
        return;
    job->kind->stop(job);
    kit_error_set(&error, AW_E_CANCELLED, "cancelled");
    error.retry = job->sent ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    job_end(job, &error);
}

void archway_job_destroy(archway_job *job)
{
    if (!job)
        return;
    record_act_end(job);
    job->ended = true;
    job->kind->stop(job);
    loop_stop(job->aw->loop, &job->ending);
    loop_stop(job->aw->loop, &job->deadline);
    list_remove(&job->link);
    mem_free(job->problems);
    mem_free(job->instances);
    mem_free(job->images);
    mem_free(job->resources);
    mem_free(job->offers);
    intern_finish(&job->texts);
    mem_free(job->backends);
    mem_free(job->headers);
    mem_free(job->findings);
    mem_free(job->tries);
    arena_finish(&job->secrets);
    mem_free(job->outcomes);
    arena_finish(&job->arena);
    mem_free(job);
}
