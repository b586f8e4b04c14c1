/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the names of architectures, exactly: what is not in the list is neither. */
#include "core/arch.h"

#include "kit/error.h"

#include <archway/archway.h>

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct spelling {
    const char *name;
    uint32_t arch;
} spellings[] = {
    {"amd64", AW_ARCH_AMD64},    {"x86_64", AW_ARCH_AMD64},   {"x86-64", AW_ARCH_AMD64},
    {"x64", AW_ARCH_AMD64},      {"x86", AW_ARCH_AMD64},      {"amd64/v1", AW_ARCH_AMD64},
    {"amd64/v2", AW_ARCH_AMD64}, {"amd64/v3", AW_ARCH_AMD64}, {"amd64/v4", AW_ARCH_AMD64},
    {"arm64", AW_ARCH_ARM64},    {"aarch64", AW_ARCH_ARM64},  {"arm", AW_ARCH_ARM64},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* arm64/v8, arm64/v8.2, arm64/v9, ...: minor revisions appear faster than releases of this file. */
static bool is_arm64_revision(const char *name)
{
    if (strncasecmp(name, "arm64/v", 7) != 0 || (name[7] != '8' && name[7] != '9'))
        return false;
    const char *minor = name + 8;
    if (*minor == '\0')
        return true;
    if (minor[0] != '.' || !is_digit(minor[1]))
        return false;
    return minor[2] == '\0' || (is_digit(minor[2]) && minor[3] == '\0');
}

uint32_t arch_read(const char *name)
{
    if (!name)
        return AW_ARCH_UNKNOWN;
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strcasecmp(name, spellings[i].name) == 0)
            return spellings[i].arch;
    return is_arm64_revision(name) ? AW_ARCH_ARM64 : AW_ARCH_UNKNOWN;
}

int archway_arch_parse(const char *text, uint32_t *ret_arch, aw_error *ret_error)
{
    uint32_t arch = text && strcasecmp(text, "any") == 0 ? AW_ARCH_ANY : arch_read(text);
    if (arch == AW_ARCH_UNKNOWN)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "\"%.60s\" is not an architecture: write amd64 (or x86_64, x86-64, x64, "
            "x86, amd64/v1 to amd64/v4), arm64 (or aarch64, arm, arm64/v8, arm64/v9), "
            "or any for both",
            text ? text : "");
    *ret_arch = arch;
    return 0;
}
