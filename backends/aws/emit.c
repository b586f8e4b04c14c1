/* SPDX-License-Identifier: Apache-2.0 */
/* Joins what the parts of a listing know into offers, and tells what they do not know. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

enum {
    LETTERS = 26,
    LONGEST_ZONES = 1024,
    LONGEST_NEED = 64
};

/* ---- problems ---- */

/* The problem as it was, with what it means for the offers before it. */
static void report_part(aw_op *op, const struct aws_part *part)
{
    char age[32];
    aw_error problem = part->problem;
    const char *region = part->listing->region;
    kit_kept_age(part->age_ms, age, sizeof age);
    if (part->is_old)
        snprintf(problem.message, sizeof problem.message,
                 "The %s of %s are %s old; newer ones cannot be had: %.300s", part->kind->what,
                 region, age, part->problem.message);
    else
        snprintf(problem.message, sizeof problem.message, "The %s of %s are not known: %.300s",
                 part->kind->what, region, part->problem.message);
    aw_report(op, &problem);
}

static void report_parts(aw_op *op, const struct aws_listing *listing)
{
    for (int number = 0; number < AWS_PARTS; number++) {
        const struct aws_part *part = &listing->parts[number];
        if (part->problem.code)
            report_part(op, part);
        if (part->unread)
            kit_report(op, AW_E_PROTOCOL,
                       "Of the %s of %s that AWS has answered, %u cannot be read; the first: %s",
                       part->kind->what, listing->region, part->unread, part->unread_why);
    }
}

/* ---- offers ---- */

/* What the offers of a type have in common, and the texts that an offer points to. */
struct draft {
    const struct aws_listing *listing;
    const struct aws_type *type;
    aw_gpu gpu;
    aw_offer offer;
    char data[80];
    char need[LONGEST_NEED];
    char zones[LONGEST_ZONES];
};

static void zones_write(struct draft *draft, uint32_t zones)
{
    kit_buf text;
    kit_buf_init_in(&text, draft->zones, sizeof draft->zones);
    for (int zone = 0; zone < LETTERS; zone++) {
        if (!(zones >> zone & 1))
            continue;
        kit_buf_add_text(&text, text.size ? "," : "");
        kit_buf_add_text(&text, draft->listing->region);
        kit_buf_add_char(&text, (char)('a' + zone));
    }
    draft->offer.zone = text.size ? draft->zones : NULL;
}

static void need_write(struct draft *draft, bool spot)
{
    const char *code = aws_quota_code(draft->type->name, spot);
    snprintf(draft->need, sizeof draft->need, "%s:%u", code ? code : "",
             (unsigned)draft->type->vcpus);
    draft->offer.quota = code ? draft->need : NULL;
}

/* Emits the offer as it is, once for each architecture that the type can run. */
static void emit(aw_op *op, struct draft *draft, uint64_t nusd_per_hour)
{
    static const uint32_t archs[] = {AW_ARCH_AMD64, AW_ARCH_ARM64};
    draft->offer.priced = nusd_per_hour > 0;
    draft->offer.price_nusd_per_hour = nusd_per_hour;
    for (size_t i = 0; i < sizeof archs / sizeof archs[0]; i++) {
        draft->offer.arch = archs[i];
        if (draft->type->archs & archs[i])
            aw_emit_offer(op, &draft->offer);
    }
}

/* EC2 says nothing of what is free. What can only be had by a reservation is shown as not to be had. */
static void emit_on_demand(aw_op *op, struct draft *draft)
{
    const struct aws_type *type = draft->type;
    bool reserved_only = !(type->usages & AWS_ON_DEMAND);
    if (reserved_only && !(type->usages & AWS_CAPACITY_BLOCK))
        return;
    draft->offer.spot = 0;
    draft->offer.availability = reserved_only ? AW_UNAVAILABLE : AW_AVAILABILITY_UNKNOWN;
    if (!reserved_only)
        need_write(draft, false);
    zones_write(draft, type->zones);
    emit(op, draft, reserved_only ? 0 : type->nusd_per_hour);
}

