/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a machine takes five steps, each in a file: a reservation that was named (reserve.c), the boot image
 * (image.c), the firewall rule (firewall.c), networks for further cards (networks.c), and an insert in one zone after the other, each watched to its end
 * (create.c).
 */
#ifndef ARCHWAY_BACKENDS_GCP_CREATE_H
#define ARCHWAY_BACKENDS_GCP_CREATE_H

#include "backends/gcp/machine.h"
#include "backends/gcp/reservation.h"
#include "kit/wish.h"

#define GCP_TAG "archway" /* of the network: the firewall rule is for machines that carry it */

/* A network card beside the first one. */
struct creation_card {
    const char *network; /* "projects/P/global/networks/N" */
    const char *subnetwork;
    const char *type; /* "GVNIC" */
};
enum {
    GCP_MOST_CARDS = 16
};

struct creation {
    aw_op *op;
    const aw_create *wish;
    const char *name;                          /* of the machine, the same whenever the token is */
    const char *image;                         /* "projects/P/global/images/..." */
    const char *zone;                          /* where it is being tried */
    const char *zones;                         /* those that are left, with commas between */
    const struct gcp_reservation *reservation; /* that was asked for, or NULL */
    const struct gcp_reserved *reserved;       /* of it, in the zone; NULL: it is not known */
    struct creation_card cards[GCP_MOST_CARDS];
    size_t card_count;
    aw_error conflict; /* why it was refused, while its namesake is looked at */
};

/* The steps, each of which calls the next one when it is done, or fails the operation. */
void creation_find_reservation(struct creation *creation);
void creation_find_image(struct creation *creation);
/* The image that is taken when none was named, and the request that describes one. */
const char *gcp_default_image(uint32_t arch, int nvidia);
void gcp_image_request(kit_request *request, aw_op *op, const char *image);
void creation_open_firewall(struct creation *creation);
void creation_find_networks(struct creation *creation);
void creation_insert(struct creation *creation);

/* What the reservation has for the wish in a zone, or NULL. */
const struct gcp_reserved *creation_reserved(const struct creation *creation, const char *zone);

/* A GPU that does not come with the type. */
struct creation_gpu {
    char type[64]; /* "nvidia-tesla-t4" */
    uint32_t count;
};
enum {
    GCP_MOST_ATTACHED = 1024
};
bool creation_attached(const struct creation *creation, struct creation_gpu *ret_gpu);

/* The path of a network or subnetwork of the configuration's: "projects/P/global/networks/N". NULL: no memory. */
const char *creation_network(aw_op *op, const char *name);
const char *creation_subnetwork(aw_op *op, const char *name, const char *region);

/* The body of the insert (insert_body.c). A new reference; NULL: no memory, or a text that is no UTF-8. */
json_t *creation_body(const struct creation *creation);
/* Its parts that say how the machine runs and is reached, and what it is told (insert_parts.c). */
json_t *creation_scheduling(const struct creation *creation);
json_t *creation_metadata(const struct creation *creation);
json_t *creation_labels(const struct creation *creation);
/* A text as JSON; NULL: no memory, or no UTF-8. */
json_t *creation_text(aw_op *op, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "attach=nvidia-tesla-t4:2;gpu=nvidia": a word of the offer's data. The value ends before ";". NULL: absent. */
const char *gcp_data_word(const char *data, const char *name, size_t *ret_size);

#endif
