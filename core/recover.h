/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a recovery: the journal's open entries, in groups that one listing each serves. */
#ifndef ARCHWAY_CORE_RECOVER_H
#define ARCHWAY_CORE_RECOVER_H

#include "core/job.h"
#include "core/journal.h"

struct recover_item {
    struct journal_entry entry;
    enum archway_fate fate;
    bool told;       /* its outcome is */
    bool elsewhere;  /* it was asked of another account, and is not listed in this one */
    bool found;      /* it is listed, or was at an earlier look */
    size_t instance; /* then its place in job->instances */
};

/* What one backend has in one region; in all of them, where it lists all at once. */
struct recover_group {
    archway_job *job;
    struct backend *backend;
    const char *region;
    struct recover_item *items; /* in the order of recover_key */
    size_t count;
    size_t open;            /* not told */
    const char *only_owner; /* all are of this owner; NULL: not all are of one */
    struct op *op;          /* the listing */
    bool whole;             /* so far: nothing of it is missing */
    bool failed;            /* the journal: nothing more is written */
    unsigned round;
    uint64_t looked_at_ms; /* when the listing began, by the loop */
    uint64_t started_ms;   /* when the first one did */
    struct loop_timer timer;
    struct link ends; /* orders under way */
};

struct recover_job {
    bool once;
    bool same_account; /* as the user says, whatever the credentials look like */
    struct recover_item *items;
    size_t count;
    uint64_t claimed_at_ms;
    struct recover_group *groups;
    size_t group_count;
    size_t pending; /* groups that are not through */
    struct loop_timer start;
};

/* What it is looked for by: a create's token, a machine's id. */
static inline const char *recover_key(const struct recover_item *item)
{
    return item->entry.state == JOURNAL_INTENT ? item->entry.token : item->entry.instance_id;
}

/* core/job_recover.c */
/* The outcome of an item, once. `reason` (a sentence, or NULL) is copied. */
void recover_tell(archway_job *job, struct recover_item *item, enum archway_fate fate,
                  const char *reason);
/* The group has nothing more to do. */
void recover_group_through(struct recover_group *group);

/* core/recover_group.c */
void recover_group_start(struct recover_group *group);
void recover_group_stop(struct recover_group *group);
/* Told, and perhaps the last one. */
void recover_group_told(struct recover_group *group, struct recover_item *item,
                        enum archway_fate fate, const char *reason);

/* core/recover_settle.c: writes down what a listing has shown. */
/* What is listed. Those whose end must be ordered again are under way behind it. */
void recover_settle_found(struct recover_group *group);
/* What is not, in a whole listing: as far as it is old enough. */
void recover_settle_missing(struct recover_group *group);

/* core/recover_end.c: ordering the end of a machine again. */
void recover_end_start(struct recover_group *group, struct recover_item *item);
void recover_ends_stop(struct recover_group *group);

#endif
