/* SPDX-License-Identifier: Apache-2.0 */
/* What a listing has shown, written into the journal: all of it at once, and told when it is written. */
#include "core/recover.h"

#include "core/backend.h"
#include "core/error.h"

static const aw_instance *instance_of(const struct recover_group *group,
                                      const struct recover_item *item)
{
    return &group->job->instances[item->instance].instance;
}

/* What is to be written of a machine that is listed. OPEN: its end must be ordered again. */
static enum archway_fate fate_of(const struct recover_group *group, const struct recover_item *item)
{
    uint32_t state = instance_of(group, item)->state;
    if (state == AW_STATE_TERMINATED)
        return ARCHWAY_FATE_GONE;
    if (item->entry.state == JOURNAL_INTENT)
        return ARCHWAY_FATE_ADOPTED;
    return state == AW_STATE_TERMINATING ? ARCHWAY_FATE_ENDING : ARCHWAY_FATE_OPEN;
}

static int write_found(struct recover_group *group, struct recover_item *item, aw_error *ret_error)
{
    struct journal *journal = group->job->aw->journal;
    item->fate = fate_of(group, item);
    if (item->entry.state == JOURNAL_INTENT &&
        journal_known(journal, group->backend, item->entry.id, instance_of(group, item), ret_error))
        return -1;
    if (item->fate == ARCHWAY_FATE_GONE)
        return journal_done(journal, item->entry.id, JOURNAL_TERMINATED, ret_error);
    return 0;
}

/* So old that a whole list without it proves that there is none. */
static bool is_old(const struct recover_group *group, const struct recover_item *item)
{
    const struct recover_job *state = group->job->state;
    uint64_t age_ms = item->entry.age_ms + group->looked_at_ms - state->claimed_at_ms;
    return age_ms >= JOURNAL_WINDOW_MS ||
           group->looked_at_ms - group->started_ms >= JOURNAL_WINDOW_MS;
}

static int write_missing(struct recover_group *group, struct recover_item *item,
                         aw_error *ret_error)
{
    bool intent = item->entry.state == JOURNAL_INTENT;
    const struct recover_job *state = group->job->state;
    if (!is_old(group, item))
        return 0;
    if (!state->same_account && journal_is_elsewhere(group->backend, item->entry.account)) {
        item->elsewhere = true;
        return 0;
    }
    item->fate = intent ? ARCHWAY_FATE_ABSENT : ARCHWAY_FATE_GONE;
    return journal_done(group->job->aw->journal, item->entry.id,
                        intent ? JOURNAL_ABSENT : JOURNAL_TERMINATED, ret_error);
}

static int write_all(struct recover_group *group, bool found,
                     int (*write)(struct recover_group *, struct recover_item *, aw_error *),
                     aw_error *ret_error)
{
    struct journal *journal = group->job->aw->journal;
    if (journal_group(journal, ret_error))
        return -1;
    for (size_t i = 0; i < group->count; i++) {
        struct recover_item *item = &group->items[i];
        if (!item->told && item->found == found && write(group, item, ret_error)) {
            journal_group_drop(journal);
            return -1;
        }
    }
    return journal_group_end(journal, ret_error);
}

/* When the journal cannot be written, all of them are as open as before. */
static int write(struct recover_group *group, bool found,
                 int (*write_one)(struct recover_group *, struct recover_item *, aw_error *))
{
    aw_error error = {.size = sizeof error};
    if (write_all(group, found, write_one, &error) == 0)
        return 0;
    for (size_t i = 0; i < group->count; i++)
        if (!group->items[i].told)
            group->items[i].fate = ARCHWAY_FATE_OPEN;
    group->failed = true;
    if (job_add_problem(group->job, &error))
        job_doom(group->job);
    return -1;
}

static const char *reason_of(enum archway_fate fate)
{
    switch (fate) {
    case ARCHWAY_FATE_ADOPTED:
        return "the provider lists it";
    case ARCHWAY_FATE_ABSENT:
        return "the provider does not list it: no machine came of the create";
    case ARCHWAY_FATE_ENDING:
        return "the provider is ending it";
    default:
        return "the provider says that it is gone";
    }
}

void recover_settle_found(struct recover_group *group)
{
    if (write(group, true, write_found))
        return;
    for (size_t i = 0; i < group->count && !job_is_over(group->job); i++) {
        struct recover_item *item = &group->items[i];
        if (item->told || !item->found)
            continue;
        if (item->fate == ARCHWAY_FATE_OPEN)
            recover_end_start(group, item);
        else
            recover_group_told(group, item, item->fate, reason_of(item->fate));
    }
}

static void tell_elsewhere(struct recover_group *group, struct recover_item *item)
{
    aw_error why = {.size = sizeof why};
    journal_fail_elsewhere(group->backend, item->entry.account, &why);
    recover_group_told(group, item, ARCHWAY_FATE_OPEN, why.message);
}

void recover_settle_missing(struct recover_group *group)
{
    if (write(group, false, write_missing))
        return;
    for (size_t i = 0; i < group->count && !job_is_over(group->job); i++) {
        struct recover_item *item = &group->items[i];
        if (item->elsewhere)
            tell_elsewhere(group, item);
        else if (!item->told && !item->found && item->fate != ARCHWAY_FATE_OPEN)
            recover_group_told(group, item, item->fate, reason_of(item->fate));
    }
}
