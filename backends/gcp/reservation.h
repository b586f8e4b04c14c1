/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reservations: machines of one kind that the user has in a zone, running or not. One name may be several, each in a
 * zone of its own; some are shared with other projects; and those of the calendar mode come and go by a date.
 * https://cloud.google.com/compute/docs/instances/reservations-overview
 */
#ifndef ARCHWAY_BACKENDS_GCP_RESERVATION_H
#define ARCHWAY_BACKENDS_GCP_RESERVATION_H

#include "backends/gcp/gcp.h"

#include <stdbool.h>

#define GCP_RESERVATION "reservation" /* the option's name */

/* The options of a wish, and of a query for offers; NULL behind the last. */
extern const char *const gcp_wish_options[];

enum {
    GCP_RESERVED_DISKS = 32
};

/* A local SSD that a machine must have to fit. */
struct gcp_reserved_disk {
    int64_t gib;
    char interface[16];
};

/* What there is in a zone. */
struct gcp_reserved {
    struct gcp_reserved *next;
    const char *zone;
    const char *machine_type;
    const char *gpu; /* the API's name; NULL: none, or that of the type */
    uint32_t gpu_count;
    const char *cpu_platform; /* NULL: any */
    const char *placement;    /* the policy of its machines, or NULL */
    bool is_calendar;         /* of the calendar mode: it ends by itself, and has other prices */
    bool says_mode;           /* whether it is */
    uint32_t count;
    uint32_t left;
    struct gcp_reserved_disk disks[GCP_RESERVED_DISKS];
    size_t disk_count;
};

struct gcp_reservation {
    const char *text;  /* as the user wrote it */
    const char *value; /* as an insert wants it */
    const char *project;
    const char *name;
    const char *zone; /* NULL: any */
    struct gcp_reserved *first;
    const char *silent_zone; /* one that did not answer, where it may be too; or NULL */
};

/* `why` is NULL, or why nothing can be had of it: AW_E_DENIED where this account may not look at it, which it may
 * be able to use all the same. */
typedef void (*gcp_reservation_fn)(aw_op *op, struct gcp_reservation *reservation,
                                   const aw_error *why, void *arg);

/*
 * Looks for what the user calls "NAME", "projects/P/reservations/NAME", or by the address that Google gives it, and
 * calls `found`. Fails the operation when that is no name of one.
 */
void gcp_reservation_find(aw_op *op, const char *text, gcp_reservation_fn found, void *arg);

/* Is it for machines of this type, with so many of this GPU attached? NULL: none. */
bool gcp_reserved_fits(const struct gcp_reserved *reserved, const char *machine_type,
                       const char *gpu, uint32_t gpu_count);

/* Must a machine be bound to its reservation, since its kind is had in no other way, or ends with it? `reserved` is
 * NULL where it is not known. https://cloud.google.com/compute/docs/instances/about-reservation-bound-vms */
bool gcp_is_bound(const struct gcp_reserved *reserved, const char *machine_type);

#endif
