/* SPDX-License-Identifier: Apache-2.0 */
/* The figures of retrying. */
#include "core/retry.h"

#define BUDGET 500u
#define COST_TRANSIENT 14u
#define COST_THROTTLED 5u
#define ATTEMPTS_TRANSIENT 6u
#define ATTEMPTS_THROTTLED 10u
#define BASE_TRANSIENT_MS 250u
#define BASE_THROTTLED_MS 1000u
#define LONGEST_MS 20000u
/* Of what a provider may ask for: beyond any deadline, and no sum with it overflows. */
#define LONGEST_AFTER_MS UINT32_MAX

static bool throttled(const aw_error *error)
{
    return error->code == AW_E_THROTTLED;
}

bool retry_allowed(struct retry_budget *budget, const aw_error *error, unsigned attempts)
{
    uint32_t cost = throttled(error) ? COST_THROTTLED : COST_TRANSIENT;
    if (attempts >= (throttled(error) ? ATTEMPTS_THROTTLED : ATTEMPTS_TRANSIENT))
        return false;
    if (budget->spent + cost > BUDGET)
        return false;
    budget->spent += cost;
    return true;
}

void retry_succeeded(struct retry_budget *budget, unsigned attempts)
{
    uint32_t refund = attempts > 1 ? COST_TRANSIENT : 1;
    budget->spent -= budget->spent < refund ? budget->spent : refund;
}

uint64_t retry_delay_ms(const aw_error *error, unsigned attempts, uint64_t random)
{
    uint64_t ceiling_ms = throttled(error) ? BASE_THROTTLED_MS : BASE_TRANSIENT_MS;
    for (unsigned i = 1; i < attempts && ceiling_ms < LONGEST_MS; i++)
        ceiling_ms *= 2;
    if (ceiling_ms > LONGEST_MS)
        ceiling_ms = LONGEST_MS;
    uint64_t after_ms =
        error->retry_after_ms < LONGEST_AFTER_MS ? error->retry_after_ms : LONGEST_AFTER_MS;
    return after_ms + random % (ceiling_ms + 1);
}
