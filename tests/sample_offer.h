/* SPDX-License-Identifier: Apache-2.0 */
/* A good offer, to be changed by the test that wants another. */
#ifndef ARCHWAY_TESTS_SAMPLE_OFFER_H
#define ARCHWAY_TESTS_SAMPLE_OFFER_H

#include <archway/backend.h>

static inline aw_gpu sample_gpu(void)
{
    return (aw_gpu){
        .size = sizeof(aw_gpu),
        .count = 1,
        .vendor = "nvidia",
        .name = "GH200",
        .memory_mib = 98304,
    };
}

static inline aw_offer sample_offer(const aw_gpu *gpu)
{
    return (aw_offer){
        .size = sizeof(aw_offer),
        .arch = AW_ARCH_ARM64,
        .arch_source = AW_ARCH_SOURCE_RULE,
        .availability = AW_AVAILABLE,
        .vcpus = 64,
        .spot = 1,
        .priced = 1,
        .price_nusd_per_hour = 1490000000,
        .memory_mib = 442368,
        .disk_mib = 4194304,
        .gpu = gpu,
        .instance_type = "gpu_1x_gh200",
        .region = "us-east-3",
        .zone = "us-east-3a,us-east-3b",
        .data = "{\"opaque\":\n1}",
    };
}

#endif
