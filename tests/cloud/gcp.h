/* SPDX-License-Identifier: Apache-2.0 */
/* Google Compute Engine: what its files share. */
#ifndef ARCHWAY_TESTS_CLOUD_GCP_H
#define ARCHWAY_TESTS_CLOUD_GCP_H

#include "tests/cloud/parts.h"

#define GCP_LINK "https://www.googleapis.com/compute/v1/projects/" CLOUD_GCP_PROJECT

/* The part of a path behind ".../projects/", counted from 0, which is the project. */
const char *gcp_part(const struct call *call, unsigned index, char *text, size_t size);

/* {"error": {"code": 404, "message": "...", "errors": [{"reason": "notFound"}]}} */
void gcp_fail(struct call *call, unsigned status, const char *reason, const char *message);
void gcp_fail_absent(struct call *call);

/* An operation that is done now or later, with an error or without (NULL), as an answer. `request_id` may be "". */
void gcp_operation_answer(struct call *call, const char *type, const char *zone, const char *target,
                          const char *request_id, const char *error);
/* Answers with the operation of an earlier request with the same id. False: there is none. */
bool gcp_operation_repeat(struct call *call, const char *request_id);
void gcp_operation_get(struct call *call);

/* The endpoint that exchanges a refresh token, and whether a request bears what it handed out. */
void gcp_token(struct call *call);
bool gcp_is_known(const struct call *call);

void gcp_zones(struct call *call);
void gcp_regions(struct call *call);
void gcp_project(struct call *call);
void gcp_machine_types(struct call *call);
void gcp_nothing(struct call *call); /* a list of what there is none of here */
void gcp_skus(struct call *call);
void gcp_image(struct call *call);

void gcp_firewall_get(struct call *call);
void gcp_firewalls(struct call *call);
void gcp_firewall_insert(struct call *call);
void gcp_firewall_delete(struct call *call);

void gcp_insert(struct call *call);
void gcp_get(struct call *call);
void gcp_delete(struct call *call);
void gcp_instances(struct call *call);

void gcp_disks(struct call *call);
void gcp_disk_delete(struct call *call);

/* {"zones/us-central1-a": {"warning": ...}, ...}: a page that has nothing yet. */
json_t *gcp_empty_page(const struct knobs *knobs);
/* Adds something of a zone to it. Takes over `face`. */
void gcp_page_add(json_t *items, const char *zone, const char *what, json_t *face);
/* So many items are in a page. */
uint64_t gcp_page_size(const struct call *call, const json_t *query);
/* Answers with the page; `next` is the number of the first that is left, 0: none. */
void gcp_page_answer(struct call *call, const char *kind, json_t *items, size_t next);

#endif
