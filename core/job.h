/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all jobs have in common. A kind of job adds a state of its own and starts operations; results are
 * kept here, in the job's arena, so that they live as long as the job.
 */
#ifndef ARCHWAY_CORE_JOB_H
#define ARCHWAY_CORE_JOB_H

#include "core/arena.h"
#include "core/context.h"
#include "core/intern.h"
#include "core/op.h"

#define JOB_READ_MS 120000u
#define JOB_WRITE_MS 600000u
#define JOB_WAIT_MS 3600000u

struct image_facts;

struct job_kind {
    /* Stops what is outstanding, without callbacks. The results stay. May be called twice. */
    void (*stop)(archway_job *job);
};

struct job_instance {
    const char *backend;
    aw_instance instance;
    enum archway_presence presence;
};

struct job_offer {
    const char *backend;
    aw_offer offer;
    bool emulated;
    uint64_t effective_price_nusd_per_hour; /* of the work that a native machine does in an hour */
};

struct job_image {
    const char *backend;
    aw_image image;
};

struct job_finding {
    uint32_t verdict;
    const char *subject;
    const char *text;
};

struct job_backend {
    const struct backend *backend;
    aw_error error;
    bool complete;
    uint64_t fetched_at_ms;
};

/* One offer that a placement tried. */
struct job_try {
    size_t offer; /* its place in job->offers */
    uint32_t outcome;
    const char *token;
    aw_error error;
    uint64_t left_out;
    uint64_t held_until_ms;
};

struct archway_job {
    archway *aw;
    struct link link; /* in the context's list */
    const struct job_kind *kind;
    void *state; /* the kind's, in `arena` */
    struct arena arena;
    struct arena secrets; /* what is shown of them because it was asked for */
    uint64_t timeout_ms;
    bool hard_timeout; /* the caller named it */
    archway_done_fn on_done;
    void *on_done_arg;
    struct loop_timer ending;
    struct loop_timer deadline;
    bool ended;  /* no more work: `done` is due */
    bool doomed; /* see job_doom */
    bool done;
    archway_job *part; /* a job of its own that this one waits for, or NULL */
    size_t act;        /* its number in the recording that is made; 0: it has none */

    aw_error error;
    uint64_t parts_done;
    uint64_t parts;
    const char *token;
    bool sent;

    aw_error *problems;
    size_t problem_count;
    struct job_instance *instances;
    size_t instance_count;
    struct job_image *images; /* that machines would boot */
    size_t image_count;
    aw_resource *resources;
    size_t resource_count;
    struct intern texts; /* of the offers: the table's own change when it is refreshed */
    struct job_offer *offers;
    size_t offer_count;
    struct removed removed[SELECTION_FILTERS];
    struct job_backend *backends;
    size_t backend_count;
    aw_header *headers;
    size_t header_count;
    const char *image_name;
    const struct image_facts *image; /* that was found; NULL: none */
    struct job_finding *findings;
    size_t finding_count;
    struct job_try *tries;
    size_t try_count;
    archway_outcome *outcomes;
    size_t outcome_count;
};

/* Makes a job of a kind with a zeroed state. NULL and *ret_error: no memory. */
archway_job *job_create(archway *aw, const struct job_kind *kind, size_t state_size,
                        const archway_call *call, uint64_t default_timeout_ms, aw_error *ret_error);

/* Calls `late` with the job when its time is up, unless it has ended by then. For jobs of more than one
 * operation, since those keep to the limit by themselves. */
void job_limit(archway_job *job, void (*late)(void *job));
/* Only if the caller named a limit. */
void job_limit_hard(archway_job *job, void (*late)(void *job));
/* What to say of it. */
void job_late(const archway_job *job, const struct backend *backend, aw_error *ret_error);

/* Ends the job from the loop; the first end stands. `error` NULL: success. */
void job_end(archway_job *job, const aw_error *error);
void job_end_with(archway_job *job, const struct backend *backend, uint32_t code,
                  const char *message);
void job_end_memory(archway_job *job);
/* The same in the next step, for what still holds on to parts of the job's; nothing more is begun meanwhile. */
void job_doom(archway_job *job);
bool job_is_over(const archway_job *job); /* ended, or about to for want of memory */

/* What came of one that is done, in a word: "ok", an error's name, or "partial" for a result that is not whole. */
const char *job_outcome(const archway_job *job);

/* Keeping results. -1: no memory, which the caller tells: a sink by op_fail_memory, whoever else by
 * job_end_memory. */
int job_add_problem(archway_job *job, const aw_error *problem);
int job_add_instance(archway_job *job, const char *backend, const aw_instance *instance);
int job_add_resource(archway_job *job, const aw_resource *resource);
/* Takes the texts as they are: they must live as long as the job. */
int job_add_outcome(archway_job *job, const archway_outcome *outcome);
/* One that is there already is not added again. */
int job_add_image(archway_job *job, const char *backend, const aw_image *image);
/* These two are not for sinks: without memory they end the job themselves. */
/* A backend that is asked, or that cannot be and whose reason is a problem of the job's. */
int job_add_backend(archway_job *job, const struct backend *backend);
void job_add_finding(archway_job *job, uint32_t verdict, const char *subject, const char *format,
                     ...) __attribute__((format(printf, 4, 5)));
/* A copy that lives as long as the job; NULL ends it, unless text is NULL. */
const char *job_text(archway_job *job, const char *text);

/* Takes over the results of an archway_offers: offers, how the backends did, what is missing, what was removed,
 * the image, the findings. Without memory it ends the job. */
void job_take_offers(archway_job *job, archway_job *from);

/* The open backend of that name, or -1 and why there is none. */
int job_backend(archway *aw, const char *name, struct backend **ret_backend, aw_error *ret_error);

/* The same for the backend of a machine, which must be named so that the backend can tell which it is. */
int job_backend_of(archway *aw, const archway_machine *machine, struct backend **ret_backend,
                   aw_error *ret_error);

/* An operation of this job, with its time limit and itself as the owner. NULL ends the job. */
struct op *job_op(archway_job *job, struct backend *backend, enum op_kind kind, const char *region,
                  const struct op_sink *sink);

#endif
