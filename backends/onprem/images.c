/* SPDX-License-Identifier: Apache-2.0 */
/* What a machine of one's own boots is what is installed on it. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"

static void on_probe(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer)
{
    struct onprem_probe probe;
    aw_error error;
    if (onprem_probe_read(op, call->host, answer, &probe, &error))
        return aw_fail(op, &error);
    const aw_image image = {
        .size = sizeof image,
        .arch = probe.arch,
        .gpu = probe.gpu.count > 0,
        .region = call->host->name,
        .id = probe.os && *probe.os ? probe.os : "Linux",
        .source = "what is installed there",
    };
    aw_emit_image(op, &image);
}

void onprem_list_images(aw_op *op, const aw_offer_query *query)
{
    const struct onprem_host *host = onprem_host_find(op, query->region);
    struct onprem_call *call = host ? onprem_call_probe(op, host) : NULL;
    if (!call)
        return;
    call->told = on_probe;
    onprem_call_start(op, call);
}
