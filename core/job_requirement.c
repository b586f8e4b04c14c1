/* SPDX-License-Identifier: Apache-2.0 */
/* From a query and an image to what machines must have, and back to sentences. */
#include "core/job_requirement.h"

#include "core/error.h"
#include "core/mem.h"
#include "kit/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_LIST 400u

bool wanted_says_arch(const archway_query *query)
{
    return query->archs && query->archs != AW_ARCH_ANY;
}

static const char *names_of(uint32_t archs)
{
    return archs == AW_ARCH_ANY || !archs ? "amd64 or arm64" : archway_arch_name(archs);
}

/* "windows/amd64, linux/s390x" */
static void list_platforms(const struct image_lookup *image, kit_buf *out)
{
    const char *before = "";
    for (const struct image_platform *p = image->facts.platforms; p; p = p->next) {
        if (out->size > LONGEST_LIST / 2) {
            kit_buf_add_text(out, ", ...");
            return;
        }
        kit_buf_addf(out, "%s%.60s/%.60s%s%.20s", before, p->os, p->architecture,
                     p->variant ? "/" : "", p->variant ? p->variant : "");
        before = ", ";
    }
}

static int refuse_image(const struct image_lookup *image, aw_error *ret_error)
{
    char block[LONGEST_LIST];
    kit_buf list;
    kit_buf_init_in(&list, block, sizeof block);
    list_platforms(image, &list);
    return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                         "%.200s runs on neither amd64 nor arm64 Linux, but on %.220s",
                         image->reference.name, kit_buf_text(&list));
}

int wanted_settle(struct wanted *wanted, const archway *aw, aw_error *ret_error)
{
    const archway_query *query = wanted->query;
    struct requirement *requirement = &wanted->requirement;
    *requirement = (struct requirement){
        .archs = query->archs,
        .emulation = query->emulation && !query->gpu_wanted,
        .factor = aw->config.emulation_factor,
    };
    if (wanted_says_arch(query) || !wanted->image)
        return 0;
    if (!wanted->image->facts.archs)
        return refuse_image(wanted->image, ret_error);
    requirement->archs = wanted->image->facts.archs;
    return 0;
}

static const char *sort_of_image(const struct image_lookup *image)
{
    return image->facts.has_index ? "index" : "configuration";
}

static void explain_arch(archway_job *job, const struct wanted *wanted)
{
    const archway_query *query = wanted->query;
    const struct image_lookup *image = wanted->image;
    if (wanted_says_arch(query))
        job_add_finding(job, ARCHWAY_GOOD, "arch", "%s, as asked for", names_of(query->archs));
    else if (image)
        job_add_finding(job, ARCHWAY_GOOD, "arch", "%s, by the %s of %s (%s)",
                        names_of(image->facts.archs), sort_of_image(image), image->reference.name,
                        image->facts.digest);
    else
        job_add_finding(job, ARCHWAY_GOOD, "arch", "%s, %s", names_of(0),
                        query->archs ? "as asked for" : "since neither --arch nor an image says");
}

static void warn_of_contradiction(archway_job *job, const struct wanted *wanted)
{
    const struct image_lookup *image = wanted->image;
    uint32_t asked = wanted->query->archs;
    char block[LONGEST_LIST];
    kit_buf list;
    if (!image || !wanted_says_arch(wanted->query) || (image->facts.archs & asked))
        return;
    kit_buf_init_in(&list, block, sizeof block);
    list_platforms(image, &list);
    job_add_finding(job, ARCHWAY_NOTE, "image",
                    "%s has nothing for %s, which was asked for: it has %s", image->reference.name,
                    names_of(asked), kit_buf_text(&list));
}

/* "7.27" */
static const char *factor_text(struct emulation_factor factor, char text[32])
{
    uint64_t hundredths = (factor.over * 100 + factor.under / 2) / factor.under;
    snprintf(text, 32, "%" PRIu64 ".%02u", hundredths / 100, (unsigned)(hundredths % 100));
    return text;
}

static void explain_emulation(archway_job *job, const struct wanted *wanted)
{
    const struct config *config = &job->aw->config;
    char factor[32];
    if (!wanted->query->emulation)
        job_add_finding(job, ARCHWAY_GOOD, "emulation", "not allowed, by default");
    else if (wanted->query->gpu_wanted)
        job_add_finding(job, ARCHWAY_GOOD, "emulation", "allowed, but never for work on GPUs");
    else
        job_add_finding(job, ARCHWAY_GOOD, "emulation", "allowed, at %s times the price (%s)",
                        factor_text(wanted->requirement.factor, factor),
                        config->has_emulation_factor ? "the configuration's factor"
                                                     : "the default factor");
}

static bool is_told_already(const char *filter)
{
    return !strcmp(filter, "arch") || !strcmp(filter, "image") || !strcmp(filter, "emulation");
}

static void explain_filters(archway_job *job, const archway_query *query)
{
    for (size_t i = 0; query_filter_name(i); i++)
        if (query->said[i] && !is_told_already(query_filter_name(i)))
            job_add_finding(job, ARCHWAY_GOOD, query_filter_name(i), "%s, as asked for",
                            query->said[i]);
}

