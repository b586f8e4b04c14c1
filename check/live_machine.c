/* SPDX-License-Identifier: Apache-2.0 */
/* V2, I3 and I2: a machine is rented, and found again. */
#include "check/live.h"

#include "kit/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIFE_MS 3600000u

static void describe(const aw_offer *offer, char *text, size_t size)
{
    uint64_t price = offer->price_nusd_per_hour;
    snprintf(text, size, "%.64s (%s%s) in %.64s at %" PRIu64 ".%04" PRIu64 " USD an hour",
             offer->instance_type, archway_arch_name(offer->arch), offer->spot ? ", spot" : "",
             offer->region && *offer->region ? offer->region : "any region", price / 1000000000,
             price % 1000000000 / 100000);
}

static void tell_try(archway_job *job, uint64_t index, void *arg)
{
    struct live *live = arg;
    char text[256];
    archway_try try = {.size = sizeof try};
    if (archway_job_try(job, index, &try))
        return;
    describe(try.offer, text, sizeof text);
    if (try.outcome == ARCHWAY_TRY_UNDER_WAY && live->interrupts)
        archway_cancel(job);
    else if (try.outcome == ARCHWAY_TRY_UNDER_WAY)
        live_note(live,
                  "renting %s, for some minutes, as \"" LIVE_NAME "\" of the owner %s with the "
                  "token %s; it has a deadline of an hour",
                  text, archway_owner(live->aw), try.token);
    else if (try.outcome == ARCHWAY_TRY_FAILED)
        live_note(live, "%s: %s", text, try.error->message);
}

static int start_placement(struct live *live, archway_job **ret_job, aw_error *ret_error)
{
    const archway_check_live_options *options = live->options;
    live->wish = (archway_wish){
        .size = sizeof live->wish,
        .ssh_key_count = (uint32_t)options->ssh_key_count,
        .name = LIVE_NAME,
        .ssh_keys = options->ssh_keys,
        .no_bootstrap = 1,
        .expires_at_ms = backend_now_ms(live->backend) + LIFE_MS,
    };
    const archway_placement placement = {
        .size = sizeof placement,
        .plan_only = !options->spend,
        .max_age_ms = UINT64_MAX, /* they have just been asked for */
        .query = options->query,
        .wish = &live->wish,
        .on_try = tell_try,
        .arg = live,
    };
    if (archway_query_set(options->query, "available", "yes", ret_error))
        return -1;
    return archway_place(live->aw, &placement, NULL, ret_job, ret_error);
}

/* Why there was none to rent: what each filter took away. */
static void say_none_matched(struct live *live, const archway_job *job)
{
    const char *filter;
    uint64_t count = 0;
    size_t used = (size_t)snprintf(live->why_none, sizeof live->why_none,
                                   "no offer is left that may be rented");
    for (uint64_t i = 0; (filter = archway_job_removed(job, i, &count)) != NULL; i++)
        if (used < sizeof live->why_none)
            used += (size_t)snprintf(live->why_none + used, sizeof live->why_none - used,
                                     "%s %s removed %" PRIu64, i ? "," : ":", filter, count);
}

static void say_plan(struct live *live, const archway_job *job)
{
    char text[256];
    archway_try first = {.size = sizeof first};
    if (archway_job_try(job, 0, &first)) {
        say_none_matched(live, job);
        return;
    }
    describe(first.offer, text, sizeof text);
    snprintf(live->why_none, sizeof live->why_none,
             "nothing may be spent; it would rent %s, for some minutes", text);
}

/* It may have been made although nobody named it: the journal knows its token. */
static void take_up(struct live *live)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    archway_outcome outcome = {.size = sizeof outcome};
    live->unknown = true;
    if (archway_recover(live->aw, 0, NULL, &job, NULL) || !live_run_on(live, job))
        return;
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++) {
        if (!outcome.token || strcmp(outcome.token, live->token) != 0)
            continue;
        live->unknown = outcome.fate == ARCHWAY_FATE_OPEN || outcome.fate == ARCHWAY_FATE_ENDING;
        const aw_instance found = {
            .size = sizeof found, .id = outcome.id, .region = outcome.region};
        if (outcome.id && outcome.fate == ARCHWAY_FATE_ADOPTED)
            live_add_machine(live, &found);
    }
}

