/* SPDX-License-Identifier: Apache-2.0 */
/* What machine families ask of a disk and a network card: the API does not say. */
#ifndef ARCHWAY_BACKENDS_GCP_FAMILIES_H
#define ARCHWAY_BACKENDS_GCP_FAMILIES_H

struct gcp_family {
    const char *name; /* the type's name up to its first "-" */
    const char *disk; /* of a boot disk */
    int gvnic;        /* takes no other network card */
};

/* By the type's name. A family that is not in the table takes what the older ones take. */
const struct gcp_family *gcp_family_of(const char *machine_type);

#endif