/* Nothing is left, and the architecture alone is why: that is the answer, and not a list of numbers. */
static void explain_other_arch(archway_job *job, const struct wanted *wanted,
                               const struct explanation *why)
{
    uint64_t amd64 = why->other_arch[AW_ARCH_AMD64];
    uint64_t count = amd64 + why->other_arch[AW_ARCH_ARM64];
    bool by_image = wanted->image && !wanted_says_arch(wanted->query);
    bool could_emulate =
        why->without_gpu && !wanted->query->emulation && !wanted->query->gpu_wanted;
    if (job->offer_count || !count)
        return;
    job_add_finding(
        job, ARCHWAY_BAD, "arch",
        "%s runs on %s only, and the %" PRIu64 " offer%s that fit%s in "
        "all else %s %s%s",
        by_image ? wanted->image->reference.name : "the job, as asked for,",
        names_of(wanted->requirement.archs), count, count == 1 ? "" : "s", count == 1 ? "s" : "",
        count == 1 ? "is" : "are", amd64 ? "amd64" : "arm64",
        could_emulate ? " (--allow-emulation takes those without a GPU, at several times the price)"
                      : "");
}

/* What of the offer the filter did not like. */
static void describe(const char *filter, const aw_offer *offer, kit_buf *out)
{
    if (!strcmp(filter, "arch"))
        kit_buf_addf(out, "it is %s", archway_arch_name(offer->arch));
    else if (!strcmp(filter, "cpu"))
        kit_buf_addf(out, "it has %" PRIu32 " vCPUs", offer->vcpus);
    else if (!strcmp(filter, "memory"))
        kit_buf_addf(out, "it has %" PRIu64 " MiB", offer->memory_mib);
    else if (!strcmp(filter, "disk"))
        kit_buf_addf(out, "it has %" PRIu64 " MiB", offer->disk_mib);
    else if (!strncmp(filter, "gpu", 3) && offer->gpu)
        kit_buf_addf(out, "it has %" PRIu32 " %s %s of %" PRIu64 " MiB", offer->gpu->count,
                     offer->gpu->vendor, offer->gpu->name, offer->gpu->memory_mib);
    else if (!strncmp(filter, "gpu", 3))
        kit_buf_add_text(out, "it has no GPU");
    else if (!strcmp(filter, "spot"))
        kit_buf_add_text(out, offer->spot ? "it is spot" : "it is on demand");
    else if (!strcmp(filter, "max-price") && offer->priced)
        kit_buf_addf(out, "it costs %" PRIu64 ".%09u dollars an hour",
                     offer->price_nusd_per_hour / 1000000000u,
                     (unsigned)(offer->price_nusd_per_hour % 1000000000u));
    else if (!strcmp(filter, "max-price"))
        kit_buf_add_text(out, "it has no price");
    else
        kit_buf_addf(out, "it is %s", archway_availability_name(offer->availability));
}

static void explain_dropped(archway_job *job, const struct wanted *wanted,
                            const struct explanation *why)
{
    if (!wanted->query->types.count)
        return;
    if (!why->type_count)
        job_add_finding(job, ARCHWAY_GOOD, "type", "nobody who was asked sells it there");
    for (size_t i = 0; i < why->dropped_count && i < MOST_DROPPED; i++) {
        aw_offer offer = {.size = sizeof offer};
        const char *backend = NULL;
        char block[160];
        kit_buf text;
        kit_buf_init_in(&text, block, sizeof block);
        table_offer(wanted->table, why->dropped[i].row, &offer, &backend);
        describe(why->dropped[i].filter, &offer, &text);
        job_add_finding(job, ARCHWAY_GOOD, "type", "%s %s%s%s was removed by %s: %s", backend,
                        offer.instance_type, *offer.region ? " in " : "", offer.region,
                        why->dropped[i].filter, kit_buf_text(&text));
    }
    if (why->dropped_count > MOST_DROPPED)
        job_add_finding(job, ARCHWAY_GOOD, "type", "... and %zu more",
                        why->dropped_count - MOST_DROPPED);
}

static void explain_order(archway_job *job, const archway_query *query)
{
    size_t equal = 1;
    if (!job->offer_count)
        return;
    if (query->sort != SORT_PRICE) {
        job_add_finding(job, ARCHWAY_GOOD, "order", "by what --sort says, then by price");
        return;
    }
    while (equal < job->offer_count && job->offers[0].offer.priced &&
           job->offers[equal].offer.priced &&
           job->offers[equal].effective_price_nusd_per_hour ==
               job->offers[0].effective_price_nusd_per_hour)
        equal++;
    if (equal > 1)
        job_add_finding(job, ARCHWAY_GOOD, "order",
                        "the first %zu cost the same: native before emulated, then by the names of "
                        "backend, region, type and zone, on demand before spot",
                        equal);
    else
        job_add_finding(job, ARCHWAY_GOOD, "order", "by price; no other costs what the first does");
}

static void warn_of_emulation(archway_job *job, const struct wanted *wanted)
{
    char factor[32];
    if (!job->offer_count || !job->offers[0].emulated)
        return;
    job_add_finding(job, ARCHWAY_NOTE, "emulation",
                    "the best offer is a machine of the other architecture, where the job is "
                    "emulated and takes about %s times as long",
                    factor_text(wanted->requirement.factor, factor));
}

void wanted_explain(archway_job *job, const struct wanted *wanted)
{
    struct explanation why = {0};
    bool closely = !job->offer_count || wanted->query->types.count;
    if (closely && table_explain(wanted->table, wanted->query, &wanted->requirement, &why)) {
        job_end_memory(job);
        return;
    }
    explain_arch(job, wanted);
    warn_of_contradiction(job, wanted);
    explain_emulation(job, wanted);
    warn_of_emulation(job, wanted);
    explain_filters(job, wanted->query);
    explain_dropped(job, wanted, &why);
    explain_order(job, wanted->query);
    explain_other_arch(job, wanted, &why);
}
