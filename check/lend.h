/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is lent for one call: each thing ends where its page does, and is gone when it is taken back. */
#ifndef ARCHWAY_CHECK_LEND_H
#define ARCHWAY_CHECK_LEND_H

#include <archway/backend.h>

/* The first size of a struct: up to the last field that version 1.0 of the ABI has. */
#define FIRST_SIZE(type, last) (offsetof(type, last) + sizeof(((type *)0)->last))

enum lend_size {
    LEND_AS_IT_IS,
    LEND_FIRST, /* structs as the first minor version had them */
    LEND_LATER  /* structs with more behind them, as a later one may have */
};

struct lent {
    char *pages;
    size_t size;
};

struct lender {
    enum lend_size how;
    struct lent *things;
    size_t count;
    size_t taken; /* back */
};

void lender_init(struct lender *lender, enum lend_size how);
void lender_finish(struct lender *lender);

/* Copies. Without memory the process ends, since nothing can be said of the plugin then. */
void *lend_bytes(struct lender *lender, const void *data, size_t size);
const char *lend_text(struct lender *lender, const char *text); /* NULL for NULL */
/* A struct that starts with its size. */
void *lend_struct(struct lender *lender, const void *object, size_t size, size_t first_size);

/* Whole arguments, with all that they point to. NULL for NULL. */
const aw_settings *lend_settings(struct lender *lender, const aw_settings *settings);
const aw_offer_query *lend_query(struct lender *lender, const aw_offer_query *query);
const aw_create *lend_create(struct lender *lender, const aw_create *wish);
const aw_ref *lend_ref(struct lender *lender, const aw_ref *ref);
const aw_list *lend_list(struct lender *lender, const aw_list *wish);
const aw_request *lend_request(struct lender *lender, const aw_request *request);
const aw_response *lend_answer(struct lender *lender, const aw_response *answer);
const aw_credentials *lend_credentials(struct lender *lender, const aw_credentials *credentials);
const aw_error *lend_error(struct lender *lender, const aw_error *error);
const aw_exit *lend_exit(struct lender *lender, const aw_exit *result);
const aw_host *lend_host(struct lender *lender, const aw_host *host);

/* Takes back all that was lent since `from` (a former value of lender->count): whoever touches it is ended by
 * a signal. */
void lend_take_back(struct lender *lender, size_t from);

#endif
