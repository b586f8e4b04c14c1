/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping the wish of a create beyond the call that brought it; the options of it and of a query for offers. */
#ifndef ARCHWAY_KIT_WISH_H
#define ARCHWAY_KIT_WISH_H

#include <archway/backend.h>

/* A deep copy in the operation's arena; texts that were NULL stay so. NULL: the operation has failed. */
aw_create *kit_wish_copy(aw_op *op, const aw_create *wish);

/* The value of one of the options of a wish, or of a query for offers; or NULL. */
const char *kit_wish_option(const aw_create *wish, const char *name);
const char *kit_query_option(const aw_offer_query *query, const char *name);

/* Returns -1 with AW_E_INVALID, and a sentence that lists what there is, when one of the options is none of
 * `known`, which ends in NULL (NULL: there are none), or is given twice. `title` is the provider's name for people. For a query the same names are known as for
 * a wish: who asks with the options of a create is not refused for those that change no offer. */
int kit_wish_options_check(const aw_create *wish, const char *title, const char *const *known,
                           aw_error *ret_error);
int kit_query_options_check(const aw_offer_query *query, const char *title,
                            const char *const *known, aw_error *ret_error);

#endif
