/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One listing of offers: of one region of one backend. It remembers when it was last made, so that it is
 * not made again too soon, and one listing under way serves all jobs that want it. Its offers enter the
 * table only when it has succeeded; until then, and when it fails, the older ones stay. A backend is asked for
 * interruptible machines, or for the others, alone while nobody has wanted both.
 */
#ifndef ARCHWAY_CORE_SHARD_H
#define ARCHWAY_CORE_SHARD_H

#include "core/list.h"
#include "core/quota.h"

#include <archway/backend.h>

#include <stdbool.h>

struct archway_query;
struct backend;
struct op;
struct table;

/* What a listing reported. */
struct problems {
    aw_error *items;
    size_t count;
};

struct shard {
    struct backend *backend;
    char *region;             /* NULL: all of them */
    const aw_header *options; /* of the query; the owner's */
    size_t option_count;
    uint32_t spot;            /* enum aw_spot: what the rows are */
    uint32_t asked_spot;      /* and what is asked for now */
    struct table *table;      /* where its rows go */
    uint32_t id;              /* of its rows in the table */
    uint64_t fetched_at_ms;   /* when the rows were listed; 0: never */
    struct problems problems; /* what is missing from the rows */
    aw_error error;           /* of the last listing, for those who wait for it */
    struct op *op;
    struct op *quota_op; /* beside it, where the backend knows quotas */
    struct quotas quotas;
    aw_error quota_error; /* why they are not known */
    bool listed;          /* the offers are there; the quotas may not be */
    struct table *incoming;
    uint64_t elsewhere;                /* offers of regions that the configuration leaves out */
    struct problems incoming_problems; /* kept until the next listing if this one fails */
    struct link waiting;
};

struct shard_wait {
    struct link link;
    struct shard *shard;
    uint32_t spot; /* enum aw_spot: what is wanted, set by the caller */
    void (*listed)(struct shard_wait *wait);
};

/* Calls wait->listed from the loop when the shard has been listed, or at once when that was less than
 * `max_age_ms` ago. -1: no memory. */
int shard_list(struct backend *backend, const char *region, uint64_t max_age_ms,
               struct shard_wait *wait);
/* Likewise for one job alone, since its query has options; the rows go into `table`. End it with shard_destroy. */
int shard_list_own(struct backend *backend, const char *region, const struct archway_query *query,
                   struct table *table, struct shard_wait *wait);
void shard_destroy(struct shard *shard);
/* What is missing from what those who wait are given. */
const struct problems *shard_problems(const struct shard *shard);
/* Gives up waiting. A listing that nobody waits for any more is stopped. */
void shard_leave(struct shard_wait *wait);

void shards_finish(struct backend *backend);

#endif
