/* SPDX-License-Identifier: Apache-2.0 */
/* One place of a recovery: listed once, and again while something may not be listed yet. */
#include "core/recover.h"

#include "core/backend.h"
#include "core/error.h"

#include <stdio.h>
#include <string.h>

#define LISTING_TIMEOUT_MS 120000u

static const uint64_t delays_ms[] = {2000, 4000, 8000, 16000, 30000};
#define DELAYS (sizeof delays_ms / sizeof *delays_ms)

static void look(void *arg);

void recover_group_told(struct recover_group *group, struct recover_item *item,
                        enum archway_fate fate, const char *reason)
{
    if (item->told)
        return;
    group->open--;
    recover_tell(group->job, item, fate, reason);
}

static void leave_open(struct recover_group *group, const char *reason)
{
    for (size_t i = 0; i < group->count; i++)
        if (list_empty(&group->ends) || !group->items[i].found)
            recover_group_told(group, &group->items[i], ARCHWAY_FATE_OPEN, reason);
}

static struct recover_item *find(const struct recover_group *group, const char *key,
                                 enum journal_state state)
{
    size_t from = 0;
    size_t to = key ? group->count : 0;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(recover_key(&group->items[middle]), key);
        if (order == 0 && group->items[middle].entry.state == state)
            return &group->items[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* A machine that has ended gives way to a living one with the same token. */
static void on_instance(struct op *op, const aw_instance *instance)
{
    struct recover_group *group = op->owner;
    archway_job *job = group->job;
    struct recover_item *item = find(group, instance->token, JOURNAL_INTENT);
    if (!item)
        item = find(group, instance->id, JOURNAL_ENDING);
    if (!item || item->told)
        return;
    if (item->found && job->instances[item->instance].instance.state != AW_STATE_TERMINATED)
        return;
    if (job_add_instance(job, group->backend->name, instance)) {
        op_fail_memory(op, "the machines");
        return;
    }
    item->found = true;
    item->instance = job->instance_count - 1;
}

static void on_problem(struct op *op, const aw_error *problem)
{
    struct recover_group *group = op->owner;
    group->whole = false;
    if (job_add_problem(group->job, problem))
        op_fail_memory(op, "the problems of a listing");
}

/* Until the youngest is old enough for its absence to prove something. */
static uint64_t wait_ms(const struct recover_group *group)
{
    const struct recover_job *state = group->job->state;
    uint64_t now_ms = loop_now_ms(group->job->aw->loop);
    uint64_t most_ms = 0;
    for (size_t i = 0; i < group->count; i++) {
        uint64_t age_ms = group->items[i].entry.age_ms + now_ms - state->claimed_at_ms;
        if (!group->items[i].told && age_ms < JOURNAL_WINDOW_MS &&
            JOURNAL_WINDOW_MS - age_ms > most_ms)
            most_ms = JOURNAL_WINDOW_MS - age_ms;
    }
    uint64_t delay_ms = delays_ms[group->round <= DELAYS ? group->round - 1 : DELAYS - 1];
    return delay_ms < most_ms ? delay_ms : most_ms;
}

static void go_on(struct recover_group *group)
{
    const struct recover_job *state = group->job->state;
    if (state->once && group->open)
        leave_open(group, "it was asked for so lately that the provider may not list it yet");
    if (!list_empty(&group->ends) || job_is_over(group->job))
        return;
    if (group->open)
        loop_set(group->job->aw->loop, &group->timer, wait_ms(group));
    else
        recover_group_through(group);
}

static void fail(struct recover_group *group, const aw_error *error)
{
    char reason[sizeof error->message + 64];
    snprintf(reason, sizeof reason, "the provider could not be asked: %s", error->message);
    if (job_add_problem(group->job, error))
        job_doom(group->job);
    leave_open(group, reason);
}

static void on_done(struct op *op)
{
    struct recover_group *group = op->owner;
    aw_error error = op->error;
    group->op = NULL;
    op_destroy(op);
    if (!error.code)
        recover_settle_found(group);
    if (error.code)
        fail(group, &error);
    else if (!group->whole)
        leave_open(group, "a part of the provider's list is missing, and it may be there");
    else if (!group->failed)
        recover_settle_missing(group);
    if (group->failed)
        leave_open(group, "the journal could not be written");
    go_on(group);
}

static const struct op_sink sink = {
    .instance = on_instance,
    .problem = on_problem,
    .done = on_done,
};

static void look(void *arg)
{
    struct recover_group *group = arg;
    archway_job *job = group->job;
    const struct journal_entry *first = &group->items[0].entry;
    bool only_one = group->count == 1 && first->state == JOURNAL_INTENT;
    const aw_list wish = {
        .size = sizeof wish,
        .region = group->region,
        .owner = group->only_owner,
        .token = only_one ? first->token : NULL,
    };
    group->round++;
    group->whole = true;
    group->looked_at_ms = loop_now_ms(job->aw->loop);
    group->op =
        op_create(group->backend, OP_LIST, group->region, &sink, group, LISTING_TIMEOUT_MS, false);
    if (group->op)
        op_start(group->op, &wish);
    else
        job_doom(job);
}

void recover_group_start(struct recover_group *group)
{
    struct recover_job *state = group->job->state;
    state->pending++;
    group->timer = (struct loop_timer){.run = look, .arg = group};
    group->started_ms = loop_now_ms(group->job->aw->loop);
    look(group);
}

void recover_group_stop(struct recover_group *group)
{
    loop_stop(group->job->aw->loop, &group->timer);
    op_destroy(group->op);
    group->op = NULL;
    recover_ends_stop(group);
}
