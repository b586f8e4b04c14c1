/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Creating a machine takes three steps, each in a file: the boot image (image.c), the firewall rule
 * (firewall.c), and an insert in one zone after the other, each watched to its end (create.c).
 */
#ifndef ARCHWAY_BACKENDS_GCP_CREATE_H
#define ARCHWAY_BACKENDS_GCP_CREATE_H

#include "backends/gcp/gcp.h"
#include "kit/wish.h"

#define GCP_LABEL_OWNER "archway-owner"
#define GCP_LABEL_TOKEN "archway-token"
#define GCP_TAG "archway"

struct creation {
    aw_op *op;
    const aw_create *wish;
    const char *name;  /* of the machine, the same whenever the token is */
    const char *image; /* "projects/P/global/images/..." */
    const char *zone;  /* where it is being tried */
    const char *zones; /* those that are left, with commas between */
};

/* The steps, each of which calls the next one when it is done, or fails the operation. */
void creation_find_image(struct creation *creation);
void creation_open_firewall(struct creation *creation);
void creation_insert(struct creation *creation);

/* The body of the insert (insert_body.c). A new reference; NULL: no memory, or a text that is no UTF-8. */
json_t *creation_body(const struct creation *creation);

/* "attach=nvidia-tesla-t4:2;gpu=nvidia": a word of the offer's data. The value ends before ";". NULL: absent. */
const char *gcp_data_word(const char *data, const char *name, size_t *ret_size);

/* Emits a machine as the API describes it (instances.c). -1: it cannot be read. */
int gcp_emit_instance(aw_op *op, const kit_json_node *instance);

/* A UUID made of the create's token and what sets this request apart. ret_uuid has room for 37 bytes. */
int gcp_request_id(const char *token, const char *purpose, char ret_uuid[37]);

/* A label's value may be lower-case only: the token's is. */
void gcp_label_text(char *ret_text, size_t size, const char *text);

#endif
