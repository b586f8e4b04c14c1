/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a page of a listing: {"items": [...], "nextPageToken": "..."}, or, of a listing of all zones,
 * {"items": {"zones/us-central1-a": {"NAME": [...], "warning": {...}}}, "unreachables": [...]}. */
#ifndef ARCHWAY_BACKENDS_GCP_PAGE_H
#define ARCHWAY_BACKENDS_GCP_PAGE_H

#include "kit/json_scan.h"

enum {
    GCP_LONGEST_TOKEN = 4096 /* of a page */
};

struct gcp_page {
    const char *items;
    /* The member that has a zone's items. NULL: it is a listing of one zone, or of none. */
    const char *of_zone;
    /* Reads the next value, an item. `zone` is NULL without of_zone. -1: the page ends here, and the error says
     * why. */
    int (*read)(void *owner, kit_scan *scan, const char *zone, aw_error *ret_error);
    /* Nothing, or not all, is known of a zone. NULL without of_zone. */
    void (*lack)(void *owner, const char *zone, const char *why);
};

/* Reads it, and copies the next one's token, "" at the end, into the operation's memory. */
int gcp_page_read(aw_op *op, const struct gcp_page *page, void *owner, aw_bytes body,
                  const char **ret_token, aw_error *ret_error);

/* `kit_pages.peek`: the token stands at the end of a page, or at its beginning. */
const char *gcp_page_peek(aw_op *op, aw_bytes body);

#endif
