/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's own signing: the same POST to a local server, signed by CURLOPT_AWS_SIGV4 or with a
 * ready header. */
#ifndef ARCHWAY_BENCH_CURL_SIGNER_H
#define ARCHWAY_BENCH_CURL_SIGNER_H

#include <stdbool.h>
#include <stddef.h>

/* What is sent, and for whom. */
struct curl_signer_order {
    const char *host;
    const char *content_type;
    const char *body;
    const char *scope;       /* "aws:amz:REGION:SERVICE" */
    const char *credentials; /* "ID:SECRET" */
    const char *date;        /* of the ready header */
    const char *authorization;
};

struct curl_signer;

struct curl_signer *curl_signer_create(const struct curl_signer_order *order);
void curl_signer_destroy(struct curl_signer *signer);

/* Sends so many and returns the CPU time of this thread for each. */
double curl_signer_ns(struct curl_signer *signer, bool is_signed, size_t count);

#endif
