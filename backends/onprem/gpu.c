/* SPDX-License-Identifier: Apache-2.0 */
/* Accelerators by the words of nvidia-smi and amdgpu: "NVIDIA A100-SXM4-80GB", "AMD Instinct MI300X". */
#include "backends/onprem/onprem.h"

#include "kit/buf.h"

#include <string.h>
#include <strings.h>

#define MEMORY_MAX_MIB (16 * 1024 * 1024)
#define LONGEST_WORD 32

/* Words that are no part of a model's name: brands and how it is built in. */
static const char *const other_words[] = {
    "NVIDIA", "Tesla", "GeForce", "Quadro", "AMD",        "Instinct", "Radeon", "PCIe",
    "PCI-E",  "NVL",   "OAM",     "SXM",    "Generation", "Graphics", "HBM",
};

/*
 * What is sold as so many GB; drivers count less, since they keep some (15360 MiB of a T4's 16 GB, 97871 of a
 * GH200's 96). From the makers' data sheets.
 */
static const uint16_t nominal_gib[] = {4,  6,  8,  10, 11,  12,  16,  20,  24,  32,  40,  48,
                                       64, 80, 94, 96, 128, 141, 144, 180, 186, 192, 256, 288};

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* The nearest nominal size, if it is within 7 in 100; else what was said. */
static uint64_t memory_round(uint64_t mib)
{
    uint64_t best = 0;
    for (size_t i = 0; i < sizeof nominal_gib / sizeof *nominal_gib; i++) {
        uint64_t nominal = (uint64_t)nominal_gib[i] * 1024;
        if (apart(nominal, mib) < apart(best, mib))
            best = nominal;
    }
    return apart(best, mib) * 100 <= best * 7 ? best : mib;
}

static bool ends_in_digits(const char *word, size_t prefix)
{
    return word[prefix + strspn(word + prefix, "0123456789")] == '\0';
}

/* "80GB", "SXM4", "HBM3", "NVIDIA". */
static bool is_other(const char *word)
{
    size_t digits = strspn(word, "0123456789");
    if (digits && (!strcasecmp(word + digits, "GB") || !strcasecmp(word + digits, "GiB")))
        return true;
    for (size_t i = 0; i < sizeof other_words / sizeof *other_words; i++) {
        size_t size = strlen(other_words[i]);
        if (!strncasecmp(word, other_words[i], size) && ends_in_digits(word, size))
            return true;
    }
    return false;
}

/* Leaves the words of the model's name. Behind a "-" stands how it is built in, too: "A100-SXM4-80GB". */
static void name_read(const char *text, char *name, size_t name_size)
{
    kit_buf buf;
    kit_buf_init_in(&buf, name, name_size);
    while (*text) {
        char word[LONGEST_WORD];
        size_t size = strcspn(text, " -");
        if (size && size < sizeof word) {
            memcpy(word, text, size);
            word[size] = '\0';
            if (!is_other(word)) {
                if (buf.size)
                    kit_buf_add_char(&buf, ' ');
                kit_buf_add_text(&buf, word);
            }
        }
        text += size + (text[size] != '\0');
    }
}

/* Digits; "[N/A]" of a GPU that shares the machine's memory is none. */
static const char *memory_read(const char *text, uint64_t *ret_mib)
{
    uint64_t mib = 0;
    for (; *text >= '0' && *text <= '9' && mib <= MEMORY_MAX_MIB; text++)
        mib = mib * 10 + (uint64_t)(*text - '0');
    *ret_mib = mib <= MEMORY_MAX_MIB ? memory_round(mib) : 0;
    return strchr(text, ',');
}

int onprem_gpu_count(const char *vendor, const char *text, struct onprem_gpu *gpu)
{
    struct onprem_gpu read = {.count = 1, .vendor = vendor};
    const char *comma = memory_read(text, &read.memory_mib);
    if (!comma)
        return -1;
    name_read(comma + 1, read.name, sizeof read.name);
    if (!read.name[0])
        return -1;
    if (!gpu->count) {
        *gpu = read;
        return 1;
    }
    if (strcmp(gpu->name, read.name) != 0 || gpu->memory_mib != read.memory_mib)
        return 0;
    gpu->count++;
    return 1;
}
