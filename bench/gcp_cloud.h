/* SPDX-License-Identifier: Apache-2.0 */
/* The part of Google Cloud that lists: zones, machine types, accelerator types, quotas, SKUs, and a token. */
#ifndef ARCHWAY_BENCH_GCP_CLOUD_H
#define ARCHWAY_BENCH_GCP_CLOUD_H

#include "bench/http_server.h"

#include <stdbool.h>

struct gcp_cloud;

/* `whole`: answers have all fields, whatever is asked for. Ends the program when it cannot. */
struct gcp_cloud *gcp_cloud_create(bool whole);
void gcp_cloud_destroy(struct gcp_cloud *cloud);

/* An http_answer_fn. */
unsigned gcp_cloud_answer(void *cloud, const struct http_request *request, kit_buf *body);

#endif
