/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API of Lambda Cloud with state, as far as a machine's life needs it: instance types, ssh keys,
 * launch, list, get, terminate. A machine boots for boot_ms, and after an order to end it is listed as
 * terminating for end_ms.
 */
#ifndef ARCHWAY_BENCH_LAMBDA_CLOUD_H
#define ARCHWAY_BENCH_LAMBDA_CLOUD_H

#include "bench/http_server.h"

struct lambda_cloud;

struct lambda_counts {
    uint64_t launches;
    uint64_t launched_twice; /* launches with the token of an earlier one */
    uint64_t listings;
    uint64_t refused; /* answers that were errors */
    uint64_t left;    /* machines that nobody has ordered to end */
};

/* `types_path`: the answer to GET instance-types. Ends the program when it cannot be read. */
struct lambda_cloud *lambda_cloud_create(const char *types_path, uint64_t boot_ms, uint64_t end_ms);
void lambda_cloud_destroy(struct lambda_cloud *cloud);

/* An http_answer_fn. */
unsigned lambda_cloud_answer(void *cloud, const struct http_request *request, kit_buf *body);

struct lambda_counts lambda_cloud_counts(const struct lambda_cloud *cloud);

#endif
