/* SPDX-License-Identifier: Apache-2.0 */
/* O1 to O3: offers that can be true. */
#include "check/judge_offer.h"
#include "check/rules.h"
#include "check/run.h"

struct seen {
    struct verdict *verdict;
    uint64_t count;
};

static struct verdict *verdict_of(struct stage *stage)
{
    struct seen *seen = stage->knobs.observer.arg;
    seen->count++;
    seen->verdict->tried++;
    return seen->verdict;
}

static void look_at_offers(struct subject *subject, const char *recording, struct verdict *verdict,
                           void (*see)(struct stage *stage, const aw_offer *offer))
{
    struct seen seen = {.verdict = verdict};
    const struct observer observer = {.offer = see, .arg = &seen};
    struct run clean;
    verdict_place(verdict, "%s", run_name(recording));
    if (!run_clean(&clean, subject, recording, &observer))
        return;
    verdict->applied += seen.count > 0;
    run_finish(&clean);
}

static void see_arch(struct stage *stage, const aw_offer *offer)
{
    judge_offer_arch(offer, verdict_of(stage));
}

void rule_offer_archs(struct subject *subject, const char *recording, struct verdict *verdict)
{
    look_at_offers(subject, recording, verdict, see_arch);
}

static void see_price(struct stage *stage, const aw_offer *offer)
{
    judge_offer_price(offer, verdict_of(stage));
}

void rule_offer_prices(struct subject *subject, const char *recording, struct verdict *verdict)
{
    look_at_offers(subject, recording, verdict, see_price);
}

static void see_numbers(struct stage *stage, const aw_offer *offer)
{
    judge_offer_numbers(offer, verdict_of(stage));
}

void rule_offer_numbers(struct subject *subject, const char *recording, struct verdict *verdict)
{
    look_at_offers(subject, recording, verdict, see_numbers);
}
