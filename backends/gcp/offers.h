/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offers of all regions are put together from four or five parts, all asked for at once: the zones (zones.c), then the
 * machine types of each (machine_types.c); which GPUs can be attached where (accelerators.c); what the parts of
 * machines cost (skus.c); and what a reservation has that was asked for (reservation.c). offers.c starts the parts and waits for them, emit.c joins them. Without zones there are
 * no offers; without another part, or a zone, there are, and the user is told what is missing.
 */
#ifndef ARCHWAY_BACKENDS_GCP_OFFERS_H
#define ARCHWAY_BACKENDS_GCP_OFFERS_H

#include "backends/gcp/gcp.h"
#include "backends/gcp/prices.h"
#include "backends/gcp/reservation.h"
#include "kit/pages.h"

#include <stdbool.h>

enum {
    GCP_MOST_ZONES = 512,
    GCP_MOST_REGIONS = 256,
    GCP_LONGEST_NAME = 64,
    GCP_ZONE_WORDS = GCP_MOST_ZONES / 64
};

/* ---- what is known (listing.c) ---- */

/* Which zones, by their numbers. */
struct gcp_zones {
    uint64_t words[GCP_ZONE_WORDS];
};

/* What the user is told at the end, in an order that does not depend on which answer came first. */
struct gcp_problem {
    struct gcp_problem *next;
    aw_error error;
};

struct gcp_problems {
    struct gcp_problem *first;
    struct gcp_problem **last; /* NULL: there is none yet */
};

struct gcp_region {
    const char *name;
    struct gcp_zones zones;
};

struct gcp_zone {
    const char *name;
    struct gcp_listing *listing;
    size_t number;
    bool is_listed; /* among the zones, so that its machine types are asked for */
    struct gcp_problems problems;
};

/* What a machine type is. */
struct gcp_facts {
    uint32_t arch;
    uint32_t arch_source;
    uint32_t vcpus;
    uint32_t memory_mib;
    int64_t local_ssd_gib;     /* -1: some, and nobody says how much */
    const struct gcp_gpu *gpu; /* that it always has; NULL: none */
    uint32_t gpu_count;
    const char *problem; /* why it cannot be offered, or NULL */
};

/* A machine type in the zones where it is the same. */
struct gcp_machine {
    struct gcp_machine *next;    /* in the order in which they were read */
    struct gcp_machine *in_slot; /* the next one there */
    const char *name;
    struct gcp_facts facts;
    struct gcp_zones zones;
};

/* A GPU that can be attached to N1 machines. */
struct gcp_attachable {
    struct gcp_zones zones;
    uint32_t most; /* for one machine */
};

enum {
    GCP_ATTACHABLES = 4
};

struct gcp_listing {
    aw_op *op;
    uint32_t spot; /* enum aw_spot */
    unsigned waiting;
    unsigned zones_asked;
    unsigned zones_failed;
    aw_error zone_problem; /* the first zone's */
    struct gcp_zone *zones[GCP_MOST_ZONES];
    size_t zone_count;
    struct gcp_region regions[GCP_MOST_REGIONS];
    size_t region_count;
    struct gcp_machine *machines;
    struct gcp_machine **last; /* where the next one is linked */
    struct gcp_machine **slots;
    size_t machine_count;
    struct gcp_attachable attachables[GCP_ATTACHABLES]; /* by the numbers of such GPUs */
    struct gcp_prices *prices;
    kit_later *later; /* the large pages: of SKUs, and of the machine types of all zones at once */
    const char *reserved_by; /* only what this reservation has is wanted; NULL: everything */
    const struct gcp_reservation *reservation;
    struct gcp_problems zone_problems;
    struct gcp_problems accelerator_problems;
    struct gcp_problems price_problems;
    unsigned problem_count; /* of all of them */
};

struct gcp_listing *gcp_listing_create(aw_op *op, const aw_offer_query *query);

