/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a job from outside. */
#include "core/backend.h"
#include "core/job.h"
#include "core/sized.h"

static bool has_results(const archway_job *job)
{
    return job->offer_count + job->instance_count + job->image_count + job->outcome_count > 0;
}

const char *job_outcome(const archway_job *job)
{
    if (job->error.code != AW_OK || job->problem_count == 0)
        return archway_code_name(job->error.code);
    return has_results(job) ? "partial" : archway_code_name(job->problems[0].code);
}

int archway_job_done(const archway_job *job)
{
    return job->done;
}

const aw_error *archway_job_error(const archway_job *job)
{
    return job->done ? &job->error : NULL;
}

uint64_t archway_job_problem_count(const archway_job *job)
{
    return job->problem_count;
}

const aw_error *archway_job_problem(const archway_job *job, uint64_t index)
{
    return index < job->problem_count ? &job->problems[index] : NULL;
}

void archway_job_progress(const archway_job *job, uint64_t *ret_done, uint64_t *ret_total)
{
    if (job->part)
        job = job->part;
    *ret_done = job->parts_done;
    *ret_total = job->parts;
}

uint64_t archway_job_offer_count(const archway_job *job)
{
    return job->offer_count;
}

int archway_job_offer(const archway_job *job, uint64_t index, aw_offer *ret_offer,
                      const char **ret_backend)
{
    if (index >= job->offer_count)
        return -1;
    SIZED_GIVE(ret_offer, &job->offers[index].offer);
    *ret_backend = job->offers[index].backend;
    return 0;
}

int archway_job_ranking(const archway_job *job, uint64_t index, archway_ranking *ret_ranking)
{
    if (index >= job->offer_count)
        return -1;
    const archway_ranking ranking = {
        .emulated = job->offers[index].emulated,
        .effective_price_nusd_per_hour = job->offers[index].effective_price_nusd_per_hour,
    };
    SIZED_GIVE(ret_ranking, &ranking);
    return 0;
}

const char *archway_job_removed(const archway_job *job, uint64_t index, uint64_t *ret_count)
{
    if (index >= SELECTION_FILTERS || !job->removed[index].name)
        return NULL;
    *ret_count = job->removed[index].count;
    return job->removed[index].name;
}

uint64_t archway_job_backend_count(const archway_job *job)
{
    return job->backend_count;
}

int archway_job_backend(const archway_job *job, uint64_t index, archway_backend_result *ret_result)
{
    if (index >= job->backend_count)
        return -1;
    const struct job_backend *backend = &job->backends[index];
    const archway_backend_result result = {
        .complete = backend->complete,
        .fetched_at_ms = backend->fetched_at_ms,
        .name = backend->backend->name,
        .error = &backend->error,
    };
    SIZED_GIVE(ret_result, &result);
    return 0;
}

uint64_t archway_job_instance_count(const archway_job *job)
{
    return job->instance_count;
}

const aw_instance *archway_job_instance(const archway_job *job, uint64_t index,
                                        const char **ret_backend)
{
    if (index >= job->instance_count)
        return NULL;
    if (ret_backend)
        *ret_backend = job->instances[index].backend;
    return &job->instances[index].instance;
}

uint64_t archway_job_boot_image_count(const archway_job *job)
{
    return job->image_count;
}

const aw_image *archway_job_boot_image(const archway_job *job, uint64_t index,
                                       const char **ret_backend)
{
    if (index >= job->image_count)
        return NULL;
    if (ret_backend)
        *ret_backend = job->images[index].backend;
    return &job->images[index].image;
}

uint32_t archway_job_presence(const archway_job *job, uint64_t index)
{
    return index < job->instance_count ? job->instances[index].presence : ARCHWAY_LISTED_ONLY;
}

uint64_t archway_job_resource_count(const archway_job *job)
{
    return job->resource_count;
}

const aw_resource *archway_job_resource(const archway_job *job, uint64_t index)
{
    return index < job->resource_count ? &job->resources[index] : NULL;
}

const char *archway_job_token(const archway_job *job)
{
    return job->token;
}

int archway_job_sent(const archway_job *job)
{
    return job->sent;
}

uint64_t archway_job_header_count(const archway_job *job)
{
    return job->header_count;
}

int archway_job_header(const archway_job *job, uint64_t index, aw_header *ret_header)
{
    if (index >= job->header_count)
        return -1;
    *ret_header = job->headers[index];
    return 0;
}

uint64_t archway_job_finding_count(const archway_job *job)
{
    return job->finding_count;
}

int archway_job_finding(const archway_job *job, uint64_t index, archway_finding *ret_finding)
{
    if (index >= job->finding_count)
        return -1;
    const struct job_finding *finding = &job->findings[index];
    const archway_finding result = {
        .verdict = finding->verdict,
        .subject = finding->subject,
        .text = finding->text,
    };
    SIZED_GIVE(ret_finding, &result);
    return 0;
}

uint64_t archway_job_try_count(const archway_job *job)
{
    return job->try_count;
}

int archway_job_try(const archway_job *job, uint64_t index, archway_try *ret_try)
{
    if (index >= job->try_count)
        return -1;
    const struct job_try *one = &job->tries[index];
    const struct job_offer *offer = &job->offers[one->offer];
    const archway_try result = {
        .outcome = one->outcome,
        .backend = offer->backend,
        .offer = &offer->offer,
        .token = one->token,
        .error = &one->error,
        .left_out = one->left_out,
        .held_until_ms = one->held_until_ms,
        .emulated = offer->emulated,
    };
    SIZED_GIVE(ret_try, &result);
    return 0;
}

uint64_t archway_job_outcome_count(const archway_job *job)
{
    return job->outcome_count;
}

int archway_job_outcome(const archway_job *job, uint64_t index, archway_outcome *ret_outcome)
{
    if (index >= job->outcome_count)
        return -1;
    SIZED_GIVE(ret_outcome, &job->outcomes[index]);
    return 0;
}
