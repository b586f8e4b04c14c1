/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping the wish of a create beyond the call that brought it. */
#ifndef ARCHWAY_KIT_WISH_H
#define ARCHWAY_KIT_WISH_H

#include <archway/backend.h>

/* A deep copy in the operation's arena; texts that were NULL stay so. NULL: the operation has failed. */
aw_create *kit_wish_copy(aw_op *op, const aw_create *wish);

/* The value of one of the options of a wish, or of a query for offers; or NULL. */
const char *kit_wish_option(const aw_create *wish, const char *name);
const char *kit_query_option(const aw_offer_query *query, const char *name);

#endif
