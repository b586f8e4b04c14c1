/* SPDX-License-Identifier: Apache-2.0 */
/* An operation without a core: it records what the kit does to it, and runs out of memory on demand. */
#ifndef ARCHWAY_TESTS_KIT_HOST_H
#define ARCHWAY_TESTS_KIT_HOST_H

#include <archway/backend.h>

#include <stddef.h>

struct kit_host_block;

struct kit_host {
    aw_op op;
    aw_host services;
    struct kit_host_block *blocks;
    unsigned allocations;
    unsigned fail_at; /* the number of the allocation that fails; 0: none */
    unsigned sends;
    char *url; /* of the last request, like the rest */
    char *method;
    char *headers; /* "name: value\n" each */
    char *body;
    size_t body_size;
    unsigned fails;
    unsigned reports;
    aw_error error; /* the first failure, or the last report */
};

void kit_host_init(struct kit_host *host);
void kit_host_finish(struct kit_host *host);

#endif
