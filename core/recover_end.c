/* SPDX-License-Identifier: Apache-2.0 */
/* An end that was ordered, and of which the provider shows nothing, is ordered again. */
#include "core/recover.h"

#include "core/backend.h"
#include "core/error.h"

#include <stdio.h>

struct recover_end {
    struct link link;
    struct recover_group *group;
    struct recover_item *item;
    struct op *op;
};

static void on_instance(struct op *op, const aw_instance *instance)
{
    (void)op;
    (void)instance;
}

static void tell(struct recover_end *end, const aw_error *error)
{
    struct recover_group *group = end->group;
    char reason[sizeof error->message + 64];
    if (error->code == AW_OK) {
        recover_group_told(group, end->item, ARCHWAY_FATE_ENDING, "its end is ordered again");
    } else if (error->code != AW_E_NOT_FOUND) {
        snprintf(reason, sizeof reason, "its end could not be ordered: %s", error->message);
        recover_group_told(group, end->item, ARCHWAY_FATE_OPEN, reason);
    } else if (journal_done(group->job->aw->journal, end->item->entry.id, JOURNAL_TERMINATED,
                            NULL)) {
        recover_group_told(group, end->item, ARCHWAY_FATE_OPEN, "the journal could not be written");
    } else {
        recover_group_told(group, end->item, ARCHWAY_FATE_GONE,
                           "the provider says that it is gone");
    }
}

static void on_done(struct op *op)
{
    struct recover_end *end = op->owner;
    struct recover_group *group = end->group;
    aw_error error = op->error;
    list_remove(&end->link);
    op_destroy(op);
    tell(end, &error);
    if (!list_empty(&group->ends) || group->op || group->timer.set || job_is_over(group->job))
        return;
    if (group->open)
        loop_set(group->job->aw->loop, &group->timer, 0);
    else
        recover_group_through(group);
}

static const struct op_sink sink = {.instance = on_instance, .done = on_done};

void recover_end_start(struct recover_group *group, struct recover_item *item)
{
    archway_job *job = group->job;
    const aw_instance *instance = &job->instances[item->instance].instance;
    const aw_ref ref = {
        .size = sizeof ref,
        .region = instance->region,
        .zone = instance->zone,
        .id = instance->id,
        .data = instance->data,
    };
    struct recover_end *end = arena_alloc(&job->arena, sizeof *end);
    struct op *op = end ? op_create(group->backend, OP_TERMINATE, instance->region, &sink, end,
                                    JOB_WRITE_MS, false)
                        : NULL;
    if (!op) {
        job_doom(job);
        return;
    }
    *end = (struct recover_end){.group = group, .item = item, .op = op};
    list_append(&group->ends, &end->link);
    op_start(op, &ref);
}

void recover_ends_stop(struct recover_group *group)
{
    while (!list_empty(&group->ends)) {
        struct recover_end *end = list_item(group->ends.next, struct recover_end, link);
        list_remove(&end->link);
        op_destroy(end->op);
    }
}
