/* SPDX-License-Identifier: Apache-2.0 */
/* What the probe said a machine is, checked against what the user said. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"
#include "kit/kept.h"

#include <stddef.h>
#include <string.h>

#define CPUS_MAX 65536
#define KIB_MAX (UINT64_C(1) << 50)
#define INTEGRATED_MAX_MIB 2048 /* AMD's processors have a little graphics memory of their own */

struct reading {
    aw_op *op;
    const struct onprem_host *host;
    struct onprem_probe *probe;
    const char *system;
    uint64_t cpus;
    uint64_t memory_kib;
    uint64_t disk_kib;
    uint32_t odd_gpus;
};

static void read_gpu(struct reading *reading, const char *vendor, const char *text)
{
    struct onprem_gpu *gpu = &reading->probe->gpu;
    uint64_t amd_mib = 0;
    bool integrated = !strcmp(vendor, "amd") && text[strspn(text, "0123456789")] == ',' &&
                      strspn(text, "0123456789") < 5;
    for (const char *digit = text; integrated && *digit != ','; digit++)
        amd_mib = amd_mib * 10 + (uint64_t)(*digit - '0');
    if (integrated && amd_mib <= INTEGRATED_MAX_MIB)
        return;
    int counted = onprem_gpu_count(vendor, text, gpu);
    if (counted < 0)
        kit_report(reading->op, AW_E_PROTOCOL, "its GPU \"%.100s\" is not known how to read", text);
    reading->odd_gpus += counted == 0;
}

static void read_claimed(struct reading *reading, const char *text)
{
    uint64_t blocks = 0;
    if (kit_kept_number(text, ONPREM_BLOCKS_MAX, &blocks))
        return;
    reading->probe->claimed++;
    reading->probe->claimed_blocks = (uint32_t)blocks;
}

static void read_line(struct reading *reading, const struct onprem_answer *line)
{
    if (!strcmp(line->word, "system"))
        reading->system = line->rest;
    else if (!strcmp(line->word, "machine"))
        reading->probe->machine = line->rest;
    else if (!strcmp(line->word, "os"))
        reading->probe->os = line->rest;
    else if (!strcmp(line->word, "cpus"))
        kit_kept_number(line->rest, CPUS_MAX, &reading->cpus);
    else if (!strcmp(line->word, "memory-kib"))
        kit_kept_number(line->rest, KIB_MAX, &reading->memory_kib);
    else if (!strcmp(line->word, "disk-kib"))
        kit_kept_number(line->rest, KIB_MAX, &reading->disk_kib);
    else if (!strcmp(line->word, "nvidia") || !strcmp(line->word, "amd"))
        read_gpu(reading, !strcmp(line->word, "amd") ? "amd" : "nvidia", line->rest);
    else if (!strcmp(line->word, "claimed"))
        read_claimed(reading, line->rest);
    else if (!strcmp(line->word, "gpu-fault"))
        kit_report(reading->op, AW_E_UNAVAILABLE,
                   "its GPUs are not offered, since their driver does not answer: %.200s",
                   line->rest);
}

static int check_whole(const struct reading *reading, aw_error *ret_error)
{
    if (!reading->system || strcmp(reading->system, "Linux") != 0)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "its system is \"%.60s\", but must be Linux",
                             reading->system ? reading->system : "");
    if (!reading->cpus || !reading->memory_kib)
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "it did not say how many CPUs and how much memory it has");
    return 0;
}

static const char *arch_word(uint32_t arch)
{
    return arch == AW_ARCH_ARM64 ? "arm64" : "amd64";
}

static int check_arch(const struct reading *reading, aw_error *ret_error)
{
    struct onprem_probe *probe = reading->probe;
    const struct onprem_host *host = reading->host;
    const char *machine = probe->machine ? probe->machine : "";
    probe->arch = aw_arch(reading->op, machine);
    if (probe->arch != AW_ARCH_AMD64 && probe->arch != AW_ARCH_ARM64)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "its architecture (`uname -m`) is \"%.60s\", but must be "
                             "x86_64 or aarch64",
                             machine);
    if (host->arch && host->arch != probe->arch)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "`hosts` says arch=%s, but it is %s (`uname -m` says %.60s). "
                             "Correct it, or leave arch= out",
                             arch_word(host->arch), arch_word(probe->arch), machine);
    return 0;
}

/* Equal parts, or none. */
static int check_blocks(const struct reading *reading, aw_error *ret_error)
{
    const struct onprem_probe *probe = reading->probe;
    uint32_t blocks = reading->host->blocks;
    if (blocks <= probe->cpus && probe->gpu.count % blocks == 0)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "its %u CPUs and %u GPUs cannot be cut into blocks=%u equal parts",
                         probe->cpus, probe->gpu.count, blocks);
}

int onprem_probe_read(aw_op *op, const struct onprem_host *host, struct onprem_answer *answer,
                      struct onprem_probe *ret_probe, aw_error *ret_error)
{
    struct onprem_probe probe = {.machine = NULL};
    struct reading reading = {.op = op, .host = host, .probe = &probe};
    while (onprem_answer_next(answer))
        read_line(&reading, answer);
    probe.cpus = (uint32_t)reading.cpus;
    probe.memory_mib = reading.memory_kib / 1024;
    probe.disk_mib = reading.disk_kib / 1024;
    if (reading.odd_gpus)
        kit_report(op, AW_E_UNSUPPORTED,
                   "it has GPUs of several models. Offered with %u x %.60s; %u others are "
                   "left out",
                   probe.gpu.count, probe.gpu.name, reading.odd_gpus);
    if (check_whole(&reading, ret_error) || check_arch(&reading, ret_error) ||
        check_blocks(&reading, ret_error))
        return -1;
    *ret_probe = probe;
    return 0;
}
