/* SPDX-License-Identifier: Apache-2.0 */
/* What may go, and what becomes of it. */
#include "core/gc.h"

#include "core/backend.h"
#include "core/error.h"

#include <stdio.h>
#include <string.h>

static bool is_own(const struct gc_place *place, const char *owner)
{
    return owner && strcmp(owner, place->job->aw->owner) == 0;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    if (!a || !b)
        return a ? a : b;
    return a < b ? a : b;
}

enum gc_verdict gc_judge_machine(const struct gc_place *place, const aw_instance *instance,
                                 uint64_t *ret_expires_at_ms, aw_error *ret_error)
{
    uint64_t written_ms = 0;
    if (!is_own(place, instance->owner) || !regions_allow(place->backend, instance->region) ||
        instance->state == AW_STATE_TERMINATING || instance->state == AW_STATE_TERMINATED)
        return GC_NOTHING;
    int known = journal_knows(place->job->aw->journal, instance, &written_ms, ret_error);
    if (known < 0)
        return GC_NOTHING;
    uint64_t expires_at_ms = earlier(instance->expires_at_ms, written_ms);
    bool expired = expires_at_ms && gc_now_ms(place->backend) >= expires_at_ms;
    *ret_expires_at_ms = expires_at_ms;
    if (known && !expired)
        return GC_NOTHING;
    if (instance->keep)
        return GC_MARKED_KEEP;
    return expired ? GC_EXPIRED : GC_GARBAGE;
}

enum gc_verdict gc_judge_resource(const struct gc_place *place, const aw_resource *resource,
                                  aw_error *ret_error)
{
    const char *region = resource->region ? resource->region : place->region;
    if (!is_own(place, resource->owner) || !regions_allow(place->backend, region))
        return GC_NOTHING;
    int needed = journal_needs(place->job->aw->journal, resource, ret_error);
    if (needed)
        return GC_NOTHING;
    if (resource->shared)
        return GC_SHARED;
    if (resource->in_use)
        return GC_IN_USE;
    return resource->keep ? GC_MARKED_KEEP : GC_GARBAGE;
}

static bool is_machine(const struct journal_find *find)
{
    return strcmp(find->kind, GC_MACHINE) == 0;
}

/* What is not dated counts from when it was first seen; so does what was made beside a machine, since nobody dates
 * when it came out of use. */
static bool is_too_new(const struct gc_place *place, const struct journal_find *find)
{
    const archway_gc_options *options = &gc_of(place->job)->options;
    struct world *world = place->backend->aw->world;
    bool dated = is_machine(find) && find->created_at_ms;
    /* What was seen here was seen by the clock of here. */
    uint64_t now_ms = dated ? gc_now_ms(place->backend) : world->ops->wall_ms(world);
    uint64_t since_ms = dated ? find->created_at_ms : find->first_seen_ms;
    return now_ms < since_ms || now_ms - since_ms < options->grace_ms;
}

static uint32_t passes_wanted(const struct gc_place *place)
{
    uint32_t passes = gc_of(place->job)->options.passes;
    return passes ? passes : 1;
}

static void tell(struct gc_place *place, const struct journal_find *find, enum archway_fate fate,
                 const char *reason)
{
    const archway_outcome outcome = {
        .size = sizeof outcome,
        .fate = fate,
        .kind = find->kind,
        .backend = place->backend->name,
        .region = find->region,
        .id = find->id,
        .name = find->name,
        .token = find->token,
        .reason = reason,
        .created_at_ms = find->created_at_ms,
        .expires_at_ms = find->expires_at_ms,
    };
    gc_tell(place->job, &outcome);
}

static void end_or_tell(struct gc_place *place, const struct journal_find *find, const char *reason)
{
    struct gc_job *state = gc_of(place->job);
    char text[256];
    if (!state->options.act) {
        tell(place, find, ARCHWAY_FATE_FOUND, reason);
    } else if (state->started >= state->options.most) {
        snprintf(text, sizeof text, "%s; no more than %u are ended at once", reason,
                 state->options.most);
        tell(place, find, ARCHWAY_FATE_FOUND, text);
    } else {
        state->started++;
        gc_end_start(place, find, reason);
    }
}

static const char *why_new(const struct journal_find *find)
{
    if (!is_machine(find))
        return "in no entry of the journal, and seen out of use for less than the grace time";
    return find->created_at_ms
               ? "in no entry of the journal, and younger than the grace time"
               : "in no entry of the journal, of unknown age, and seen for less than the grace "
                 "time";
}

static void judge_garbage(struct gc_place *place, const struct journal_find *find)
{
    struct gc_job *state = gc_of(place->job);
    char text[128];
    if (is_too_new(place, find)) {
        state->counts.waiting++;
        tell(place, find, ARCHWAY_FATE_WAITING, why_new(find));
    } else if (find->passes < passes_wanted(place)) {
        state->counts.waiting++;
        state->lacking++;
        snprintf(text, sizeof text, "in no entry of the journal, and seen in %u of %u passes",
                 find->passes, passes_wanted(place));
        tell(place, find, ARCHWAY_FATE_WAITING, text);
    } else {
        state->counts.garbage++;
        end_or_tell(place, find, "in no entry of the journal");
    }
}

static void keep(struct gc_place *place, const struct journal_find *find, const char *reason)
{
    gc_of(place->job)->counts.kept++;
    tell(place, find, ARCHWAY_FATE_KEPT, reason);
}

static int judge_find(void *arg, const struct journal_find *find)
{
    struct gc_place *place = arg;
    switch (find->verdict) {
    case GC_EXPIRED:
        gc_of(place->job)->counts.expired++;
        end_or_tell(place, find, "its time is up");
        break;
    case GC_MARKED_KEEP:
        keep(place, find, "it has the tag archway-keep");
        break;
    case GC_SHARED:
        keep(place, find, "the next create finds it");
        break;
    case GC_IN_USE:
        keep(place, find, "it is in use");
        break;
    default:
        judge_garbage(place, find);
        break;
    }
    return job_is_over(place->job) ? -1 : 0;
}

int gc_judge_finds(struct gc_place *place, bool machines, aw_error *ret_error)
{
    struct journal *journal = place->job->aw->journal;
    const char *region = place->region ? place->region : "";
    if (journal_find_count(journal, place->number, place->backend->name, region, machines,
                           GC_APART_MS, ret_error))
        return -1;
    int failed = journal_find_each(journal, place->number, place->backend->name, region, judge_find,
                                   place, ret_error);
    return job_is_over(place->job) ? 0 : failed;
}