/* A sold-out cloud is no fault of the plugin's. */
static void say_not_made(struct live *live, const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    snprintf(live->why_none, sizeof live->why_none, "no machine was made: %.500s", error->message);
    if (error->code == AW_E_NOT_FOUND && archway_job_try_count(job) == 0)
        say_none_matched(live, job);
    else if (error->code != AW_E_NO_CAPACITY && error->code != AW_E_QUOTA)
        verdict_fail(&live->verdict, "%s", live->why_none);
    verdict_skip(&live->verdict, "%.250s", live->why_none);
    if (!archway_job_sent(job))
        return;
    live->token = arena_text(&live->arena, archway_job_token(job));
    take_up(live);
}

static void keep_made(struct live *live, archway_job *job)
{
    archway_try last = {.size = sizeof last};
    live->made = job;
    live->token = archway_job_token(job);
    archway_job_try(job, archway_job_try_count(job) - 1, &last);
    live->offer = *last.offer;
    live->wish.backend = live->backend->name;
    live->wish.offer = &live->offer;
    live->wish.token = live->token;
    live_add_machine(live, archway_job_instance(job, 0, &live->wish.backend));
}

/* Is it the machine that was ordered? What is not said is not wrong. */
static void compare(struct live *live, const char *who, const aw_instance *instance)
{
    const aw_offer *offer = &live->offer;
    const archway_machine *machine = &live->machines[0].face;
    struct verdict *verdict = &live->verdict;
    verdict->tried++;
    if (strcmp(instance->id, machine->id) != 0)
        verdict_fail(verdict, "`%s` names it %.100s, and it was made as %.100s", who, instance->id,
                     machine->id);
    if (offer->region && *offer->region && strcmp(instance->region, offer->region) != 0)
        verdict_fail(verdict, "`%s` has it in %.64s, and it was ordered in %.64s", who,
                     instance->region, offer->region);
    if (instance->arch && instance->arch != offer->arch)
        verdict_fail(verdict, "`%s` has it as %s, and it was ordered as %s", who,
                     archway_arch_name(instance->arch), archway_arch_name(offer->arch));
    if (instance->instance_type && strcmp(instance->instance_type, offer->instance_type) != 0)
        verdict_fail(verdict, "`%s` has it as %.64s, and it was ordered as %.64s", who,
                     instance->instance_type, offer->instance_type);
}

static void wait_for_it(struct live *live)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    const char *backend;
    const archway_call call = {.size = sizeof call, .timeout_ms = live->options->wait_ms};
    if (archway_wait(live->aw, &live->machines[0].face, AW_STATE_RUNNING, &call, &job, &error)) {
        verdict_fail(&live->verdict, "%s", error.message);
        return;
    }
    if (!live_run(live, job))
        return;
    if (archway_job_error(job)->code)
        verdict_fail(&live->verdict, "%s", archway_job_error(job)->message);
    else
        compare(live, "list", archway_job_instance(job, 0, &backend));
}

static void get_it(struct live *live)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    const char *backend;
    if (archway_get(live->aw, &live->machines[0].face, NULL, &job, &error)) {
        verdict_fail(&live->verdict, "%s", error.message);
        return;
    }
    if (!live_run(live, job))
        return;
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    if (!instance) {
        verdict_fail(&live->verdict, "`get`: %s", archway_job_error(job)->message);
        return;
    }
    compare(live, "get", instance);
    if (instance->state != AW_STATE_RUNNING)
        verdict_fail(&live->verdict, "`get` says that it is %s while `list` says that it runs",
                     archway_state_name(instance->state));
}

void live_make(struct live *live)
{
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    const char *backend;
    if (!live->listing || archway_job_offer_count(live->listing) == 0) {
        verdict_skip(&live->verdict, "there are no offers");
        return;
    }
    if (start_placement(live, &job, &error)) {
        verdict_fail(&live->verdict, "%s", error.message);
        return;
    }
    live_run_on(live, job);
    if (!live->options->spend) {
        say_plan(live, job);
        verdict_skip(&live->verdict, "%.250s", live->why_none);
        archway_job_destroy(job);
        return;
    }
    if (!archway_job_done(job))
        archway_cancel(job);
    if (!archway_job_instance(job, 0, &backend)) {
        say_not_made(live, job);
        archway_job_destroy(job);
        return;
    }
    keep_made(live, job);
    compare(live, "create", archway_job_instance(job, 0, &backend));
    wait_for_it(live);
    if (!live->interrupts && !verdict_failed(&live->verdict))
        get_it(live);
}

