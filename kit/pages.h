/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for the pages of something, one after the other, up to a bound. */
#ifndef ARCHWAY_KIT_PAGES_H
#define ARCHWAY_KIT_PAGES_H

#include "kit/later.h"
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
    /* Finds the token of the next page without reading this one, in the operation's memory; "" when it is not to be
     * seen, and NULL when there is no memory. Only for pages that are read later. */
    const char *(*peek)(aw_op *op, aw_bytes body);
};

/* `pages` and `owner` must live as long as the operation. */
void kit_pages_start(aw_op *op, const struct kit_pages *pages, void *owner);

/* The same, but a page is read later, and the next one is on its way meanwhile if its token can be seen. Of an answer
 * only the body is left then. */
void kit_pages_start_late(aw_op *op, const struct kit_pages *pages, void *owner, kit_later *later);

#endif
