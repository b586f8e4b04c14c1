/* SPDX-License-Identifier: Apache-2.0 */
/* What an offer must be like, wherever it comes from. */
#include "check/judge_offer.h"

#define MOST_NUSD (10000ull * 1000000000ull) /* ten thousand dollars an hour */
#define LEAST_MIB 64u
#define MOST_MIB (256ull * 1024 * 1024) /* 256 TiB */
#define MOST_VCPUS 4096u
#define MOST_GPUS 128u

void judge_offer_arch(const aw_offer *offer, struct verdict *verdict)
{
    if (offer->arch != AW_ARCH_AMD64 && offer->arch != AW_ARCH_ARM64)
        verdict_fail(verdict, "%s is offered with the architecture %u", offer->instance_type,
                     offer->arch);
    if (offer->arch_source == AW_ARCH_SOURCE_UNKNOWN || offer->arch_source > AW_ARCH_SOURCE_USER)
        verdict_fail(verdict, "%s does not say who states its architecture (arch_source)",
                     offer->instance_type);
}

void judge_offer_price(const aw_offer *offer, struct verdict *verdict)
{
    if (offer->priced > 1)
        verdict_fail(verdict, "%s has `priced` %u", offer->instance_type, offer->priced);
    if (!offer->priced && offer->price_nusd_per_hour)
        verdict_fail(verdict, "%s has a price, and says that it has none", offer->instance_type);
    if (offer->price_nusd_per_hour > MOST_NUSD)
        verdict_fail(verdict, "%s costs %llu nano-dollars an hour: is that the unit?",
                     offer->instance_type, (unsigned long long)offer->price_nusd_per_hour);
}

void judge_offer_numbers(const aw_offer *offer, struct verdict *verdict)
{
    if (!offer->instance_type || !offer->instance_type[0])
        verdict_fail(verdict, "an offer has no type");
    else if (offer->memory_mib < LEAST_MIB || offer->memory_mib > MOST_MIB)
        verdict_fail(verdict, "%s has %llu MiB of memory: is that the unit?", offer->instance_type,
                     (unsigned long long)offer->memory_mib);
    else if (offer->vcpus == 0 || offer->vcpus > MOST_VCPUS)
        verdict_fail(verdict, "%s has %u vCPUs", offer->instance_type, offer->vcpus);
    else if (offer->gpu && (offer->gpu->count == 0 || offer->gpu->count > MOST_GPUS ||
                            !offer->gpu->name || !offer->gpu->name[0]))
        verdict_fail(verdict, "%s has GPUs without a number or a name", offer->instance_type);
    else if (offer->spot > 1 || offer->availability > AW_NO_QUOTA)
        verdict_fail(verdict, "%s: `spot` or `availability` is no known one", offer->instance_type);
}
