/* SPDX-License-Identifier: Apache-2.0 */
/* Reads accelerators from the provider's words: "8x Tesla V100 (16 GB)", "A100 (80 GB SXM4)". */
#include "backends/lambda/lambda.h"

#include "kit/error.h"

#include <string.h>
#include <strings.h>

#define COUNT_MAX 1024
#define MEMORY_GIB_MAX 65536
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .+-"

/* Brands that stand before a name. Without one it is Nvidia's: Lambda sells no other. */
static const struct {
    const char *word;
    const char *vendor;
} brands[] = {
    {"Nvidia", "nvidia"}, {"Tesla", "nvidia"}, {"Quadro", "nvidia"},
    {"AMD", "amd"},       {"Instinct", "amd"}, {"Intel", "intel"},
};

/* What may follow the memory: how the accelerator is built in. A number may follow ("SXM5"). */
static const char *const form_factors[] = {"SXM", "PCIe", "NVL", "OAM", "HBM"};

/* Returns what follows the digits, or NULL when there are none or their number is out of range. */
static const char *number_read(const char *text, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        number = number * 10 + (uint64_t)(*at - '0');
        if (number > max)
            return NULL;
    }
    if (at == text || number == 0)
        return NULL;
    *ret_number = number;
    return at;
}

/* Skips `word` and the space behind it; NULL when the text does not start with it. */
static const char *word_skip(const char *text, const char *word)
{
    size_t size = strlen(word);
    return strncasecmp(text, word, size) == 0 && text[size] == ' ' ? text + size + 1 : NULL;
}

/* Skips the brand words in front of a name and says whose they are. */
static const char *brand_skip(const char *text, const char **ret_vendor)
{
    size_t i = 0;
    while (i < sizeof brands / sizeof brands[0]) {
        const char *rest = word_skip(text, brands[i].word);
        i++;
        if (!rest)
            continue;
        *ret_vendor = brands[i - 1].vendor;
        text = rest;
        i = 0;
    }
    return text;
}

static bool is_form_factor(const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof form_factors / sizeof form_factors[0]; i++) {
        size_t known = strlen(form_factors[i]);
        if (size < known || strncasecmp(text, form_factors[i], known) != 0)
            continue;
        if (strspn(text + known, "0123456789") >= size - known)
            return true;
    }
    return false;
}

/* Without a form factor at the end of the name ("H100 SXM5"). */
static size_t name_size(const char *name, size_t size)
{
    size_t last = size;
    while (last > 0 && name[last - 1] != ' ')
        last--;
    return last > 1 && is_form_factor(name + last, size - last) ? last - 1 : size;
}

/* "16 GB)", "80 GB SXM4)", "16 GiB)": the rest of the text behind the opening parenthesis. */
static bool memory_read(const char *text, uint64_t *ret_mib)
{
    uint64_t gib = 0;
    const char *at = number_read(text, MEMORY_GIB_MAX, &gib);
    if (!at)
        return false;
    at += *at == ' ';
    if (strncmp(at, "GB", 2) != 0 && strncmp(at, "GiB", 3) != 0)
        return false;
    at = strchr(at, 'B') + 1;
    while (*at == ' ') {
        size_t size = strcspn(at + 1, " )");
        if (!is_form_factor(at + 1, size))
            return false;
        at += 1 + size;
    }
    if (strcmp(at, ")") != 0)
        return false;
    *ret_mib = gib * 1024;
    return true;
}

/* Skips "8x "; leaves *ret_count alone when there is no such thing. */
static const char *count_skip(const char *text, uint32_t *ret_count)
{
    uint64_t count = 0;
    const char *at = number_read(text, COUNT_MAX, &count);
    if (!at || strncmp(at, "x ", 2) != 0)
        return text;
    *ret_count = (uint32_t)count;
    return at + 2;
}

static bool names_none(const char *text)
{
    return *text == '\0' || strcasecmp(text, "N/A") == 0 || strncmp(text, "CPU ", 4) == 0;
}

/* The name and the memory, behind the count. */
static int words_read(const char *text, struct lambda_gpu *ret_gpu, aw_error *ret_error)
{
    struct lambda_gpu gpu = {.vendor = "nvidia"};
    const char *name = brand_skip(text, &gpu.vendor);
    const char *open = strstr(name, " (");
    size_t size = open ? name_size(name, (size_t)(open - name)) : 0;
    bool named = size > 0 && size < sizeof gpu.name && strspn(name, NAME_CHARACTERS) >= size;
    if (!named || !memory_read(open + 2, &gpu.memory_mib))
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "\"%.80s\" is not the description of a GPU that is known how to read "
                             "(as in \"A100 (80 GB SXM4)\")",
                             text);
    memcpy(gpu.name, name, size);
    *ret_gpu = gpu;
    return 0;
}

int lambda_gpu_read(const char *description, const char *gpu_description, uint32_t gpus,
                    struct lambda_gpu *ret_gpu, aw_error *ret_error)
{
    uint32_t stated = 0;
    const char *described = count_skip(description, &stated);
    if (names_none(described))
        stated = 0; /* "4x CPU General" counts CPUs */
    bool silent = !*gpu_description || (gpus > 0 && names_none(gpu_description));
    const char *words = silent ? described : gpu_description;

    if (names_none(words) != (gpus == 0) || (stated > 0 && stated != gpus))
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "it is described as \"%.80s\" but has %u GPUs by its specs",
                             description, (unsigned)gpus);
    struct lambda_gpu gpu = {.vendor = NULL};
    if (gpus > 0 && words_read(words, &gpu, ret_error))
        return -1;
    gpu.count = gpus;
    *ret_gpu = gpu;
    return 0;
}
