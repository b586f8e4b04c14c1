/* SPDX-License-Identifier: Apache-2.0 */
/* Asking where an image can run. */
#include "core/error.h"
#include "core/image_lookup.h"
#include "core/job.h"
#include "core/record_act.h"
#include "core/sized.h"

struct image_job {
    struct image_lookup lookup;
    struct loop_timer start;
};

static void stop(archway_job *job)
{
    struct image_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    image_lookup_stop(&state->lookup);
}

static const struct job_kind image_kind = {.stop = stop};

static void on_found(struct image_lookup *lookup, const aw_error *error)
{
    struct image_job *state = list_item(lookup, struct image_job, lookup);
    archway_job *job = state->start.arg;
    if (error->code == AW_OK)
        job->image = &lookup->facts;
    job_end(job, error->code ? error : NULL);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct image_job *state = job->state;
    aw_error error = {0};
    if (image_lookup_start(&state->lookup, job->timeout_ms, job->hard_timeout, &error))
        job_end(job, &error);
}

int archway_image(archway *aw, const char *image, const archway_call *call, archway_job **ret_job,
                  aw_error *ret_error)
{
    archway_job *job =
        job_create(aw, &image_kind, sizeof(struct image_job), call, JOB_READ_MS, ret_error);
    if (!job)
        return -1;
    struct image_job *state = job->state;
    state->start = (struct loop_timer){.run = start, .arg = job};
    state->lookup.found = on_found;
    state->lookup.needless = true; /* who asks for nothing else is helped by no other way */
    if (image_lookup_init(&state->lookup, aw, &job->arena, image, ret_error)) {
        archway_job_destroy(job);
        return -1;
    }
    job->image_name = state->lookup.reference.name;
    loop_set(aw->loop, &state->start, 0);
    record_act_spoil(aw, "a registry was asked");
    *ret_job = job;
    return 0;
}

int archway_job_image(const archway_job *job, archway_image_info *ret_info)
{
    if (!job->image)
        return -1;
    const struct image_facts *facts = job->image;
    archway_image_info info = {
        .archs = facts->archs,
        .has_index = facts->has_index,
        .name = job->image_name,
        .digest = facts->digest,
    };
    for (const struct image_platform *p = facts->platforms; p; p = p->next)
        info.platform_count++;
    SIZED_GIVE(ret_info, &info);
    return 0;
}

int archway_job_platform(const archway_job *job, uint64_t index, archway_platform *ret_platform)
{
    const struct image_platform *platform = job->image ? job->image->platforms : NULL;
    while (platform && index--)
        platform = platform->next;
    if (!platform)
        return -1;
    const archway_platform result = {
        .arch = platform->arch,
        .os = platform->os,
        .architecture = platform->architecture,
        .variant = platform->variant,
        .os_version = platform->os_version,
        .digest = platform->digest,
    };
    SIZED_GIVE(ret_platform, &result);
    return 0;
}
