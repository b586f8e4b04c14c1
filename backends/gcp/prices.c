/* SPDX-License-Identifier: Apache-2.0 */
/* The table of prices: a row a part, with a place for each region. */
#include "backends/gcp/prices.h"

#include "kit/error.h"
#include "kit/kept.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY "prices-2"
#define MOST_NUSD UINT64_C(1000000000000000)

enum {
    MOST_REGIONS = 256,
    MOST_PARTS = 512,
    SLOTS = 2048, /* a power of two, and more than twice the parts */
    LONGEST_REGION = 64
};

struct row {
    enum gcp_part_kind kind;
    char name[GCP_LONGEST_PART];
    uint64_t nusd[GCP_TERMS][MOST_REGIONS];
};

struct gcp_prices {
    aw_op *op;
    const char *regions[MOST_REGIONS];
    size_t region_count;
    struct row *rows[MOST_PARTS];
    size_t row_count;
    struct row *slots[SLOTS];
};

struct gcp_prices *gcp_prices_create(aw_op *op)
{
    struct gcp_prices *prices = aw_alloc(op, sizeof *prices);
    if (prices)
        prices->op = op;
    return prices;
}

bool gcp_prices_are_empty(const struct gcp_prices *prices)
{
    return prices->row_count == 0;
}

/* ---- rows and regions ---- */

static size_t slot_of(const struct gcp_prices *prices, enum gcp_part_kind kind, const char *name)
{
    uint32_t hash = 2166136261u ^ (uint32_t)kind;
    for (const char *at = name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    size_t at = hash % SLOTS;
    while (prices->slots[at] &&
           (prices->slots[at]->kind != kind || strcmp(prices->slots[at]->name, name) != 0))
        at = (at + 1) % SLOTS;
    return at;
}

static struct row *row_of(struct gcp_prices *prices, const struct gcp_part *part,
                          aw_error *ret_error)
{
    size_t slot = slot_of(prices, part->kind, part->name);
    struct row *row = prices->slots[slot];
    if (row)
        return row;
    if (prices->row_count == MOST_PARTS) {
        kit_error_set(ret_error, AW_E_PROTOCOL, "there are more than %d parts with a price",
                      MOST_PARTS);
        return NULL;
    }
    row = aw_alloc(prices->op, sizeof *row);
    if (!row) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for prices");
        return NULL;
    }
    row->kind = part->kind;
    memcpy(row->name, part->name, sizeof row->name);
    prices->slots[slot] = prices->rows[prices->row_count++] = row;
    return row;
}

int gcp_prices_region(const struct gcp_prices *prices, const char *name)
{
    size_t at = 0;
    while (at < prices->region_count && strcmp(prices->regions[at], name) != 0)
        at++;
    return at < prices->region_count ? (int)at : -1;
}

static int region_of(struct gcp_prices *prices, const char *name, aw_error *ret_error)
{
    int found = gcp_prices_region(prices, name);
    if (found >= 0)
        return found;
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (size == 0 || size > LONGEST_REGION || name[size])
        return kit_error_set(ret_error, AW_E_PROTOCOL, "\"%.80s\" is not the name of a region",
                             name);
    if (prices->region_count == MOST_REGIONS)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "there are more than %d regions",
                             MOST_REGIONS);
    const char *copy = kit_copy_text(prices->op, name);
    if (!copy)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for the name of a region");
    prices->regions[prices->region_count] = copy;
    return (int)prices->region_count++;
}

int gcp_prices_add(struct gcp_prices *prices, const struct gcp_part *part, const char *region,
                   uint64_t nusd, aw_error *ret_error)
{
    int at = region_of(prices, region, ret_error);
    struct row *row = at < 0 ? NULL : row_of(prices, part, ret_error);
    if (!row)
        return -1;
    uint64_t *price = &row->nusd[part->terms][at];
    if (nusd > *price)
        *price = nusd;
    return 0;
}

uint64_t gcp_price(const struct gcp_prices *prices, enum gcp_part_kind kind, const char *name,
                   int region, enum gcp_terms terms)
{
    const struct row *row = prices->slots[slot_of(prices, kind, name)];
    return row && region >= 0 ? row->nusd[terms][region] : 0;
}

/* ---- keeping ---- */

/* KIND NAME REGION, and a price for each of the terms, where 0 is none. */
static void row_save(kit_buf *text, const struct gcp_prices *prices, const struct row *row)
{
    for (size_t i = 0; i < prices->region_count; i++) {
        uint64_t on_demand = row->nusd[GCP_ON_DEMAND][i];
        uint64_t spot = row->nusd[GCP_SPOT][i];
        uint64_t calendar = row->nusd[GCP_CALENDAR][i];
        if (on_demand || spot || calendar)
            kit_buf_addf(text, "%u\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
                         (unsigned)row->kind, row->name, prices->regions[i], on_demand, spot,
                         calendar);
    }
}

/* -1: they are none. */
static int terms_load(char *const *fields, uint64_t ret_nusd[GCP_TERMS])
{
    for (int terms = 0; terms < GCP_TERMS; terms++)
        if (kit_kept_number(fields[terms], MOST_NUSD, &ret_nusd[terms]))
            return -1;
    return fields[GCP_TERMS] ? -1 : 0;
}

static int load(aw_op *op, void *owner, char *const fields[KIT_KEPT_FIELDS], int only_check)
{
    struct gcp_part part = {0};
    uint64_t kind = 0;
    uint64_t nusd[GCP_TERMS] = {0};
    aw_error ignored = {.size = sizeof ignored};
    (void)op;
    if (kit_kept_number(fields[0], GCP_KINDS - 1, &kind) || !fields[1] || !*fields[1] ||
        strlen(fields[1]) >= sizeof part.name || !fields[2] || !*fields[2] ||
        terms_load(fields + 3, nusd))
        return -1;
    part.kind = (enum gcp_part_kind)kind;
    memcpy(part.name, fields[1], strlen(fields[1]));
    for (int terms = 0; !only_check && terms < GCP_TERMS; terms++) {
        part.terms = (enum gcp_terms)terms;
        if (nusd[terms] && gcp_prices_add(owner, &part, fields[2], nusd[terms], &ignored))
            return -1;
    }
    return 0;
}

/* Facts of another endpoint, of a stand-in for Google, are not Google's. */
static int kept_of(aw_op *op, const char *billing, struct kit_kept *ret_kept)
{
    kit_buf first;
    kit_buf_init(&first, kit_op_memory(op), 1024);
    kit_buf_addf(&first, "archway-gcp %s %s", KEY, billing);
    *ret_kept = (struct kit_kept){.key = KEY, .first = kit_buf_text(&first), .load = load};
    return ret_kept->first ? 0 : -1;
}

void gcp_prices_save(aw_op *op, const struct gcp_prices *prices, const char *billing)
{
    struct kit_kept kept;
    kit_buf text;
    if (kept_of(op, billing, &kept))
        return;
    kit_kept_begin(&text, &kept);
    for (size_t i = 0; i < prices->row_count; i++)
        row_save(&text, prices, prices->rows[i]);
    kit_kept_save(&text, op, &kept);
}

int gcp_prices_load(aw_op *op, struct gcp_prices *prices, const char *billing, uint64_t max_age_ms,
                    uint64_t *ret_age_ms)
{
    struct kit_kept kept;
    if (kept_of(op, billing, &kept))
        return -1;
    return kit_kept_load(op, &kept, prices, max_age_ms, ret_age_ms);
}
