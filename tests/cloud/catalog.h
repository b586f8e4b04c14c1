/* SPDX-License-Identifier: Apache-2.0 */
/* What the clouds sell: a few types of both architectures, and where. */
#ifndef ARCHWAY_TESTS_CLOUD_CATALOG_H
#define ARCHWAY_TESTS_CLOUD_CATALOG_H

#include "tests/cloud/cloud.h"

struct sale {
    enum cloud_id cloud;
    const char *type;
    uint32_t arch; /* enum aw_arch */
    unsigned vcpus;
    unsigned memory_mib;
    const char *gpu; /* NULL: none */
    unsigned gpu_mib;
    uint64_t nusd; /* an hour */
    uint64_t spot_nusd;
};

struct place {
    enum cloud_id cloud;
    const char *region;
    const char *zone; /* "": it has none */
};

/* All of one cloud, one after the other: `previous` NULL is the first. NULL ends them. */
const struct sale *sale_next(enum cloud_id cloud, const struct sale *previous);
const struct place *place_next(enum cloud_id cloud, const struct place *previous);

const struct sale *sale_find(enum cloud_id cloud, const char *type);
/* By its zone, or where there is none by its region. */
const struct place *place_find(enum cloud_id cloud, const char *name);
/* Is this the first zone of its region? */
bool place_is_first(const struct place *place);

#endif
