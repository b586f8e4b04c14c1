/* SPDX-License-Identifier: Apache-2.0 */
/* Which architecture an instance type has. */
#include "backends/lambda/lambda.h"

#include "kit/error.h"

#include <ctype.h>
#include <string.h>

/*
 * The rule by name. It stands in where the API does not state an `architecture`: a type whose name
 * or description has one of these words has an Arm CPU, every other one an x86-64 CPU. Lambda's
 * arm64 machines are Nvidia's superchips, which carry Nvidia's own CPU.
 */
static const char *const arm64_words[] = {
    "gh200", /* Grace with Hopper */
    "gb200", /* Grace with Blackwell */
    "gb300", /* Grace with Blackwell Ultra */
    "grace", /* the CPU itself */
};

static bool has_word(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = strcasestr(text, word); at; at = strcasestr(at + 1, word)) {
        bool starts = at == text || !isalnum((unsigned char)at[-1]);
        if (starts && !isalnum((unsigned char)at[size]))
            return true;
    }
    return false;
}

static uint32_t arch_by_rule(const char *name, const char *description, const char *gpu_description)
{
    for (size_t i = 0; i < sizeof arm64_words / sizeof arm64_words[0]; i++) {
        const char *word = arm64_words[i];
        if (has_word(name, word) || has_word(description, word) || has_word(gpu_description, word))
            return AW_ARCH_ARM64;
    }
    return AW_ARCH_AMD64;
}

int lambda_arch_read(aw_op *op, const kit_json_node *type, uint32_t *ret_arch, uint32_t *ret_source,
                     aw_error *ret_error)
{
    const char *stated = kit_json_find_text(type, "architecture", NULL);
    const char *name = kit_json_text(type, "name");
    const char *description = kit_json_find_text(type, "description", "");
    const char *gpu_description = kit_json_find_text(type, "gpu_description", "");
    if (type->document->error.code) {
        *ret_error = type->document->error;
        return -1;
    }
    if (!stated) {
        *ret_arch = arch_by_rule(name, description, gpu_description);
        *ret_source = AW_ARCH_SOURCE_RULE;
        return 0;
    }
    uint32_t arch = aw_arch(op, stated);
    if (arch == AW_ARCH_UNKNOWN)
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "architecture \"%.40s\" is neither amd64 nor arm64 by any known name",
                             stated);
    *ret_arch = arch;
    *ret_source = AW_ARCH_SOURCE_API;
    return 0;
}
