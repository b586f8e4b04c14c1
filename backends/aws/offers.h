/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offers of a region are put together from four parts, each a chain of pages, all asked for at once:
 * what instance types there are (types.c), which zones have them (zones.c), what they cost on demand
 * (prices.c) and as spot (spot.c). offers.c starts the parts and waits for them, emit.c joins them. Without
 * types there are no offers; without another part there are, and the user is told what is missing.
 */
#ifndef ARCHWAY_BACKENDS_AWS_OFFERS_H
#define ARCHWAY_BACKENDS_AWS_OFFERS_H

#include "backends/aws/aws.h"
#include "kit/json.h"
#include "kit/kept.h"
#include "kit/pages.h"

#include <stdbool.h>

/* ---- what is known of a region (listing.c) ---- */

/* Accelerators of a type, all alike. */
struct aws_gpus {
    uint32_t count; /* 0: none */
    uint32_t memory_mib;
    const char *vendor;
    const char *name;
};

/* The newest spot price of a type in a zone. */
struct aws_spot_price {
    struct aws_spot_price *next;
    uint64_t nusd_per_hour;
    uint64_t since_ms;
    unsigned zone;
};

enum {
    AWS_ON_DEMAND = 1,
    AWS_SPOT = 2,
    AWS_CAPACITY_BLOCK = 4
};

/* An instance type. Whichever part names it first makes it. A region has more than a thousand. */
struct aws_type {
    struct aws_type *next; /* in the order in which they were named */
    const char *problem;   /* why it cannot be offered, or NULL */
    struct aws_spot_price *spot_prices;
    uint64_t nusd_per_hour; /* on demand; 0: unpriced */
    struct aws_gpus gpus;
    uint32_t vcpus;
    uint32_t memory_mib;
    uint32_t disk_mib;
    uint32_t zones;    /* bit 0: the zone whose name ends in "a" */
    uint8_t archs;     /* bits of enum aw_arch; 0: it runs macOS only */
    uint8_t usages;    /* AWS_ON_DEMAND and so on */
    bool is_described; /* EC2 has said what it is, so that the rest counts */
    char name[];
};

enum aws_part_number {
    AWS_PART_TYPES,
    AWS_PART_ZONES,
    AWS_PART_PRICES,
    AWS_PART_SPOT,
    AWS_PARTS
};

struct aws_part {
    struct aws_listing *listing;
    const struct aws_part_kind *kind;
    aw_error problem; /* why it is not there, or not new; AW_OK: it is */
    uint64_t age_ms;  /* of what was kept, in the place of what could not be had */
    bool is_old;
    bool has_other_currency; /* a price that is not in dollars */
    unsigned unread;         /* entries that were left out, and why the first of them was */
    char unread_why[256];
};

/* The reservation that the user named: nothing but what it has is wanted. */
struct aws_reserved {
    const char *type; /* NULL: the region does not have it */
    int zone;
    bool is_left;
    bool is_block; /* paid for when it was bought */
};

struct aws_listing {
    const char *region;
    struct aws_reserved *reserved; /* NULL: none was named */
    uint32_t spot;                 /* enum aw_spot */
    char started[24];              /* when, as EC2 writes times */
    unsigned waiting;
    struct aws_part parts[AWS_PARTS];
    struct aws_type *types;
    struct aws_type **last; /* where the next one is linked */
    struct aws_type **slots;
    size_t type_count;
    size_t slot_count;
};

struct aws_listing *aws_listing_create(aw_op *op, const aw_offer_query *query);

/* The type of that name, a new one if need be. NULL when the name is none of an instance type, when there are
 * more than there can be (ret_error says it), and without memory (AW_E_NO_MEMORY). */
struct aws_type *aws_listing_type(aw_op *op, struct aws_listing *listing, const char *name,
                                  aw_error *ret_error);

/* Zones are told by their letters: "eu-west-1c" is 2. -1 for what is no zone of the region's own: Local and
 * Wavelength Zones have names, prices and subnets of another kind and are not offered. */
int aws_listing_zone(const struct aws_listing *listing, const char *name);

/* One more entry cannot be read. */
void aws_part_leave_out(struct aws_part *part, const char *why);

/* ---- pages (pages.c) ---- */

/* Where answers are XML: what a page's items are, and who reads one. */
struct aws_items {
    const char *action;
    const char *set; /* the element below the root that has them */
    /* Elements below the root that are not of these names may be left out. Ends in NULL. */
    const char *const *wanted;
    /* An error that it leaves with the document ends the page. */
    void (*read)(aw_op *op, struct aws_part *part, kit_xml *document, const kit_xml_node *item);
};

