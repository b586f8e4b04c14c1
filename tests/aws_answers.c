/* SPDX-License-Identifier: Apache-2.0 */
/* A listing that is answered part by part. */
#include "aws_answers.h"

void begin_listing(struct backend_host *host)
{
    const aw_offer_query query = {
        .size = sizeof query, .archs = AW_ARCH_ANY, .region = "us-east-1"};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
}

void begin_and_answer(struct backend_host *host, const char *types, const char *zones,
                      const char *prices, const char *spots)
{
    begin_listing(host);
    host_answer(host, 200, types);
    host_answer(host, 200, zones);
    host_answer(host, 200, prices);
    host_answer(host, 200, spots);
}
