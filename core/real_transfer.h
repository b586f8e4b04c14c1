/* SPDX-License-Identifier: Apache-2.0 */
/* One request and its answer as a curl easy handle. */
#ifndef ARCHWAY_CORE_REAL_TRANSFER_H
#define ARCHWAY_CORE_REAL_TRANSFER_H

#include "core/arena.h"
#include "core/world.h"
#include "kit/buf.h"

#include <curl/curl.h>

/* Where the certificates of authorities are, if not where curl looks by itself. */
struct authorities {
    char *file;
    char *folder;
};

/* Memory of a large answer, for the next one: to be given new pages of memory takes as long as to read what is in
 * them. */
struct spare_body {
    char *data; /* NULL: there is none */
    size_t capacity;
};
void spare_body_finish(struct spare_body *spare);

struct http;
struct transfer {
    struct wire_call *call;   /* it may be gone when the transfer is destroyed */
    bool secret;              /* the call's */
    struct http *http;        /* who carries it */
    struct spare_body *spare; /* of all who are carried so */
    CURL *easy;
    struct curl_slist *lines; /* in `secrets` */
    struct arena secrets;     /* header lines, and the answer to `authenticate` */
    struct arena arena;       /* headers of the answer, secret if it is */
    aw_header *headers;
    size_t header_count;
    size_t header_bytes; /* of interim answers too */
    bool head_ended;
    kit_buf body;
    bool too_large;
    bool no_memory;
    char problem[CURL_ERROR_SIZE];
};

/* NULL: no memory. */
struct transfer *transfer_create(struct wire_call *call, const struct authorities *authorities,
                                 struct spare_body *spare);
void transfer_destroy(struct transfer *transfer);

/* Fills in the call's outcome and answer, which live as long as the transfer. */
void transfer_finish(struct transfer *transfer, CURLcode result);

#endif
