/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at one backend as an operator would: what is used, where it was found, whether it works. */
#include "core/backend.h"
#include "core/error.h"
#include "core/exchange.h"
#include "core/job.h"
#include "core/record_act.h"

#include <string.h>

#define TOLERABLE_SKEW_MS 60000

struct check_job {
    archway_job *job;
    struct backend *backend;
    struct op *op;
    size_t regions;
    uint64_t started_ms;
    bool asked; /* for the regions: a request has shown whether it works */
    struct loop_timer start;
};

static void stop(archway_job *job)
{
    struct check_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    op_destroy(state->op);
    state->op = NULL;
    archway_job *part = job->part;
    job->part = NULL;
    archway_job_destroy(part);
}

static const struct job_kind check_kind = {.stop = stop};

/* The backend may have been told of another place than the one it has by itself: by its own variables. */
static void check_endpoint(const struct check_job *state, const aw_request *asked)
{
    const char *endpoint = state->backend->endpoint;
    const char *configured = state->backend->config->endpoint ? ", from the configuration" : "";
    const char *host = asked ? strstr(asked->url, "://") : NULL;
    if (!host || !strncmp(asked->url, endpoint, strlen(endpoint)))
        job_add_finding(state->job, ARCHWAY_GOOD, "endpoint", "%s%s", endpoint, configured);
    else
        job_add_finding(state->job, ARCHWAY_GOOD, "endpoint", "%.*s",
                        (int)(host - asked->url) + 3 + (int)strcspn(host + 3, "/?"), asked->url);
}

static const char *env(archway_job *job, const char *name)
{
    const char *value = job->aw->world->ops->env(job->aw->world, &job->arena, name, false);
    if (!value && job->arena.exhausted)
        job_end_memory(job);
    return value;
}

/* A proxy's URL may hold a password. */
static const char *without_user(const char *url)
{
    const char *at = strrchr(url, '@');
    return at ? at + 1 : url;
}

static void check_proxy(archway_job *job)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = env(job, names[i]);
        if (!value)
            continue;
        const char *except = env(job, "no_proxy");
        job_add_finding(job, ARCHWAY_NOTE, "proxy", "%s, from %s%s%s", without_user(value),
                        names[i], except ? ", except for " : "", except ? except : "");
        return;
    }
    job_add_finding(job, ARCHWAY_GOOD, "proxy", "none");
}

static void check_ca_file(archway_job *job, const char *path, const char *source)
{
    struct world *world = job->aw->world;
    bool found = world->ops->file_exists(world, path);
    job_add_finding(job, found ? ARCHWAY_GOOD : ARCHWAY_BAD, "ca", "%s, from %s%s", path, source,
                    found ? "" : ", which is not there");
}

static void check_ca(archway_job *job, const aw_request *asked)
{
    static const char *const names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};
    if (asked && asked->ca_file) {
        check_ca_file(job, asked->ca_file, "the backend's settings");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = env(job, names[i]);
        if (!path)
            continue;
        check_ca_file(job, path, names[i]);
        return;
    }
    job_add_finding(job, ARCHWAY_GOOD, "ca", "the system's certificates");
}

static void check_credentials(struct check_job *state, const aw_error *error)
{
    const aw_credentials *credentials = credentials_current(&state->backend->credentials);
    const char *source = credentials && credentials->source ? credentials->source : "unnamed place";
    if (error->code == AW_E_UNAUTHENTICATED || error->code == AW_E_DENIED)
        job_add_finding(state->job, ARCHWAY_BAD, "credentials", "%s%s%s", error->message,
                        credentials ? "; found in: " : "", credentials ? source : "");
    else if (credentials && error->code == AW_OK)
        job_add_finding(state->job, ARCHWAY_GOOD, "credentials", "%s, accepted", source);
    else if (credentials)
        job_add_finding(state->job, ARCHWAY_NOTE, "credentials", "%s, not tried", source);
    else
        job_add_finding(state->job, ARCHWAY_NOTE, "credentials", "not looked for");
}

