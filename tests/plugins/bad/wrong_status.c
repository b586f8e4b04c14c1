/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks E1: being asked too often is called an outage. */
#include "tests/plugins/bad/example.h"

static void classify_wrongly(void *state, const aw_request *request, const aw_response *answer,
                             aw_error *ret_error)
{
    cloud_classify(state, request, answer, ret_error);
    if (ret_error->code == AW_E_THROTTLED)
        ret_error->code = AW_E_UNAVAILABLE;
}
#define CLASSIFY classify_wrongly

#include "tests/plugins/bad/entry.inc"
