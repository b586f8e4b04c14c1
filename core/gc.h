/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a cleaning: its places, each listed whole before anything of it is touched. */
#ifndef ARCHWAY_CORE_GC_H
#define ARCHWAY_CORE_GC_H

#include "core/job.h"
#include "core/journal.h"
#include "core/regions.h"

#define GC_MACHINE "machine"
#define GC_APART_MS 30000u
#define GC_MOST_OUTCOMES 10000u

/* Why something was found. */
enum gc_verdict {
    GC_NOTHING,     /* it is none of our business */
    GC_GARBAGE,     /* ours, and in no entry */
    GC_EXPIRED,     /* its time is up */
    GC_MARKED_KEEP, /* one of these two, and it has the tag */
    GC_SHARED,      /* the next create finds it */
    GC_IN_USE
};

/* One backend, whose regions are looked for first. */
struct gc_backend {
    archway_job *job;
    struct backend *backend;
    struct regions_wait regions;
};

/* One listing: of a region, or of all at once. */
struct gc_place {
    struct link link; /* in the job's list */
    archway_job *job;
    struct backend *backend;
    const char *region; /* NULL: all */
    int64_t number;     /* in the journal's table of finds */
    struct op *op;
    bool whole;
    uint64_t listed;
};

/* Something that is being ended or removed. */
struct gc_end {
    struct link link;
    archway_job *job;
    struct backend *backend;
    struct op *op;
    struct journal_hold hold; /* of a machine */
    archway_outcome outcome;
    bool gone; /* the provider says so at once */
};

struct gc_job {
    archway_gc_options options;
    archway_gc_counts counts;
    struct gc_backend *backends;
    size_t backend_count;
    struct link places;
    struct link ends;
    size_t pending;   /* what this pass waits for */
    uint64_t lacking; /* finds that need another pass only, and could be ended then */
    uint64_t started; /* ends so far: no more than options.most */
    struct loop_timer timer;
};

static inline struct gc_job *gc_of(archway_job *job)
{
    return job->state;
}

/* core/job_gc.c */
void gc_settle(archway_job *job); /* something that the pass waited for is through */
void gc_tell(archway_job *job, const archway_outcome *outcome);
/* What the wall clocks of both sides agree has passed: a wrong one on either makes nothing older. */
uint64_t gc_now_ms(const struct backend *backend);

/* core/gc_place.c */
void gc_place_start(archway_job *job, struct backend *backend, const char *region);
void gc_place_stop(struct gc_place *place);

/* core/gc_judge.c: what a whole listing means, and what is done about it. */
enum gc_verdict gc_judge_machine(const struct gc_place *place, const aw_instance *instance,
                                 uint64_t *ret_expires_at_ms, aw_error *ret_error);
enum gc_verdict gc_judge_resource(const struct gc_place *place, const aw_resource *resource,
                                  aw_error *ret_error);
/* Counts the pass, tells the finds, and ends what may be ended. */
int gc_judge_finds(struct gc_place *place, bool machines, aw_error *ret_error);

/* core/gc_end.c */
void gc_end_start(struct gc_place *place, const struct journal_find *find, const char *reason);
void gc_end_stop(struct gc_end *end);

#endif
