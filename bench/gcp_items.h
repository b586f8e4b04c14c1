/* SPDX-License-Identifier: Apache-2.0 */
/* What Google answers of one machine type and of one SKU, whole or with only the fields that were asked for. */
#ifndef ARCHWAY_BENCH_GCP_ITEMS_H
#define ARCHWAY_BENCH_GCP_ITEMS_H

#include "kit/buf.h"

#include <stdbool.h>

enum {
    GCP_REGIONS = 43,
    GCP_ZONES = 113,
    GCP_TYPES = 560,
    GCP_SKUS = 32242
};

const char *gcp_region_name(unsigned region);
/* Region and letter of the number'th zone. */
void gcp_zone_name(unsigned zone, char name[64]);
unsigned gcp_zone_region(unsigned zone);

/* Does the zone have this type? */
bool gcp_zone_has(unsigned zone, unsigned type);
void gcp_type_write(unsigned zone, unsigned type, bool whole, kit_buf *text);
void gcp_sku_write(unsigned number, bool whole, kit_buf *text);

#endif
