/* SPDX-License-Identifier: Apache-2.0 */
/* Listings of offers, each made once for all who want it. */
#include "core/shard.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/mem.h"
#include "core/query.h"
#include "core/regions.h"
#include "core/vec.h"

#include <string.h>

#define LISTING_TIMEOUT_MS 300000u
/* Offers do not wait for longer for what is only nice to know. */
#define QUOTAS_TIMEOUT_MS 20000u
#define MOST_PROBLEMS 1000u

static void on_offer(struct op *op, const aw_offer *offer)
{
    struct shard *shard = op->owner;
    aw_error error = {0};
    if (!regions_allow(shard->backend, offer->region)) {
        shard->elsewhere++;
        return;
    }
    if (table_add(shard->incoming, shard->id, shard->backend->name, offer, &error))
        op_fail(op, &error);
}

static void on_problem(struct op *op, const aw_error *problem)
{
    struct shard *shard = op->owner;
    struct problems *problems = &shard->incoming_problems;
    if (problems->count >= MOST_PROBLEMS)
        return;
    aw_error *kept = VEC_PUSH(&problems->items, &problems->count);
    if (kept)
        *kept = *problem;
    else
        op_fail_memory(op, "the problems of a listing");
}

static void problems_finish(struct problems *problems)
{
    mem_free(problems->items);
    *problems = (struct problems){0};
}

const struct problems *shard_problems(const struct shard *shard)
{
    return shard->error.code ? &shard->incoming_problems : &shard->problems;
}

/* Adds the new rows to the table, and only then drops the old ones. */
static int take_rows(struct shard *shard)
{
    uint32_t id = ++shard->backend->aw->shard_ids;
    if (table_take(shard->table, id, shard->incoming, &shard->quotas, &shard->error))
        return -1;
    table_drop(shard->table, shard->id);
    shard->id = id;
    return 0;
}

static void tell_elsewhere(const struct shard *shard)
{
    if (shard->elsewhere && table_count(shard->incoming) == 0)
        context_log(shard->backend->aw, AW_LOG_WARNING,
                    "%s: all %llu offers are in other regions than `regions:` of the configuration "
                    "names",
                    shard->backend->name, (unsigned long long)shard->elsewhere);
}

static void take_over(struct shard *shard)
{
    tell_elsewhere(shard);
    if (take_rows(shard))
        return;
    problems_finish(&shard->problems);
    shard->problems = shard->incoming_problems;
    shard->incoming_problems = (struct problems){0};
    shard->spot = shard->asked_spot;
    shard->fetched_at_ms = backend_now_ms(shard->backend);
}

static bool covers(uint32_t spot, const struct shard_wait *wait)
{
    return spot == AW_SPOT_ANY || spot == wait->spot;
}

static int begin(struct shard *shard);

/* Those whom the listing has served. The shard of a single job may be gone afterwards. */
static void tell(struct shard *shard, uint32_t spot)
{
    struct link served, others;
    list_init(&served);
    list_init(&others);
    while (!list_empty(&shard->waiting)) {
        struct shard_wait *wait = list_item(shard->waiting.next, struct shard_wait, link);
        list_remove(&wait->link);
        list_append(covers(spot, wait) ? &served : &others, &wait->link);
    }
    while (!list_empty(&others)) {
        struct link *link = others.next;
        list_remove(link);
        list_append(&shard->waiting, link);
    }
    while (!list_empty(&served)) {
        struct shard_wait *wait = list_item(served.next, struct shard_wait, link);
        list_remove(&wait->link);
        wait->listed(wait);
    }
}

/* Whoever came during the listing and wants more than was asked for is served by another one. */
static void tell_all(struct shard *shard)
{
    bool again = false;
    for (const struct link *at = shard->waiting.next; at != &shard->waiting; at = at->next)
        again |= !covers(shard->asked_spot, list_item(at, struct shard_wait, link));
    tell(shard, shard->asked_spot);
    if (!again || shard->op || list_empty(&shard->waiting) || begin(shard) == 0)
        return;
    kit_error_set(&shard->error, AW_E_NO_MEMORY, "no memory for a listing");
    tell(shard, AW_SPOT_ANY);
}

