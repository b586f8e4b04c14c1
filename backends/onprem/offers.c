/* SPDX-License-Identifier: Apache-2.0 */
/* A machine, or a part of it, as an offer: the whole cut into equal blocks, at the user's price. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"
#include "kit/wish.h"

#include <stdio.h>

/* The price of a block is its part, rounded up: all of them together are never cheaper than the whole. */
uint64_t onprem_price_nusd(const struct onprem_host *host, uint32_t blocks)
{
    return (host->price_nusd_per_hour + blocks - 1) / blocks;
}

const char *onprem_type_name(aw_op *op, uint32_t blocks)
{
    char name[32] = "host";
    if (blocks > 1)
        snprintf(name, sizeof name, "host/%u", blocks);
    return kit_copy_text(op, name);
}

static uint32_t availability(const struct onprem_host *host, const struct onprem_probe *probe)
{
    if (!probe->claimed)
        return AW_AVAILABLE;
    return probe->claimed_blocks == host->blocks && probe->claimed < host->blocks ? AW_AVAILABLE
                                                                                  : AW_UNAVAILABLE;
}

/* What a create must know: "MACHINE GPUS". */
static const char *offer_data(aw_op *op, const struct onprem_probe *probe)
{
    kit_buf data;
    kit_buf_init(&data, kit_op_memory(op), 128);
    kit_buf_addf(&data, "%s %u", probe->machine, probe->gpu.count);
    return kit_buf_text(&data);
}

static void on_probe(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer)
{
    const struct onprem_host *host = call->host;
    struct onprem_probe probe;
    aw_error error;
    if (onprem_probe_read(op, host, answer, &probe, &error))
        return aw_fail(op, &error);
    const aw_gpu gpu = {.size = sizeof gpu,
                        .count = probe.gpu.count / host->blocks,
                        .vendor = probe.gpu.vendor,
                        .name = probe.gpu.name,
                        .memory_mib = probe.gpu.memory_mib};
    const aw_offer offer = {
        .size = sizeof offer,
        .arch = probe.arch,
        .arch_source = AW_ARCH_SOURCE_PROBE,
        .availability = availability(host, &probe),
        .vcpus = probe.cpus / host->blocks,
        .priced = 1,
        .price_nusd_per_hour = onprem_price_nusd(host, host->blocks),
        .memory_mib = probe.memory_mib / host->blocks,
        .disk_mib = probe.disk_mib / host->blocks,
        .gpu = gpu.count ? &gpu : NULL,
        .instance_type = onprem_type_name(op, host->blocks),
        .region = host->name,
        .data = offer_data(op, &probe),
    };
    if (offer.instance_type && offer.data)
        aw_emit_offer(op, &offer);
}

void onprem_list_offers(aw_op *op, const aw_offer_query *query)
{
    aw_error error;
    if (kit_query_options_check(query, ONPREM_TITLE, NULL, &error))
        return aw_fail(op, &error);
    const struct onprem_host *host = onprem_host_find(op, query->region);
    struct onprem_call *call = host ? onprem_call_probe(op, host) : NULL;
    if (!call)
        return;
    call->told = on_probe;
    onprem_call_start(op, call);
}
