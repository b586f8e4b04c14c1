/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a listing as text on disk: a line a type, in a file a region. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <stdio.h>

enum {
    LONGEST_KEY = 128,
    LONGEST_FIRST = 1024
};

/* A part, and where it goes to or comes from. */
struct place {
    struct kit_kept text;
    const struct aws_kept *kept;
    struct aws_listing *listing; /* to be filled */
    char key[LONGEST_KEY];
};

static int load(aw_op *op, void *owner, char *const fields[KIT_KEPT_FIELDS], int only_check)
{
    struct place *place = owner;
    aw_error ignored = {.size = sizeof ignored};
    if (only_check)
        return place->kept->load(fields, NULL);
    struct aws_type *type = aws_listing_type(op, place->listing, fields[0], &ignored);
    return type ? place->kept->load(fields, type) : 0;
}

/* Facts of another endpoint, of a stand-in for AWS, are not AWS's. -1: no memory. */
static int place_init(struct place *place, aw_op *op, const char *region,
                      const struct aws_kept *kept)
{
    const char *signing_region = NULL;
    const char *url = aws_endpoint(op, kept->service, region, &signing_region);
    kit_buf first;
    if (!url)
        return -1;
    kit_buf_init(&first, kit_op_memory(op), LONGEST_FIRST);
    kit_buf_addf(&first, "archway-aws %s %s", kept->name, url);
    snprintf(place->key, sizeof place->key, "%s-%s", kept->name, region);
    place->kept = kept;
    place->text = (struct kit_kept){.key = place->key, .first = kit_buf_text(&first), .load = load};
    return place->text.first ? 0 : -1;
}

void aws_kept_save(aw_op *op, const struct aws_listing *listing, const struct aws_kept *kept)
{
    struct place place;
    kit_buf text;
    if (place_init(&place, op, listing->region, kept))
        return;
    kit_kept_begin(&text, &place.text);
    for (const struct aws_type *type = listing->types; type; type = type->next)
        kept->save(&text, type);
    kit_kept_save(&text, op, &place.text);
}

int aws_kept_load(aw_op *op, struct aws_listing *listing, const struct aws_kept *kept,
                  uint64_t max_age_ms, uint64_t *ret_age_ms)
{
    struct place place;
    if (place_init(&place, op, listing->region, kept))
        return -1;
    place.listing = listing;
    return kit_kept_load(op, &place.text, &place, max_age_ms, ret_age_ms);
}
