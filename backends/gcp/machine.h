/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as the API describes them (machine.c), all of them (machines.c), and what they are called (naming.c). */
#ifndef ARCHWAY_BACKENDS_GCP_MACHINE_H
#define ARCHWAY_BACKENDS_GCP_MACHINE_H

#include "backends/gcp/gcp.h"

/*
 * Whose a machine is, and which create made it. Labels can be searched, but hold lower case only; what was meant
 * exactly stands in the metadata under the same name.
 */
#define GCP_OWNER "archway-owner"
#define GCP_TOKEN "archway-token"

/* A disk has labels and no metadata: the token stands in its description, behind this. */
#define GCP_DISK_TOKEN GCP_TOKEN "="

#define GCP_SSH_USER "ubuntu"

#define GCP_LABEL_SIZE 64
/* Lower-case letters, digits, - and _; everything else becomes _. */
void gcp_label_text(char ret_text[GCP_LABEL_SIZE], const char *text);

/* Could a machine have this name? */
int gcp_is_machine_name(const char *text);

/* A UUID made of a text and what sets this request apart. -1: libcrypto cannot. */
int gcp_request_id(const char *text, const char *purpose, char ret_uuid[37]);

/* "us-central1-a" -> "us-central1" */
void gcp_region_of(const char *zone, char *ret_region, size_t size);

/* The owner or token of a machine, or NULL. */
const char *gcp_mark_of(const kit_json_node *instance, const char *name);

/* Emits a machine. -1: it cannot be read. */
int gcp_emit_machine(aw_op *op, const kit_json_node *instance);

/* Starts a request for one machine: .../zones/ZONE/instances/ID. */
void gcp_machine_init(kit_request *request, aw_op *op, const char *name, const char *method,
                      const char *zone, const char *id);

/* All machines that a filter finds. */
struct gcp_machines {
    const char *filter; /* NULL: all */
    /* Called with each; -1: it cannot be read. */
    int (*each)(aw_op *op, struct gcp_machines *machines, const kit_json_node *instance);
    void (*ended)(aw_op *op, struct gcp_machines *machines); /* NULL: nothing is to be done then */
    void *arg;
    int must_be_whole; /* a zone that does not answer fails the operation; else it is reported */
    size_t pages;
};
/* It must live as long as the operation. */
void gcp_list_machines(aw_op *op, struct gcp_machines *machines);

#endif
