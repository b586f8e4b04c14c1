/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin's file must be like before any of its code may run. */
#include "core/elf.h"

#include "core/elf_image.h"
#include "kit/error.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_PREFIX "archway_backend_v"

static bool is_library(const char *name, const char *stem)
{
    size_t size = strlen(stem);
    return strncmp(name, stem, size) == 0 &&
           (name[size] == '.' || name[size] == '-' || name[size] == '\0');
}

static int check_needed(const struct elf_image *image, aw_error *error)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; elf_image_dynamic(image, i, &entry); i++) {
        char path[ELF_NAME_SIZE];
        if (entry.d_tag != DT_NEEDED)
            continue;
        if (!elf_image_name(image, entry.d_un.d_val, path))
            return elf_image_damaged(error, "it needs a library without a name");
        const char *slash = strrchr(path, '/');
        const char *name = slash ? slash + 1 : path;
        if (is_library(name, "libcurl") || is_library(name, "libarchway"))
            return kit_error_set(
                error, AW_E_INVALID,
                "The file links %s, which a plugin must not: core sends its requests. "
                "Build it without (rule L2 in archway/backend.h).",
                name);
    }
    return 0;
}

/* The N of "archway_backend_v<N>", or 0. */
static uint64_t entry_major(const char *name)
{
    char *end = NULL;
    if (strncmp(name, ENTRY_PREFIX, strlen(ENTRY_PREFIX)) != 0)
        return 0;
    const char *number = name + strlen(ENTRY_PREFIX);
    if (*number < '1' || *number > '9')
        return 0;
    unsigned long long major = strtoull(number, &end, 10);
    return *end == '\0' && major <= UINT32_MAX ? major : 0;
}

static bool is_exported(const Elf64_Sym *symbol)
{
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return symbol->st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK) &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

static int find_entry(const struct elf_image *image, uint64_t *ret_major, Elf64_Sym *ret_symbol,
                      aw_error *error)
{
    uint64_t count = 0;
    if (!elf_image_symbol_count(image, &count))
        return elf_image_damaged(error, "its symbols cannot be counted");
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Sym symbol;
        char name[ELF_NAME_SIZE];
        if (!elf_image_symbol(image, i, &symbol))
            return elf_image_damaged(error, "a symbol lies outside of it");
        if (!is_exported(&symbol) || !elf_image_name(image, symbol.st_name, name))
            continue;
        uint64_t major = entry_major(name);
        if (major == 0 || (*ret_major && major >= *ret_major))
            continue;
        *ret_major = major;
        *ret_symbol = symbol;
    }
    if (*ret_major)
        return 0;
    return kit_error_set(error, AW_E_INVALID,
                         "The file does not define " AW_ENTRY_SYMBOL
                         ", so it is no Archway plugin: "
                         "export it (rule L1 in archway/backend.h), or take the file out of this "
                         "folder.");
}

static void read_provider(const struct elf_image *image, const Elf64_Sym *symbol,
                          struct elf_entry *entry)
{
    const uint64_t offset = offsetof(aw_backend_entry, provider);
    uint64_t address = 0;
    char text[ELF_NAME_SIZE];
    if (entry->abi_major == AW_ABI_MAJOR && entry->size >= offset + sizeof(char *) &&
        elf_image_pointer(image, symbol->st_value + offset, &address) &&
        elf_image_text(image, address, text) && strlen(text) < sizeof entry->provider)
        memcpy(entry->provider, text, strlen(text) + 1);
}

static int read_entry(const struct elf_image *image, uint64_t major, const Elf64_Sym *symbol,
                      struct elf_entry *ret_entry, aw_error *error)
{
    uint32_t head[4];
    if (ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT ||
        !elf_image_read(image, symbol->st_value, head, sizeof head))
        return kit_error_set(error, AW_E_INVALID,
                             ENTRY_PREFIX "%u is not initialised data: define it as `const "
                                          "aw_backend_entry` (rule L1 in archway/backend.h).",
                             (unsigned)major);
    if (head[1] > symbol->st_size)
        return elf_image_damaged(error, "its entry claims to be larger than it is");
    *ret_entry = (struct elf_entry){(uint32_t)major, head[0], head[1], head[2], head[3], ""};
    read_provider(image, symbol, ret_entry);
    return 0;
}

int elf_judge(const void *file, size_t size, struct elf_entry *ret_entry, aw_error *ret_error)
{
    struct elf_image image;
    uint64_t major = 0;
    Elf64_Sym symbol = {0};
    if (elf_image_open(&image, file, size, ret_error) < 0 || check_needed(&image, ret_error) < 0 ||
        find_entry(&image, &major, &symbol, ret_error) < 0)
        return -1;
    return read_entry(&image, major, &symbol, ret_entry, ret_error);
}
