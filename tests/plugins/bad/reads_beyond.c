/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks S1: reads a field that an older core does not have. */
#include "tests/plugins/bad/example.h"

static void list_offers_beyond(aw_op *op, const aw_offer_query *query)
{
    if (query->option_count > 1000)
        return kit_fail(op, AW_E_INVALID, "So many options are none.");
    cloud_list_offers(op, query);
}
#define LIST_OFFERS list_offers_beyond

#include "tests/plugins/bad/entry.inc"
