/* SPDX-License-Identifier: Apache-2.0 */
/* Joins what the parts of a listing know into offers, and tells what they do not know. */
#include "backends/gcp/offers.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

enum {
    LONGEST_ZONES = 1024,
    LONGEST_NEEDS = 512,
    MIB_PER_GIB = 1024,
    G4_VCPUS_PER_EIGHTH = 6,
    G4_VCPUS_PER_GPU = 48
};

/* An offer on its way, and the texts that it points to. */
struct draft {
    const struct gcp_listing *listing;
    const struct gcp_region *region;
    const struct gcp_machine *machine;
    struct gcp_attached attached; /* count 0: none */
    int price_region;
    bool needs_reservation; /* on demand */
    aw_gpu gpu;
    aw_offer offer;
    char data[96];
    char needs[LONGEST_NEEDS];
    char zones[LONGEST_ZONES];
};

static void zone_add(kit_buf *text, const char *name)
{
    if (text->size)
        kit_buf_add_char(text, ',');
    kit_buf_add_text(text, name);
}

static void zones_write(struct draft *draft, const struct gcp_zones *zones)
{
    kit_buf text;
    kit_buf_init_in(&text, draft->zones, sizeof draft->zones);
    for (size_t i = gcp_zones_next(zones, 0); i < GCP_MOST_ZONES; i = gcp_zones_next(zones, i + 1))
        zone_add(&text, draft->listing->zones[i]->name);
    draft->offer.zone = draft->zones;
}

/* ---- GPUs ---- */

/* The smaller G4 machines have a part of a GPU, of which the API says that it is one. */
static uint64_t memory_of(const struct gcp_gpu *gpu, const struct gcp_machine *machine)
{
    uint64_t mib = (uint64_t)gpu->memory_gib * MIB_PER_GIB;
    uint32_t vcpus = machine->facts.vcpus;
    if (strncmp(machine->name, "g4-", 3) == 0 && vcpus < G4_VCPUS_PER_GPU)
        return mib * (vcpus / G4_VCPUS_PER_EIGHTH) / 8;
    return mib;
}

/* `create` is told what to attach, and that the boot image needs a driver. */
static void gpu_write(struct draft *draft)
{
    const struct gcp_attached *attached = &draft->attached;
    const struct gcp_facts *facts = &draft->machine->facts;
    const struct gcp_gpu *gpu = attached->count ? attached->gpu : facts->gpu;
    if (!gpu)
        return;
    draft->gpu = (aw_gpu){.size = sizeof draft->gpu,
                          .count = attached->count ? attached->count : facts->gpu_count,
                          .vendor = "nvidia",
                          .name = gpu->name,
                          .memory_mib = memory_of(gpu, draft->machine)};
    if (attached->count)
        snprintf(draft->data, sizeof draft->data, "gpu=nvidia;attach=%s:%u", gpu->type,
                 (unsigned)attached->count);
    else
        snprintf(draft->data, sizeof draft->data, "gpu=nvidia");
    draft->offer.gpu = &draft->gpu;
    draft->offer.data = draft->data;
}

/* ---- offers ---- */

/* Google says nothing of what is free. Of some types it does say that they can be had on demand with a reservation
 * only: https://cloud.google.com/compute/docs/instances/choose-consumption-option */
static bool needs_reservation(const char *type)
{
    static const char *const reserved[] = {"a4-",           "a4x-",          "a3-ultragpu-",
                                           "a3-highgpu-1g", "a3-highgpu-2g", "a3-highgpu-4g"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strncmp(reserved[i], type, strlen(reserved[i])) == 0)
            return true;
    return false;
}

static void emit_priced(struct draft *draft, enum gcp_terms terms)
{
    const struct gcp_listing *listing = draft->listing;
    uint64_t nusd =
        gcp_bill(listing->prices, draft->machine, &draft->attached, draft->price_region, terms);
    draft->offer.spot = terms == GCP_SPOT;
    draft->offer.priced = nusd > 0;
    draft->offer.price_nusd_per_hour = nusd;
    aw_emit_offer(listing->op, &draft->offer);
}

static void emit(struct draft *draft, bool spot)
{
    kit_buf needs;
    bool is_sold = spot || !draft->needs_reservation;
    kit_buf_init_in(&needs, draft->needs, sizeof draft->needs);
    gcp_quota_write(&needs, draft->region->name, draft->machine, &draft->attached, spot);
    draft->offer.quota = is_sold ? draft->needs : NULL;
    draft->offer.availability = is_sold ? AW_AVAILABILITY_UNKNOWN : AW_UNAVAILABLE;
    emit_priced(draft, spot ? GCP_SPOT : GCP_ON_DEMAND);
}

/* Of what mode a reservation is, the beta version of the API says, and v1 does not. A machine that nobody sells on demand
 * is of the calendar mode then; of the others the dearer price is shown.
 * https://cloud.google.com/compute/docs/reference/rest/beta/reservations */
static enum gcp_terms terms_of(const struct draft *draft, const struct gcp_on_reserve *reserve)
{
    if (reserve->is_said || gcp_bill(draft->listing->prices, draft->machine, &draft->attached,
                                     draft->price_region, reserve->terms))
        return reserve->terms;
    return GCP_CALENDAR;
}

