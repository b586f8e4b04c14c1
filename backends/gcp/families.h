/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What machine types ask of a disk, a network card and a host: the API does not say, so a table by the family's
 * name does. A family that is not in the table takes what the older ones take.
 */
#ifndef ARCHWAY_BACKENDS_GCP_FAMILIES_H
#define ARCHWAY_BACKENDS_GCP_FAMILIES_H

/* Of the boot disk. */
const char *gcp_disk_of(const char *machine_type);
/* NULL: Google's choice. */
const char *gcp_nic_of(const char *machine_type);
/* Can it not be moved to another host? */
int gcp_stays_on_host(const char *machine_type);

#endif
