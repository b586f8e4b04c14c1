/* SPDX-License-Identifier: Apache-2.0 */
/* Calling a plugin's `sign`, and keeping what it says in memory that is wiped. */
#ifndef ARCHWAY_CORE_SIGNING_H
#define ARCHWAY_CORE_SIGNING_H

#include "core/arena.h"

#include <archway/backend.h>

struct backend;

#define SIGNED_HEADERS 16

struct signed_headers {
    struct arena arena; /* secret */
    aw_header items[SIGNED_HEADERS];
    uint32_t secrecy[SIGNED_HEADERS]; /* enum aw_secrecy */
    size_t count;
};

void signed_headers_init(struct signed_headers *headers);
void signed_headers_finish(struct signed_headers *headers);

/* Replaces what is in `headers`. */
int signing_run(const struct backend *backend, const aw_request *request,
                const aw_credentials *credentials, uint64_t now_ms, struct signed_headers *headers,
                aw_error *ret_error);

#endif