static void stop_listing(struct shard *shard)
{
    op_destroy(shard->op);
    op_destroy(shard->quota_op);
    shard->op = shard->quota_op = NULL;
    shard->listed = false;
    quotas_finish(&shard->quotas);
    table_destroy(shard->incoming);
    shard->incoming = NULL;
}

/* The other regions mostly have the same reason. */
static void tell_quotas_unknown(const struct shard *shard)
{
    struct backend *backend = shard->backend;
    uint32_t level = backend->quotas_unknown ? AW_LOG_INFO : AW_LOG_WARNING;
    backend->quotas_unknown = true;
    context_log(backend->aw, level,
                "%s%s%s: the quotas are not known, so no offer is marked as beyond them: %.600s",
                backend->name, shard->region ? "/" : "", shard->region ? shard->region : "",
                shard->quota_error.message);
}

static void finish(struct shard *shard)
{
    if (!shard->listed || (shard->quota_op && shard->op->error.code == AW_OK))
        return;
    if (shard->op->error.code)
        shard->error = shard->op->error;
    if (shard->error.code == AW_OK && shard->quota_error.code)
        tell_quotas_unknown(shard);
    if (shard->error.code == AW_OK)
        take_over(shard);
    stop_listing(shard);
    tell_all(shard);
}

static void on_done(struct op *op)
{
    struct shard *shard = op->owner;
    shard->listed = true;
    finish(shard);
}

static void on_quota(struct op *op, const aw_quota *quota)
{
    struct shard *shard = op->owner;
    if (quotas_add(&shard->quotas, quota))
        op_fail_memory(op, "the quotas");
}

/* An account that may not look at its quotas can still start machines. */
static void on_quotas_done(struct op *op)
{
    struct shard *shard = op->owner;
    shard->quota_error = op->error;
    if (op->error.code)
        quotas_finish(&shard->quotas);
    if (op->error.code == AW_E_NO_MEMORY)
        shard->error = op->error;
    op_destroy(op);
    shard->quota_op = NULL;
    finish(shard);
}

static const struct op_sink quota_sink = {.quota = on_quota, .done = on_quotas_done};

static const struct op_sink sink = {.offer = on_offer, .problem = on_problem, .done = on_done};

static bool is_region(const struct shard *shard, const char *region)
{
    return region && shard->region ? !strcmp(shard->region, region) : region == shard->region;
}

static struct shard *find(const struct backend *backend, const char *region)
{
    for (size_t i = 0; i < backend->shard_count; i++)
        if (is_region(backend->shards[i], region))
            return backend->shards[i];
    return NULL;
}

static struct shard *create(struct backend *backend, const char *region, struct table *table)
{
    struct shard *shard = mem_alloc(sizeof *shard);
    char *name = shard ? mem_copy_text(region) : NULL;
    if (!shard || (region && !name)) {
        mem_free(shard);
        return NULL;
    }
    shard->backend = backend;
    shard->region = name;
    shard->table = table;
    shard->id = ++backend->aw->shard_ids;
    list_init(&shard->waiting);
    return shard;
}

/* One that stays for all who come. */
static struct shard *create_shared(struct backend *backend, const char *region)
{
    struct shard *shard = create(backend, region, backend->aw->table);
    struct shard **place = shard ? VEC_PUSH(&backend->shards, &backend->shard_count) : NULL;
    if (place)
        *place = shard;
    else
        shard_destroy(shard);
    return place ? shard : NULL;
}

