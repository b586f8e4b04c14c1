/* SPDX-License-Identifier: Apache-2.0 */
/* V1 and O1 to O3: credentials and offers, which cost nothing. */
#include "check/judge_offer.h"
#include "check/live.h"

#include "core/query.h"
#include "kit/error.h"

#include <stdio.h>

static void look_at_backend(struct live *live)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    archway_finding finding = {.size = sizeof finding};
    live->verdict.tried++;
    if (archway_check(live->aw, live->backend->name, NULL, &job, &error)) {
        verdict_fail(&live->verdict, "%s", error.message);
        return;
    }
    if (!live_run(live, job))
        return;
    if (archway_job_error(job)->code)
        verdict_fail(&live->verdict, "%s", archway_job_error(job)->message);
    for (uint64_t i = 0; archway_job_finding(job, i, &finding) == 0; i++)
        if (finding.verdict == ARCHWAY_BAD)
            verdict_fail(&live->verdict, "%s: %s", finding.subject, finding.text);
}

/* All that it sells, in the regions that are asked about. */
static archway_query *whole_sale(const struct live *live, aw_error *ret_error)
{
    const struct names *regions = &live->options->query->regions;
    archway_query *query = archway_query_create();
    int failed = query ? archway_query_set(query, "backend", live->backend->name, ret_error)
                       : kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < regions->count && !failed; i++)
        failed = archway_query_set(query, "region", regions->items[i], ret_error);
    if (!failed)
        return query;
    archway_query_destroy(query);
    return NULL;
}

static void drop_query(archway_query **query)
{
    archway_query_destroy(*query);
}

static void tell_sale(struct live *live)
{
    char text[160];
    uint64_t counts[AW_ARCH_ANY] = {0};
    uint64_t unpriced = 0;
    const char *backend;
    aw_offer offer = {.size = sizeof offer};
    for (uint64_t i = 0; archway_job_offer(live->listing, i, &offer, &backend) == 0; i++) {
        counts[offer.arch]++;
        unpriced += !offer.priced;
    }
    snprintf(text, sizeof text,
             "%llu offers of amd64 and %llu of arm64, %llu of them without a price",
             (unsigned long long)counts[AW_ARCH_AMD64], (unsigned long long)counts[AW_ARCH_ARM64],
             (unsigned long long)unpriced);
    verdict_note(&live->verdict, text);
}

static void list_offers(struct live *live)
{
    aw_error error = {.size = sizeof error};
    KIT_CLEANUP(drop_query) archway_query *query = whole_sale(live, &error);
    live->verdict.tried++;
    if (!query || archway_offers(live->aw, query, 0, NULL, &live->listing, &error)) {
        verdict_fail(&live->verdict, "%s", error.message);
        return;
    }
    if (!live_run(live, live->listing))
        return;
    const aw_error *failure = archway_job_error(live->listing);
    uint64_t problems = archway_job_problem_count(live->listing);
    if (failure->code)
        verdict_fail(&live->verdict, "%s", failure->message);
    for (uint64_t i = 0; i < problems; i++)
        if (archway_job_offer_count(live->listing))
            verdict_note(&live->verdict, archway_job_problem(live->listing, i)->message);
        else
            verdict_fail(&live->verdict, "%s", archway_job_problem(live->listing, i)->message);
    tell_sale(live);
}

void live_list(struct live *live)
{
    look_at_backend(live);
    if (!verdict_failed(&live->verdict) && !live->interrupts)
        list_offers(live);
}

static void judge(struct live *live, void (*judge_one)(const aw_offer *, struct verdict *))
{
    const char *backend;
    aw_offer offer = {.size = sizeof offer};
    for (uint64_t i = 0;
         live->listing && archway_job_offer(live->listing, i, &offer, &backend) == 0; i++) {
        live->verdict.tried++;
        judge_one(&offer, &live->verdict);
    }
    if (!live->verdict.tried)
        verdict_skip(&live->verdict, "there are no offers");
}

void live_judge_archs(struct live *live)
{
    judge(live, judge_offer_arch);
}

void live_judge_prices(struct live *live)
{
    judge(live, judge_offer_price);
}

void live_judge_numbers(struct live *live)
{
    judge(live, judge_offer_numbers);
}