/* What is reserved counts against the quota whether it runs or not. */
static void emit_reserved(aw_op *op, struct draft *draft)
{
    const struct aws_reserved *reserved = draft->listing->reserved;
    if (!reserved->type || strcmp(reserved->type, draft->type->name) != 0)
        return;
    draft->offer.availability = reserved->is_left ? AW_AVAILABLE : AW_UNAVAILABLE;
    zones_write(draft, UINT32_C(1) << reserved->zone);
    emit(op, draft, reserved->is_block ? 0 : draft->type->nusd_per_hour);
}

/* The zones that have this price and not yet an offer. */
static uint32_t zones_alike(const struct aws_spot_price *prices, uint64_t nusd_per_hour)
{
    uint32_t zones = 0;
    for (; prices; prices = prices->next)
        if (prices->nusd_per_hour == nusd_per_hour)
            zones |= UINT32_C(1) << prices->zone;
    return zones;
}

/* An offer for each price, with the zones that have it. */
static void emit_spot(aw_op *op, struct draft *draft)
{
    const struct aws_type *type = draft->type;
    uint32_t done = 0;
    if (!(type->usages & AWS_SPOT))
        return;
    draft->offer.spot = 1;
    draft->offer.availability = AW_AVAILABILITY_UNKNOWN;
    need_write(draft, true);
    for (const struct aws_spot_price *price = type->spot_prices; price; price = price->next) {
        if (done >> price->zone & 1)
            continue;
        uint32_t zones = zones_alike(price, price->nusd_per_hour);
        done |= zones;
        zones_write(draft, zones);
        emit(op, draft, price->nusd_per_hour);
    }
    if (done)
        return;
    zones_write(draft, type->zones);
    emit(op, draft, 0);
}

/* `create` is told which accelerator it is, since the boot image depends on it. */
static void gpus_write(struct draft *draft)
{
    const struct aws_gpus *gpus = &draft->type->gpus;
    if (!gpus->count)
        return;
    draft->gpu = (aw_gpu){.size = sizeof draft->gpu,
                          .count = gpus->count,
                          .vendor = gpus->vendor,
                          .name = gpus->name,
                          .memory_mib = gpus->memory_mib};
    snprintf(draft->data, sizeof draft->data, "gpu=%s", gpus->vendor);
    draft->offer.gpu = &draft->gpu;
    draft->offer.data = draft->data;
}

static void emit_type(aw_op *op, const struct aws_listing *listing, const struct aws_type *type)
{
    struct draft draft = {
        .listing = listing,
        .type = type,
        .offer = {.size = sizeof draft.offer,
                  .arch_source = AW_ARCH_SOURCE_API,
                  .vcpus = type->vcpus,
                  .memory_mib = type->memory_mib,
                  .disk_mib = type->disk_mib,
                  .instance_type = type->name,
                  .region = listing->region},
    };
    gpus_write(&draft);
    if (listing->spot != AW_SPOT_ONLY && listing->reserved)
        emit_reserved(op, &draft);
    else if (listing->spot != AW_SPOT_ONLY)
        emit_on_demand(op, &draft);
    if (listing->spot != AW_SPOT_NO && !listing->reserved)
        emit_spot(op, &draft);
}

void aws_listing_emit(aw_op *op, struct aws_listing *listing)
{
    size_t described = 0, left_out = 0;
    const char *why = "";
    report_parts(op, listing);
    for (const struct aws_type *type = listing->types; type; type = type->next) {
        described += type->is_described;
        if (type->is_described && !type->problem)
            emit_type(op, listing, type);
        if (!type->is_described || !type->problem)
            continue;
        left_out++;
        why = type->problem;
        kit_report(op, AW_E_PROTOCOL, "Instance type %s is left out: %s", type->name, why);
    }
    if (described > 0 && left_out == described)
        kit_fail(op, AW_E_PROTOCOL,
                 "None of the %zu instance types of %s can be read; of the last one: %.300s",
                 described, listing->region, why);
}