/* `kit_pages.read` of them. Only one item is in memory at a time. */
int aws_items_read(aw_op *op, struct aws_part *part, const struct aws_items *items,
                   const aw_response *answer, const char **ret_token, aw_error *ret_error);
/* The same where answers are JSON. */
int aws_pages_next_json(aw_op *op, const kit_json_node *root, const char **ret_token,
                        aw_error *ret_error);

/* The same for a token that was read in another way; NULL: there is none. */
int aws_pages_keep_token(aw_op *op, const char *token, const aw_error *problem,
                         const char **ret_token, aw_error *ret_error);

/* ---- keeping (kept.c) ---- */

/* A part as text on disk, a line a type, fields with tabs between. */
struct aws_kept {
    const char *name;         /* with the revision of its lines: "types-1" */
    enum aws_service service; /* who said it */
    uint64_t fresh_ms;
    void (*save)(kit_buf *text, const struct aws_type *type);
    /* Takes the fields of a line over, the first of which is the type's name; what is known of it already
     * stays. They live as long as the operation. Without a type they are only checked. -1: they are not what
     * `save` writes. */
    int (*load)(char *const fields[KIT_KEPT_FIELDS], struct aws_type *type);
};

void aws_kept_save(aw_op *op, const struct aws_listing *listing, const struct aws_kept *kept);
/* Takes over what is not older. -1: there is nothing, or nothing that can be used. */
int aws_kept_load(aw_op *op, struct aws_listing *listing, const struct aws_kept *kept,
                  uint64_t max_age_ms, uint64_t *ret_age_ms);
/* Is AWS down, or the way to it, so that what is old is better than nothing? A refusal is another matter. */
bool aws_is_outage(const aw_error *why);

/* Keeps the names of regions, a line each; emits those that are kept, or returns -1 (regions_kept.c). */
void aws_regions_keep(aw_op *op, const char *names);
int aws_regions_recall(aw_op *op);

/* ---- the parts ---- */

struct aws_part_kind {
    const char *what; /* for people: "instance types" */
    struct kit_pages pages;
    const struct aws_kept *kept; /* NULL: too short-lived to be kept */
};

extern const struct aws_kept aws_types_kept; /* types_kept.c */

extern const struct aws_part_kind aws_types_part;
extern const struct aws_part_kind aws_zones_part;
extern const struct aws_part_kind aws_prices_part;
extern const struct aws_part_kind aws_spot_part;

/* Asks for the reservation of the query, if it names one (reserved.c). -1: no memory. */
int aws_reserved_start(aw_op *op, struct aws_listing *listing, const aw_offer_query *query);
/* One thing less is waited for; behind the last one the offers are emitted (offers.c). */
void aws_listing_settle(aw_op *op, struct aws_listing *listing);

/* The end of every part's pages (offers.c); `part` is their owner. */
void aws_part_ended(aw_op *op, void *part, const aw_error *why);

/* All parts have ended (emit.c). */
void aws_listing_emit(aw_op *op, struct aws_listing *listing);

/* ---- reading ---- */

/* What is handed over while a document is read: the `item`s in the `set`s of a `root`. */
struct aws_xml_each {
    const char *root;
    const char *set;
    void (*read)(void *arg, kit_xml *document, const kit_xml_node *item);
    void *arg;
    size_t count; /* of those that have been handed over */
};

/* Reads XML like kit_xml_parse, several times as fast where it is plain (plain.c). Below the root, elements that
 * are not of the `wanted` names (which end in NULL and outlive the document), and all in them, may be left
 * out. With `each` (or NULL) items are handed over one by one, each of which may be gone when `read` returns and
 * missing from the tree; in a document that turns out to be no XML behind them they have been handed over all the
 * same. NULL, with the document's error, when it is none or `read` has left one. */
const kit_xml_node *aws_xml_parse(kit_xml *document, const aw_response *answer,
                                  const char *const *wanted, struct aws_xml_each *each);

/* The accelerators of an item of instanceTypeSet: GPUs, Gaudi, Inferentia, Trainium; neither FPGAs nor video
 * encoders (accelerators.c). Its error is the document's. */
void aws_gpus_read(aw_op *op, kit_xml *document, const kit_xml_node *item,
                   struct aws_gpus *ret_gpus);

/* ---- quotas ---- */

/* The code of the quota that counts a type's vCPUs, NULL where none is known (quotas.c). */
const char *aws_quota_code(const char *type, bool spot);

/* Who wants to know what runs in a region (running.c). It must live as long as the operation. */
struct aws_running {
    const char *region;
    void (*count)(void *owner, const char *type, bool spot, uint64_t vcpus); /* for each machine */
    void (*ended)(aw_op *op, void *owner, const aw_error *why); /* `why` NULL: those were all */
    void *owner;
};

void aws_running_start(aw_op *op, struct aws_running *running);

#endif