/* What is reserved is paid for, and has been counted against the quotas, whether it runs or not. */
static void emit_reserved(struct draft *draft, const struct gcp_zones *zones)
{
    struct gcp_on_reserve reserve;
    if (draft->listing->spot == AW_SPOT_ONLY ||
        !gcp_reserve_of(draft->listing, draft->machine, &draft->attached, zones, &reserve))
        return;
    zones_write(draft, &reserve.zones);
    gpu_write(draft);
    draft->offer.availability = reserve.is_left ? AW_AVAILABLE : AW_UNAVAILABLE;
    emit_priced(draft, terms_of(draft, &reserve));
}

static void emit_both(struct draft *draft, const struct gcp_zones *zones)
{
    if (draft->listing->reservation)
        return emit_reserved(draft, zones);
    zones_write(draft, zones);
    gpu_write(draft);
    if (draft->listing->spot != AW_SPOT_ONLY)
        emit(draft, false);
    if (draft->listing->spot != AW_SPOT_NO)
        emit(draft, true);
}

/* The zones that have the machine and the GPU. False: none. */
static bool attachable_zones(const struct draft *draft, const struct gcp_attachable *attachable,
                             const struct gcp_zones *zones, struct gcp_zones *ret_zones)
{
    struct gcp_zones common;
    bool found = false;
    *ret_zones = (struct gcp_zones){{0}};
    if (draft->attached.count > attachable->most ||
        !gcp_zones_common(zones, &attachable->zones, &common))
        return false;
    for (size_t i = gcp_zones_next(&common, 0); i < GCP_MOST_ZONES;
         i = gcp_zones_next(&common, i + 1))
        if (gcp_may_attach(&draft->attached, draft->machine, draft->listing->zones[i]->name)) {
            gcp_zones_add(ret_zones, i);
            found = true;
        }
    return found;
}

static void emit_with_gpus(const struct draft *plain, const struct gcp_zones *zones)
{
    struct gcp_zones common;
    for (size_t i = 0; i < GCP_ATTACHABLES; i++)
        for (uint32_t count = 1; count <= 8; count *= 2) {
            struct draft draft = *plain;
            draft.attached = (struct gcp_attached){gcp_attachable_gpu(i), count};
            if (attachable_zones(&draft, &plain->listing->attachables[i], zones, &common))
                emit_both(&draft, &common);
        }
}

static void emit_machine(const struct gcp_listing *listing, const struct gcp_region *region,
                         int price_region, const struct gcp_machine *machine)
{
    const struct gcp_facts *facts = &machine->facts;
    struct gcp_zones zones;
    if (facts->problem || !gcp_zones_common(&machine->zones, &region->zones, &zones))
        return;
    struct draft draft = {
        .listing = listing,
        .region = region,
        .machine = machine,
        .price_region = price_region,
        .needs_reservation = needs_reservation(machine->name),
        .offer = {.size = sizeof draft.offer,
                  .arch = facts->arch,
                  .arch_source = facts->arch_source,
                  .vcpus = facts->vcpus,
                  .memory_mib = facts->memory_mib,
                  .disk_mib =
                      facts->local_ssd_gib > 0 ? (uint64_t)facts->local_ssd_gib * MIB_PER_GIB : 0,
                  .instance_type = machine->name,
                  .region = region->name},
    };
    if (strncmp(machine->name, "n1-", 3) == 0)
        emit_with_gpus(&draft, &zones);
    emit_both(&draft, &zones);
}

/* ---- problems ---- */

static void report(aw_op *op, const struct gcp_problems *problems)
{
    for (const struct gcp_problem *problem = problems->first; problem; problem = problem->next)
        aw_report(op, &problem->error);
}

static void report_all(const struct gcp_listing *listing)
{
    aw_op *op = listing->op;
    report(op, &listing->zone_problems);
    for (size_t i = 0; i < listing->zone_count; i++)
        report(op, &listing->zones[i]->problems);
    report(op, &listing->accelerator_problems);
    report(op, &listing->price_problems);
    for (const struct gcp_machine *machine = listing->machines; machine; machine = machine->next)
        if (machine->facts.problem)
            kit_report(op, AW_E_PROTOCOL, "Machine type %s is left out: %.300s", machine->name,
                       machine->facts.problem);
}

/* Is there nothing to show? Then the operation fails, with the reason. */
static bool has_failed(const struct gcp_listing *listing)
{
    const struct gcp_machine *machine = listing->machines;
    size_t count = 0;
    if (listing->zones_failed == listing->zones_asked) {
        aw_fail(listing->op, &listing->zone_problem);
        return true;
    }
    for (; machine && machine->facts.problem; machine = machine->next)
        count++;
    if (machine || count == 0)
        return false;
    kit_fail(listing->op, AW_E_PROTOCOL,
             "None of the %zu machine types can be read; of the first one: %.300s", count,
             listing->machines->facts.problem);
    return true;
}

void gcp_listing_emit(struct gcp_listing *listing)
{
    if (has_failed(listing))
        return;
    report_all(listing);
    for (size_t i = 0; i < listing->region_count; i++) {
        const struct gcp_region *region = &listing->regions[i];
        int price_region = gcp_prices_region(listing->prices, region->name);
        for (const struct gcp_machine *at = listing->machines; at; at = at->next)
            emit_machine(listing, region, price_region, at);
    }
}
