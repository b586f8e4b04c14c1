/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Google sells no machines but their parts. What a part costs, by its kind, its name (of a family or of a GPU), the
 * region, and its terms; and what a machine made of them costs.
 */
#ifndef ARCHWAY_BACKENDS_GCP_PRICES_H
#define ARCHWAY_BACKENDS_GCP_PRICES_H

#include "kit/json_scan.h"

#include <stdbool.h>

/* What is priced, and the unit of the price. */
enum gcp_part_kind {
    GCP_CORE,    /* a vCPU for an hour; the name is that of the family */
    GCP_RAM,     /* a GiB for an hour; likewise */
    GCP_SSD,     /* a GiB of local SSD for a month; of the family, or "any" */
    GCP_GPU,     /* for an hour; the name is the API's: "nvidia-l4" */
    GCP_SLICE,   /* for an hour, with all the cores and memory that come with it; of the family */
    GCP_MACHINE, /* a whole machine for an hour; of the family */
    GCP_KINDS
};

/* How it is bought. */
enum gcp_terms {
    GCP_ON_DEMAND,
    GCP_SPOT,
    GCP_CALENDAR, /* reserved for a time to come, in the calendar mode of the dynamic workload scheduler */
    GCP_TERMS
};

#define GCP_ANY_FAMILY "any"

enum {
    GCP_LONGEST_PART = 64
};

struct gcp_part {
    enum gcp_part_kind kind;
    enum gcp_terms terms;
    char name[GCP_LONGEST_PART];
};

/*
 * Which part a SKU is the price of, by its description (sku_parts.c). False: none that a machine here is made of, or
 * one on other terms: commitments, sole tenancy, custom sizes, flexible starts.
 */
bool gcp_part_read(const char *description, struct gcp_part *ret_part);

/* ---- a SKU (sku.c) ---- */

enum {
    GCP_SKU_REGIONS = 128 /* further ones are passed over */
};

struct gcp_sku {
    char description[256];
    struct gcp_part part;
    uint64_t nusd; /* in the unit of the part's kind */
    char regions[GCP_SKU_REGIONS][64];
    size_t region_count;
};

/* Reads the next value of the scan. 1: it is the price of a part. 0: it is none. -1: it should be one, and cannot be
 * used; ret_error says why. */
int gcp_sku_read(kit_scan *scan, struct gcp_sku *ret_sku, aw_error *ret_error);

/* ---- the table (prices.c) ---- */

struct gcp_prices;

/* NULL: the operation has failed. */
struct gcp_prices *gcp_prices_create(aw_op *op);
/* Of two prices the higher one stays, so that no machine turns out dearer than it was offered. -1: there are too
 * many parts or regions, or no memory (AW_E_NO_MEMORY). */
int gcp_prices_add(struct gcp_prices *prices, const struct gcp_part *part, const char *region,
                   uint64_t nusd, aw_error *ret_error);
bool gcp_prices_are_empty(const struct gcp_prices *prices);
/* The number by which the table knows a region; -1: it does not. */
int gcp_prices_region(const struct gcp_prices *prices, const char *name);
/* 0: it has none. */
uint64_t gcp_price(const struct gcp_prices *prices, enum gcp_part_kind kind, const char *name,
                   int region, enum gcp_terms terms);

/* Keeps the table, and takes over what was kept and is not older. `billing` is who said it. */
void gcp_prices_save(aw_op *op, const struct gcp_prices *prices, const char *billing);
int gcp_prices_load(aw_op *op, struct gcp_prices *prices, const char *billing, uint64_t max_age_ms,
                    uint64_t *ret_age_ms);

/* ---- a machine (bill.c) ---- */

struct gcp_machine;
struct gcp_gpu;

/* GPUs that are attached to a machine; count 0: none. */
struct gcp_attached {
    const struct gcp_gpu *gpu;
    uint32_t count;
};

/* What a machine costs an hour, in nano-dollars. 0: it has no price, since one of its parts has none. `region` is
 * the table's number. */
uint64_t gcp_bill(const struct gcp_prices *prices, const struct gcp_machine *machine,
                  const struct gcp_attached *attached, int region, enum gcp_terms terms);

#endif
