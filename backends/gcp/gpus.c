/* SPDX-License-Identifier: Apache-2.0 */
/* GPUs: what they are called, what the API does not say of them, and where they can be attached.
 * https://cloud.google.com/compute/docs/gpus */
#include "backends/gcp/offers.h"

#include <string.h>

static const struct gcp_gpu gpus[] = {
    {"nvidia-tesla-t4", "T4", 16, "NVIDIA_T4_GPUS"},
    {"nvidia-tesla-p4", "P4", 8, "NVIDIA_P4_GPUS"},
    {"nvidia-tesla-p100", "P100", 16, "NVIDIA_P100_GPUS"},
    {"nvidia-tesla-v100", "V100", 16, "NVIDIA_V100_GPUS"},
    {"nvidia-tesla-a100", "A100", 40, "NVIDIA_A100_GPUS"},
    {"nvidia-a100-80gb", "A100", 80, "NVIDIA_A100_80GB_GPUS"},
    {"nvidia-h100-80gb", "H100", 80, "NVIDIA_H100_GPUS"},
    {"nvidia-h100-mega-80gb", "H100", 80, "NVIDIA_H100_MEGA_GPUS"},
    {"nvidia-h200-141gb", "H200", 141, "NVIDIA_H200_GPUS"},
    {"nvidia-b200", "B200", 180, "NVIDIA_B200_GPUS"},
    {"nvidia-gb200", "GB200", 186, "NVIDIA_GB200_GPUS"},
    {"nvidia-gb300", "GB300", 279, "NVIDIA_GB300_GPUS"},
    {"nvidia-l4", "L4", 24, "NVIDIA_L4_GPUS"},
    {"nvidia-rtx-pro-6000", "RTX PRO 6000", 96, "NVIDIA_RTX_PRO_6000_GPUS"},
};

/* By the numbers of the GPUs above. How large an N1 machine may be with so many of them, in vCPUs and GiB:
 * https://cloud.google.com/compute/docs/gpus#n1-gpus */
static const struct {
    size_t gpu;
    uint32_t count;
    uint32_t vcpus;
    uint32_t memory_gib;
} limits[] = {
    {0, 1, 48, 312}, {0, 2, 48, 312}, {0, 4, 96, 624},                  /* T4 */
    {1, 1, 24, 156}, {1, 2, 48, 312}, {1, 4, 96, 624},                  /* P4 */
    {2, 1, 16, 104}, {2, 2, 32, 208}, {2, 4, 96, 624},                  /* P100 */
    {3, 1, 12, 78},  {3, 2, 24, 156}, {3, 4, 48, 312}, {3, 8, 96, 624}, /* V100 */
};

const struct gcp_gpu *gcp_gpu_of(const char *type)
{
    for (size_t i = 0; i < sizeof gpus / sizeof *gpus; i++)
        if (strcmp(gpus[i].type, type) == 0)
            return &gpus[i];
    return NULL;
}

const struct gcp_gpu *gcp_attachable_gpu(size_t number)
{
    return number < GCP_ATTACHABLES ? &gpus[number] : NULL;
}

/* Hosts with four P100 are smaller there. */
static bool is_small_p100(const struct gcp_attached *attached, const char *zone)
{
    static const char *const zones[] = {"us-east1-c", "europe-west1-b", "europe-west1-d"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (attached->gpu == &gpus[2] && attached->count == 4 && strcmp(zones[i], zone) == 0)
            return true;
    return false;
}

static bool is_within(const struct gcp_machine *machine, uint32_t vcpus, uint32_t memory_gib)
{
    return machine->facts.vcpus <= vcpus && machine->facts.memory_mib <= memory_gib * 1024;
}

bool gcp_may_attach(const struct gcp_attached *attached, const struct gcp_machine *machine,
                    const char *zone)
{
    if (strncmp(machine->name, "n1-", 3) != 0 || machine->facts.gpu)
        return false;
    if (is_small_p100(attached, zone))
        return is_within(machine, 64, 208);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (&gpus[limits[i].gpu] == attached->gpu && limits[i].count == attached->count)
            return is_within(machine, limits[i].vcpus, limits[i].memory_gib);
    return false;
}