static void check_clock(struct check_job *state)
{
    const struct backend *backend = state->backend;
    long long seconds = (long long)(backend->date_skew_ms / 1000);
    bool off =
        backend->date_skew_ms > TOLERABLE_SKEW_MS || backend->date_skew_ms < -TOLERABLE_SKEW_MS;
    if (!backend->date_known)
        job_add_finding(state->job, ARCHWAY_NOTE, "clock", "the provider told no time");
    else
        job_add_finding(state->job, off ? ARCHWAY_BAD : ARCHWAY_GOOD, "clock",
                        "the provider's is %lld s %s%s", seconds < 0 ? -seconds : seconds,
                        seconds < 0 ? "behind" : "ahead",
                        off ? ": set this machine's clock (timedatectl set-ntp true)" : "");
}

/* Regions that the backend knows by itself show nothing: whoever is there must answer. */
static bool must_ask_regions(const struct check_job *state, const aw_error *error)
{
    return !error->code && !state->asked && !backend_can(state->backend, AW_CAP_WHOLE_LISTING);
}

static void check_answer(struct check_job *state, const aw_error *error)
{
    if (must_ask_regions(state, error))
        return;
    if (error->code == AW_OK)
        job_add_finding(state->job, ARCHWAY_GOOD, "answer", "%zu regions", state->regions);
    else
        job_add_finding(state->job, ARCHWAY_BAD, "answer", "%s", error->message);
}

static void on_listed(archway_job *part, void *arg)
{
    archway_job *job = arg;
    const struct check_job *state = job->state;
    aw_error error = *archway_job_error(part);
    uint64_t problems = archway_job_problem_count(part);
    job->part = NULL;
    for (uint64_t i = 0; i < problems; i++) {
        const aw_error *problem = archway_job_problem(part, i);
        job_add_finding(job, ARCHWAY_BAD, "answer", "%s: %s", problem->region, problem->message);
        error = error.code ? error : *problem;
    }
    if (!problems && error.code)
        job_add_finding(job, ARCHWAY_BAD, "answer", "%s", error.message);
    else if (!problems)
        job_add_finding(job, ARCHWAY_GOOD, "answer", "%zu regions", state->regions);
    archway_job_destroy(part);
    job_end(job, error.code ? &error : NULL);
}

static void ask_regions(struct check_job *state)
{
    archway_job *job = state->job;
    uint64_t passed_ms = loop_now_ms(job->aw->loop) - state->started_ms;
    uint64_t left_ms = job->timeout_ms > passed_ms ? job->timeout_ms - passed_ms : 1;
    const archway_call call = {.size = sizeof call,
                               .timeout_ms = job->hard_timeout ? left_ms : 0,
                               .on_done = on_listed,
                               .arg = job};
    aw_error error = {0};
    if (archway_list(job->aw, state->backend->name, job->aw->owner, &call, &job->part, &error))
        job_end(job, &error);
}

static void on_region(struct op *op, const aw_region *region)
{
    archway_job *job = op->owner;
    struct check_job *state = job->state;
    (void)region;
    state->regions++;
}

static void on_done(struct op *op)
{
    archway_job *job = op->owner;
    struct check_job *state = job->state;
    aw_error error = op->error;
    op_destroy(op);
    state->op = NULL;
    check_credentials(state, &error);
    check_answer(state, &error);
    check_clock(state);
    if (must_ask_regions(state, &error))
        ask_regions(state);
    else
        job_end(job, error.code ? &error : NULL);
}

static const struct op_sink sink = {.region = on_region, .done = on_done};

static void start(void *arg)
{
    archway_job *job = arg;
    struct check_job *state = job->state;
    state->started_ms = loop_now_ms(job->aw->loop);
    state->op = job_op(job, state->backend, OP_REGIONS, NULL, &sink);
    if (!state->op)
        return;
    op_start(state->op, NULL);
    const aw_request *asked = exchange_awaited(state->op);
    state->asked = asked != NULL;
    check_endpoint(state, asked);
    check_proxy(job);
    if (!job->ended)
        check_ca(job, asked);
}

int archway_check(archway *aw, const char *backend, const archway_call *call, archway_job **ret_job,
                  aw_error *ret_error)
{
    struct backend *found = NULL;
    if (job_backend(aw, backend, &found, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &check_kind, sizeof(struct check_job), call, JOB_READ_MS, ret_error);
    if (!job)
        return -1;
    struct check_job *state = job->state;
    state->job = job;
    state->backend = found;
    state->start = (struct loop_timer){.run = start, .arg = job};
    record_act_check(job, found);
    loop_set(aw->loop, &state->start, 0);
    *ret_job = job;
    return 0;
}
