/* SPDX-License-Identifier: Apache-2.0 */
/* Signing a request without sending it. */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/record_act.h"
#include "core/request_copy.h"
#include "core/signing.h"
#include "core/sized.h"
#include "core/vec.h"
#include "kit/memory.h"

#include <stdio.h>
#include <string.h>

struct sign_job {
    archway_job *job;
    struct backend *backend;
    aw_request request;
    uint64_t at_ms;
    bool shows_secrets;
    struct credentials_wait wait;
    struct loop_timer start;
};

static void stop(archway_job *job)
{
    struct sign_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    credentials_leave(&state->wait);
}

static const struct job_kind sign_kind = {.stop = stop};

/* "Bearer <secret>": the scheme helps, the rest is nobody's. */
static const char *mask(archway_job *job, const char *value)
{
    char text[128];
    int scheme = (int)strcspn(value, " ");
    if (!value[scheme] || scheme > 32)
        return job_text(job, "<secret>");
    snprintf(text, sizeof text, "%.*s <secret>", scheme, value);
    return job_text(job, text);
}

static bool is_shown(const struct sign_job *state, uint32_t secrecy)
{
    return secrecy == AW_SECRECY_NONE ||
           (secrecy == AW_SECRECY_UNLESS_ASKED && state->shows_secrets);
}

static int add_header(archway_job *job, const aw_header *header, uint32_t secrecy)
{
    aw_header *kept = VEC_PUSH(&job->headers, &job->header_count);
    if (!kept)
        return -1;
    kept->name = job_text(job, header->name);
    if (!is_shown(job->state, secrecy))
        kept->value = mask(job, header->value);
    else if (secrecy == AW_SECRECY_NONE)
        kept->value = job_text(job, header->value);
    else
        kept->value = arena_text(&job->secrets, header->value);
    return kept->name && kept->value ? 0 : -1;
}

static void sign(struct sign_job *state)
{
    archway_job *job = state->job;
    KIT_CLEANUP(signed_headers_finish) struct signed_headers headers;
    aw_error error = {0};
    const aw_credentials *credentials = credentials_current(&state->backend->credentials);
    uint64_t at_ms = state->at_ms ? state->at_ms : backend_now_ms(state->backend);
    signed_headers_init(&headers);
    if (!credentials) {
        job_end_with(job, state->backend, AW_E_UNAUTHENTICATED, "the credentials have expired");
        return;
    }
    if (signing_run(state->backend, &state->request, credentials, at_ms, &headers, &error)) {
        job_end(job, &error);
        return;
    }
    for (size_t i = 0; i < headers.count; i++)
        if (add_header(job, &headers.items[i], headers.secrecy[i]))
            job_end_memory(job);
    job_end(job, NULL);
}

static void on_credentials(struct credentials_wait *wait, const aw_error *error)
{
    struct sign_job *state = list_item(wait, struct sign_job, wait);
    if (error->code)
        job_end(state->job, error);
    else
        sign(state);
}

static void on_late(void *arg)
{
    archway_job *job = arg;
    const struct sign_job *state = job->state;
    aw_error late = {0};
    job_late(job, state->backend, &late);
    job_end(job, &late);
}

static void start(void *arg)
{
    struct sign_job *state = arg;
    int found = credentials_get(&state->backend->credentials, &state->wait);
    if (found < 0)
        job_end_memory(state->job);
    else if (found)
        sign(state);
}

int archway_sign(archway *aw, const char *backend, const aw_request *request, uint64_t at_ms,
                 const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    struct backend *found = NULL;
    archway_call known = {.size = sizeof known};
    if (call)
        SIZED_COPY(&known, call);
    if (job_backend(aw, backend, &found, ret_error) || request_check(request, false, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &sign_kind, sizeof(struct sign_job), call, JOB_READ_MS, ret_error);
    if (!job)
        return -1;
    struct sign_job *state = job->state;
    state->job = job;
    state->backend = found;
    state->at_ms = at_ms;
    state->shows_secrets = known.flags & ARCHWAY_SHOW_SECRETS;
    state->wait.ready = on_credentials;
    state->start = (struct loop_timer){.run = start, .arg = state};
    if (request_copy(&job->arena, request, NULL, &state->request)) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the request");
    }
    loop_set(aw->loop, &state->start, 0);
    job_limit_hard(job, on_late);
    record_act_spoil(aw, "a request was signed");
    *ret_job = job;
    return 0;
}