static void check_tags(struct live *live, const aw_instance *instance)
{
    if (!instance->token || strcmp(instance->token, live->token) != 0)
        verdict_fail(&live->verdict, "it is listed with the token \"%.64s\", and was made with %s",
                     instance->token ? instance->token : "", live->token);
    if (!instance->owner || strcmp(instance->owner, archway_owner(live->aw)) != 0)
        verdict_fail(&live->verdict, "it is listed as of the owner \"%.64s\", and is of %s",
                     instance->owner ? instance->owner : "", archway_owner(live->aw));
}

static bool see_it(struct live_seen *seen, const aw_instance *instance)
{
    struct live *live = seen->live;
    if (strcmp(instance->id, live->machines[0].face.id) != 0)
        return false;
    check_tags(live, instance);
    return true;
}

static void find_by(struct live *live, const char *what, const char *owner, const char *token)
{
    struct live_seen seen = {.live = live, .machine = see_it};
    const aw_list wish = {
        .size = sizeof wish, .region = live->offer.region, .owner = owner, .token = token};
    live->verdict.tried++;
    if (!live_op(&seen, OP_LIST, &wish))
        verdict_fail(&live->verdict, "`list` by its %s: %s", what, seen.error.message);
    else if (!seen.count)
        verdict_fail(&live->verdict, "`list` by its %s lacks it", what);
}

void live_find(struct live *live)
{
    if (!live->made) {
        verdict_skip(&live->verdict, "%.250s", live->why_none);
        return;
    }
    find_by(live, "owner", archway_owner(live->aw), NULL);
    find_by(live, "token", NULL, live->token);
}

/* One that is another machine is ended as well. */
static void compare_again(struct live *live, const char *how, const aw_instance *instance)
{
    if (strcmp(instance->id, live->machines[0].face.id) == 0)
        return;
    live_add_machine(live, instance);
    verdict_fail(&live->verdict, "%s made a second machine, %.100s beside %.100s", how,
                 instance->id, live->machines[0].face.id);
}

static bool see_again(struct live_seen *seen, const aw_instance *instance)
{
    compare_again(seen->live, "the same request once more", instance);
    return true;
}

/* Core would look for the machine first, and never ask: so it is asked past it. */
static void send_again(struct live *live)
{
    struct live_seen seen = {.live = live, .machine = see_again};
    const aw_offer *offer = &live->offer;
    const archway_wish *from = &live->wish;
    const aw_create wish = {
        .size = sizeof wish,
        .arch = offer->arch,
        .spot = offer->spot,
        .ssh_key_count = from->ssh_key_count,
        .instance_type = offer->instance_type,
        .region = offer->region ? offer->region : "",
        .zone = offer->zone,
        .offer_data = offer->data,
        .name = from->name,
        .owner = archway_owner(live->aw),
        .token = live->token,
        .ssh_keys = from->ssh_keys,
        .expires_at_ms = from->expires_at_ms,
    };
    live->verdict.tried++;
    if (!live_op(&seen, OP_CREATE, &wish))
        verdict_fail(&live->verdict, "the same request once more: %s", seen.error.message);
    else if (!seen.count)
        verdict_fail(&live->verdict, "the same request once more names no machine");
}

static void create_again(struct live *live)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    const char *backend;
    live->verdict.tried++;
    if (archway_create(live->aw, &live->wish, NULL, &job, &error)) {
        verdict_fail(&live->verdict, "%s", error.message);
        return;
    }
    if (!live_run_on(live, job))
        return;
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    if (instance)
        compare_again(live, "a second create", instance);
    else
        verdict_fail(&live->verdict, "a second create: %s", archway_job_error(job)->message);
}

void live_make_again(struct live *live)
{
    if (!live->made) {
        verdict_skip(&live->verdict, "%.250s", live->why_none);
        return;
    }
    create_again(live);
    if (backend_can(live->backend, AW_CAP_IDEMPOTENT_CREATE) && !live->interrupts)
        send_again(live);
}
