/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for the pages of something, one after the other, up to a bound. */
#ifndef ARCHWAY_KIT_PAGES_H
#define ARCHWAY_KIT_PAGES_H

#include "kit/request.h"

struct kit_pages {
    const char *title; /* the provider's, for messages */
    const char *name;  /* of the request */
    unsigned most;     /* as many as the provider could mean */
    /* Builds the request for a page. `token` is NULL for the first. */
    void (*ask)(kit_request *request, aw_op *op, void *owner, const char *token);
    /* Reads a page. The token of the next one goes to *ret_token, in the operation's memory; NULL or "" when
     * there is none. -1: it cannot be read, or no memory. */
    int (*read)(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                aw_error *ret_error);
    /* All pages have been read (`why` is NULL), or not. NULL: nothing is left to do, and a failure is the
     * operation's. */
    void (*ended)(aw_op *op, void *owner, const aw_error *why);
};

/* `pages` and `owner` must live as long as the operation. */
void kit_pages_start(aw_op *op, const struct kit_pages *pages, void *owner);

#endif
