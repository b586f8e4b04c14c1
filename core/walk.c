/* SPDX-License-Identifier: Apache-2.0 */
/* Each error code tells where the next try may be: docs/placement.md. */
#include "core/walk.h"

#include "core/mem.h"
#include "core/quota.h"

#include <string.h>

int walk_init(struct walk *walk, const struct job_offer *offers, size_t count)
{
    *walk = (struct walk){.offers = offers, .count = count};
    walk->passed = mem_alloc(count + 1);
    return walk->passed ? 0 : -1;
}

void walk_finish(struct walk *walk)
{
    mem_free(walk->passed);
    *walk = (struct walk){0};
}

size_t walk_next(struct walk *walk)
{
    while (walk->at < walk->count && walk->passed[walk->at])
        walk->at++;
    if (walk->at == walk->count)
        return WALK_END;
    walk->passed[walk->at] = true;
    return walk->at;
}

bool walk_ends(const aw_error *error)
{
    if (error->retry == AW_RETRY_UNKNOWN)
        return true;
    switch (error->code) {
    case AW_E_UNAUTHENTICATED:
    case AW_E_NO_CAPACITY:
    case AW_E_QUOTA:
    case AW_E_THROTTLED:
    case AW_E_TIMEOUT:
    case AW_E_UNSUPPORTED:
    case AW_E_PROTOCOL:
    case AW_E_INTERNAL:
        return false;
    case AW_E_UNAVAILABLE:
        /* What is no backend's is this machine's own: a journal that cannot be written. */
        return error->backend[0] == '\0';
    default:
        return true;
    }
}

/* How far the failure reaches. AW_SCOPE_UNKNOWN: no further than the offer itself. */
static uint32_t reach_of(const aw_error *error)
{
    if (error->code == AW_E_UNAUTHENTICATED)
        return AW_SCOPE_ACCOUNT;
    if (error->scope != AW_SCOPE_UNKNOWN)
        return error->scope;
    switch (error->code) {
    case AW_E_QUOTA:
    case AW_E_THROTTLED:
    case AW_E_UNAVAILABLE:
    case AW_E_TIMEOUT:
        return AW_SCOPE_REGION;
    case AW_E_PROTOCOL:
    case AW_E_INTERNAL:
        return AW_SCOPE_ACCOUNT;
    default:
        return AW_SCOPE_UNKNOWN;
    }
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_within(uint32_t reach, const aw_offer *failed, const aw_offer *offer)
{
    switch (reach) {
    case AW_SCOPE_ACCOUNT:
        return true;
    case AW_SCOPE_REGION:
        return same_text(failed->region, offer->region);
    case AW_SCOPE_ZONE:
        return same_text(failed->region, offer->region) && same_text(failed->zone, offer->zone);
    default:
        return false;
    }
}

/* Would it fail for the same reason? Another type may have room, and one of another family, or a smaller one, fit
 * into its quota. */
static bool is_alike(uint32_t code, const aw_offer *failed, const aw_offer *offer)
{
    if (code == AW_E_NO_CAPACITY)
        return same_text(failed->instance_type, offer->instance_type) &&
               failed->spot == offer->spot;
    if (code == AW_E_UNSUPPORTED) /* perhaps there is no agent for this architecture */
        return failed->arch == offer->arch;
    return code != AW_E_QUOTA || quota_needs_as_much(offer->quota, failed->quota);
}

size_t walk_leave_out(struct walk *walk, size_t failed, const aw_error *error)
{
    const struct job_offer *from = &walk->offers[failed];
    uint32_t reach = reach_of(error);
    size_t count = 0;
    for (size_t i = walk->at; i < walk->count; i++) {
        const struct job_offer *to = &walk->offers[i];
        if (walk->passed[i] || strcmp(from->backend, to->backend) != 0 ||
            !is_within(reach, &from->offer, &to->offer) ||
            !is_alike(error->code, &from->offer, &to->offer))
            continue;
        walk->passed[i] = true;
        count++;
    }
    return count;
}