/* The zone of that name, a new one if need be. NULL with the reason: it is no name, there are too many, or no
 * memory (AW_E_NO_MEMORY). */
struct gcp_zone *gcp_listing_zone(struct gcp_listing *listing, const char *name,
                                  aw_error *ret_error);
/* Puts the zone into its region. */
int gcp_listing_place(struct gcp_listing *listing, struct gcp_zone *zone, const char *region,
                      aw_error *ret_error);
/* The zone has such a machine. */
int gcp_listing_machine(struct gcp_listing *listing, const struct gcp_zone *zone, const char *name,
                        const struct gcp_facts *facts, aw_error *ret_error);

void gcp_zones_add(struct gcp_zones *zones, size_t number);
/* The first one from this number on; GCP_MOST_ZONES: there is none. */
size_t gcp_zones_next(const struct gcp_zones *zones, size_t number);
/* The zones that are in both. False: none. */
bool gcp_zones_common(const struct gcp_zones *a, const struct gcp_zones *b,
                      struct gcp_zones *ret_zones);

/* Is it no longer than GCP_LONGEST_NAME, and of letters, digits, dashes, dots and underscores? */
bool gcp_is_name(const char *name);

/* ---- the parts ---- */

void gcp_zones_start(struct gcp_listing *listing);
void gcp_machine_types_start(struct gcp_zone *zone);
void gcp_accelerators_start(struct gcp_listing *listing);
void gcp_skus_start(struct gcp_listing *listing);

/* A part has begun; it has ended (offers.c). */
void gcp_listing_wait(struct gcp_listing *listing);
void gcp_listing_settle(struct gcp_listing *listing);

/* Keeps a problem as it was, with what it means for the offers before it: "WHAT: its message". */
void gcp_problem_keep(struct gcp_listing *listing, struct gcp_problems *problems,
                      const aw_error *problem, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* What the reservation has of a machine, in those of the zones where there is any (on_reserve.c). False: nothing. */
struct gcp_on_reserve {
    struct gcp_zones zones;
    enum gcp_terms terms;
    bool is_said; /* that these are its terms */
    bool is_left; /* not all of them are in use */
};
bool gcp_reserve_of(const struct gcp_listing *listing, const struct gcp_machine *machine,
                    const struct gcp_attached *attached, const struct gcp_zones *zones,
                    struct gcp_on_reserve *ret_reserve);

/* All parts have ended (emit.c). */
void gcp_listing_emit(struct gcp_listing *listing);

/* ---- GPUs (gpus.c) ---- */

struct gcp_gpu {
    const char *type;    /* the API's name: "nvidia-tesla-t4" */
    const char *name;    /* everybody's: "T4" */
    uint32_t memory_gib; /* of each */
    const char *quota;   /* "NVIDIA_T4_GPUS" */
};

/* By the API's name, or NULL. */
const struct gcp_gpu *gcp_gpu_of(const char *type);

/* May so many of a GPU be attached to such a machine, where there are any? */
bool gcp_may_attach(const struct gcp_attached *attached, const struct gcp_machine *machine,
                    const char *zone);
/* The number'th GPU of those that can be attached at all; NULL behind the last. */
const struct gcp_gpu *gcp_attachable_gpu(size_t number);

/* ---- what the API does not say ---- */

/* The architecture of a family, by the name of a machine type (arch.c). AW_ARCH_UNKNOWN: not in the table. */
uint32_t gcp_arch_by_rule(const char *machine_type);

/* The local SSDs of a machine type (local_ssd.c). `partitions` is what the API says of their number, 0: nothing. -1:
 * it has some, and their size is not known. */
int64_t gcp_local_ssd_gib(const char *machine_type, uint32_t vcpus, uint32_t partitions);

/* Writes what a machine takes of the account's quotas, "REGION/METRIC:8", with commas between (quotas.c). */
void gcp_quota_write(kit_buf *text, const char *region, const struct gcp_machine *machine,
                     const struct gcp_attached *attached, bool spot);

#endif
