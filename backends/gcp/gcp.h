/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the GCP backend share: its state, its functions of the vtable, its requests. */
#ifndef ARCHWAY_BACKENDS_GCP_GCP_H
#define ARCHWAY_BACKENDS_GCP_GCP_H

#include "kit/json.h"
#include "kit/request.h"

#define GCP_TITLE "Google Cloud"

/* The scope that a token is asked for: the compute API and the price catalogue. */
#define GCP_SCOPE "https://www.googleapis.com/auth/cloud-platform"

/* An opened backend; what `open` put into it never changes. */
struct gcp {
    const char *compute; /* "https://compute.googleapis.com/compute/v1": no slash at its end */
    const char *billing; /* "https://cloudbilling.googleapis.com/v1" */
    const char *project; /* NULL: none was found, and `no_project` says where it was looked for */
    const char *no_project;
    const char *quota_project;    /* or NULL */
    const char *credentials_file; /* from the settings, or NULL */
    int instance_metadata; /* ask the metadata server though this looks like no machine of Google's */
    /* How machines are created. */
    const char *network;               /* a name, or projects/P/global/networks/N; "default" */
    const char *subnetwork;            /* a name in the region, or NULL: the network's own */
    const char *const *extra_networks; /* for further cards; NULL at the end, or none at all */
    const char *rdma_network;          /* or NULL */
    const char *service_account;       /* an email, or NULL: none */
    const char *zone;                  /* tried first where an offer has it, or NULL */
    int public_ip;
};

/* ---- the vtable ---- */

void gcp_regions(aw_op *op);
void gcp_list_offers(aw_op *op, const aw_offer_query *query);
void gcp_list_quotas(aw_op *op, const aw_offer_query *query);
void gcp_list_images(aw_op *op, const aw_offer_query *query);
void gcp_list_disks(aw_op *op, const aw_list *wish);
void gcp_remove_disk(aw_op *op, const aw_resource *disk);
void gcp_create(aw_op *op, const aw_create *wish);
void gcp_get(aw_op *op, const aw_ref *ref);
void gcp_list(aw_op *op, const aw_list *wish);
void gcp_terminate(aw_op *op, const aw_ref *ref);
void gcp_authenticate(aw_op *op); /* authenticate.c */
int32_t gcp_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                 uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error);
void gcp_classify(void *state, const aw_request *request, const aw_response *answer,
                  aw_error *ret_error); /* classify.c */

/* ---- where the project is (project.c) ---- */

/* Reads the project and the zone from the settings, the environment, the credentials' file or gcloud's
 * configuration. Returns 0, or -1 when the operation has failed. */
int gcp_project_open(aw_op *op, const aw_settings *settings, struct gcp *ret_gcp);

/* Could it be a project's id, which stands in URLs and headers? "example.com:project" is one of an older kind. */
int gcp_is_project(const char *text);

/* ---- requests (request.c) ---- */

/*
 * A request of the compute API below projects/PROJECT; add the rest with kit_request_path. Fails the
 * operation with a sentence when no project is known.
 */
void gcp_compute_init(kit_request *request, aw_op *op, const char *name, const char *method);

/* Fails the operation when no project is known, and returns -1. */
int gcp_needs_project(aw_op *op);

/* "https://.../zones/us-central1-a" -> "us-central1-a": what stands behind the last slash. */
const char *gcp_last_part(const char *url);

/* The first element, or an absent node where there is none. */
kit_json_node gcp_first(const kit_json_node *array);

/* Fails with "Google's answer to `NAME` cannot be read: why". */
void gcp_fail_unread(aw_op *op, const char *name, const aw_error *problem);

/* ---- errors (classify.c) ---- */

/* The meaning of a reason of the API's or of a code of an operation's: enum aw_code, and where not to try
 * again. AW_OK: not known. */
uint32_t gcp_code_of(const char *reason, uint32_t *ret_scope);

/* Reads the error of an operation that is done (error.errors[0]) into *ret_error; 0 when it has none. */
int gcp_operation_error(const kit_json_node *operation, aw_error *ret_error);

/* ---- operations (operation.c) ---- */

typedef void (*gcp_operation_fn)(aw_op *op, const aw_error *error, void *arg);

/*
 * Watches an operation of a zone (NULL: a global one) to its end, from the answer that began it. `on_done` gets an
 * error with code AW_OK, or what the operation ended with; AW_RETRY_UNKNOWN: nobody knows. It may be called
 * before this returns. -1: the answer cannot be read, and its document says why.
 */
int gcp_watch(aw_op *op, const char *zone, const kit_json_node *operation, gcp_operation_fn on_done,
              void *arg);

#endif