/* What serves all who wait. Rows that do not cover it show that others want the rest: they stay served. */
static uint32_t spot_wanted(const struct shard *shard)
{
    const struct shard_wait *first = list_item(shard->waiting.next, struct shard_wait, link);
    for (const struct link *at = first->link.next; at != &shard->waiting; at = at->next)
        if (!covers(first->spot, list_item(at, struct shard_wait, link)))
            return AW_SPOT_ANY;
    return shard->fetched_at_ms && !covers(shard->spot, first) ? AW_SPOT_ANY : first->spot;
}

/* For those who wait. */
static int begin(struct shard *shard)
{
    struct backend *backend = shard->backend;
    bool has_quotas = backend_quotas(backend) != NULL;
    shard->asked_spot = spot_wanted(shard);
    const aw_offer_query wish = {
        .size = sizeof wish,
        .archs = AW_ARCH_ANY,
        .spot = shard->asked_spot,
        .region = shard->region,
        .options = shard->options,
        .option_count = shard->option_count,
    };
    shard->incoming = table_create();
    shard->op =
        op_create(backend, OP_LIST_OFFERS, shard->region, &sink, shard, LISTING_TIMEOUT_MS, false);
    if (has_quotas)
        shard->quota_op = op_create(backend, OP_LIST_QUOTAS, shard->region, &quota_sink, shard,
                                    QUOTAS_TIMEOUT_MS, false);
    if (!shard->incoming || !shard->op || (has_quotas && !shard->quota_op)) {
        stop_listing(shard);
        return -1;
    }
    problems_finish(&shard->incoming_problems);
    shard->elsewhere = 0;
    shard->error = (aw_error){.size = sizeof shard->error};
    shard->quota_error = shard->error;
    op_start(shard->op, &wish);
    if (shard->quota_op)
        op_start(shard->quota_op, &wish);
    return 0;
}

static bool is_fresh(const struct shard *shard, uint64_t max_age_ms)
{
    uint64_t now_ms = backend_now_ms(shard->backend);
    return shard->fetched_at_ms && shard->fetched_at_ms <= now_ms &&
           now_ms - shard->fetched_at_ms < max_age_ms;
}

static int join(struct shard *shard, struct shard_wait *wait)
{
    list_append(&shard->waiting, &wait->link);
    if (shard->op || begin(shard) == 0)
        return 0;
    list_remove(&wait->link);
    return -1;
}

int shard_list(struct backend *backend, const char *region, uint64_t max_age_ms,
               struct shard_wait *wait)
{
    struct shard *shard = find(backend, region);
    if (!shard)
        shard = create_shared(backend, region);
    if (!shard)
        return -1;
    wait->shard = shard;
    list_init(&wait->link);
    if (shard->op || !is_fresh(shard, max_age_ms) || !covers(shard->spot, wait))
        return join(shard, wait);
    shard->error = (aw_error){.size = sizeof shard->error};
    wait->listed(wait);
    return 0;
}

int shard_list_own(struct backend *backend, const char *region, const struct archway_query *query,
                   struct table *table, struct shard_wait *wait)
{
    struct shard *shard = create(backend, region, table);
    if (!shard)
        return -1;
    shard->options = query->options;
    shard->option_count = query->option_count;
    wait->shard = shard;
    list_init(&wait->link);
    return join(shard, wait);
}

void shard_leave(struct shard_wait *wait)
{
    if (!wait->link.next)
        return;
    list_remove(&wait->link);
    if (wait->shard->op && list_empty(&wait->shard->waiting))
        stop_listing(wait->shard);
}

void shard_destroy(struct shard *shard)
{
    if (!shard)
        return;
    stop_listing(shard);
    problems_finish(&shard->problems);
    problems_finish(&shard->incoming_problems);
    mem_free(shard->region);
    mem_free(shard);
}

void shards_finish(struct backend *backend)
{
    for (size_t i = 0; i < backend->shard_count; i++)
        shard_destroy(backend->shards[i]);
    mem_free(backend->shards);
    backend->shards = NULL;
    backend->shard_count = 0;
}
