/* SPDX-License-Identifier: Apache-2.0 */
/* Reads ELF by its program headers and dynamic segment, as the dynamic linker will. */
#include "core/elf.h"

#include "kit/error.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#define THIS_MACHINE EM_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define THIS_MACHINE EM_AARCH64
#else
#error "Archway runs on x86-64 and little-endian aarch64"
#endif

#define ENTRY_PREFIX "archway_backend_v"
#define MAX_SEGMENTS 64
#define NAME_SIZE 64

struct image {
    const unsigned char *file;
    uint64_t size;
    Elf64_Phdr loads[MAX_SEGMENTS];
    size_t load_count;
    uint64_t dynamic_offset;
    uint64_t dynamic_count;
    uint64_t names;
    uint64_t names_size;
    uint64_t symbols;
    uint64_t hash;
    uint64_t gnu_hash;
};

static int truncated(aw_error *error, const char *what)
{
    return kit_error_set(error, AW_E_INVALID,
                         "The file is truncated: %s beyond its end. Copy or build it again.", what);
}

static int damaged(aw_error *error, const char *what)
{
    return kit_error_set(error, AW_E_INVALID, "The file is damaged: %s. Copy or build it again.",
                         what);
}

static bool file_has(const struct image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

static bool file_read(const struct image *image, uint64_t offset, void *out, size_t size)
{
    if (!file_has(image, offset, size))
        return false;
    memcpy(out, image->file + offset, size);
    return true;
}

/* The bytes that will lie at `address`, and how many of them follow; NULL when the file has none. */
static const unsigned char *bytes_at(const struct image *image, uint64_t address,
                                     uint64_t *ret_count)
{
    for (size_t i = 0; i < image->load_count; i++) {
        const Elf64_Phdr *load = &image->loads[i];
        if (address < load->p_vaddr || address - load->p_vaddr >= load->p_filesz)
            continue;
        uint64_t inside = address - load->p_vaddr;
        *ret_count = load->p_filesz - inside;
        return image->file + load->p_offset + inside;
    }
    return NULL;
}

static bool image_read(const struct image *image, uint64_t address, void *out, size_t size)
{
    uint64_t count = 0;
    const unsigned char *bytes = bytes_at(image, address, &count);
    if (!bytes || count < size)
        return false;
    memcpy(out, bytes, size);
    return true;
}

/* Reads the start of a name; what is longer than any name that matters is cut. */
static bool image_name(const struct image *image, uint64_t offset, char name[NAME_SIZE])
{
    uint64_t count = 0;
    const unsigned char *bytes = bytes_at(image, image->names + offset, &count);
    if (!bytes || offset >= image->names_size)
        return false;
    if (count > image->names_size - offset)
        count = image->names_size - offset;
    if (count > NAME_SIZE - 1)
        count = NAME_SIZE - 1;
    memcpy(name, bytes, count);
    name[count] = '\0';
    return true;
}

static const char *machine_name(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } known[] = {{EM_X86_64, "x86-64"},  {EM_AARCH64, "aarch64"}, {EM_386, "i386"},
                 {EM_ARM, "32-bit arm"}, {EM_RISCV, "riscv"},     {EM_PPC64, "ppc64"},
                 {EM_S390, "s390x"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].machine == machine)
            return known[i].name;
    return "an unknown machine";
}

static int check_machine(const Elf64_Ehdr *header, aw_error *error)
{
    bool swapped = header->e_ident[EI_DATA] == ELFDATA2MSB;
    bool narrow = header->e_ident[EI_CLASS] != ELFCLASS64;
    unsigned machine = swapped ? __builtin_bswap16(header->e_machine) : header->e_machine;
    if (machine == THIS_MACHINE && !swapped && !narrow)
        return 0;
    const char *kind = machine != THIS_MACHINE ? "" : swapped ? "big-endian " : "32-bit ";
    const char *ours = machine_name(THIS_MACHINE);
    return kit_error_set(error, AW_E_UNSUPPORTED,
                         "The file is for %s%s, this is %s: install the plugin's build for %s.",
                         kind, machine_name(machine), ours, ours);
}

static int read_header(const struct image *image, Elf64_Ehdr *ret_header, aw_error *error)
{
    if (image->size < SELFMAG || memcmp(image->file, ELFMAG, SELFMAG) != 0)
        return kit_error_set(error, AW_E_INVALID,
                             "The file is %s: take it out of this folder, or build it again.",
                             image->size ? "no ELF shared object" : "empty");
    if (!file_read(image, 0, ret_header, sizeof *ret_header))
        return truncated(error, "its header reaches");
    if (check_machine(ret_header, error) < 0)
        return -1;
    if (ret_header->e_type != ET_DYN)
        return kit_error_set(error, AW_E_INVALID,
                             "The file is ELF but no shared object: link it with -shared.");
    uint64_t sections = (uint64_t)ret_header->e_shnum * ret_header->e_shentsize;
    if (ret_header->e_shoff && !file_has(image, ret_header->e_shoff, sections))
        return truncated(error, "its section headers lie");
    return 0;
}

static int add_segment(struct image *image, const Elf64_Phdr *segment, aw_error *error)
{
    if (segment->p_type != PT_LOAD && segment->p_type != PT_DYNAMIC)
        return 0;
    if (!file_has(image, segment->p_offset, segment->p_filesz))
        return truncated(error, "a segment reaches");
    if (segment->p_filesz > segment->p_memsz)
        return damaged(error, "a segment is larger in the file than in memory");
    if (segment->p_type == PT_LOAD) {
        image->loads[image->load_count++] = *segment;
        return 0;
    }
    image->dynamic_offset = segment->p_offset;
    image->dynamic_count = segment->p_filesz / sizeof(Elf64_Dyn);
    return 0;
}

static int read_segments(struct image *image, const Elf64_Ehdr *header, aw_error *error)
{
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > MAX_SEGMENTS)
        return damaged(error, "its program headers make no sense");
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        uint64_t place = i * sizeof segment;
        if (header->e_phoff > image->size ||
            !file_read(image, header->e_phoff + place, &segment, sizeof segment))
            return truncated(error, "its program headers lie");
        if (add_segment(image, &segment, error) < 0)
            return -1;
    }
    return 0;
}

/* Reads one entry of the dynamic segment. False at its end. */
static bool dynamic_at(const struct image *image, uint64_t index, Elf64_Dyn *ret_entry)
{
    return index < image->dynamic_count &&
           file_read(image, image->dynamic_offset + index * sizeof *ret_entry, ret_entry,
                     sizeof *ret_entry) &&
           ret_entry->d_tag != DT_NULL;
}

static int read_dynamic(struct image *image, aw_error *error)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; dynamic_at(image, i, &entry); i++) {
        if (entry.d_tag == DT_STRTAB)
            image->names = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_STRSZ)
            image->names_size = entry.d_un.d_val;
        else if (entry.d_tag == DT_SYMTAB)
            image->symbols = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_HASH)
            image->hash = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_GNU_HASH)
            image->gnu_hash = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_SYMENT && entry.d_un.d_val != sizeof(Elf64_Sym))
            return damaged(error, "its symbols have an unknown size");
    }
    if (!image->names || !image->symbols)
        return damaged(error, "it has no table of dynamic symbols");
    return 0;
}

static bool is_library(const char *name, const char *stem)
{
    size_t size = strlen(stem);
    return strncmp(name, stem, size) == 0 &&
           (name[size] == '.' || name[size] == '-' || name[size] == '\0');
}

static int check_needed(const struct image *image, aw_error *error)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; dynamic_at(image, i, &entry); i++) {
        char path[NAME_SIZE];
        if (entry.d_tag != DT_NEEDED)
            continue;
        if (!image_name(image, entry.d_un.d_val, path))
            return damaged(error, "it needs a library without a name");
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

/* The GNU hash table tells no count: the last chain of the last bucket ends with the last symbol. */
static bool gnu_symbol_count(const struct image *image, uint64_t *ret_count)
{
    uint32_t head[4]; /* buckets, first symbol that is hashed, words of the filter, shift */
    if (!image_read(image, image->gnu_hash, head, sizeof head))
        return false;
    uint64_t buckets = image->gnu_hash + sizeof head + head[2] * sizeof(uint64_t);
    uint64_t chains = buckets + head[0] * sizeof(uint32_t);
    uint64_t first = head[1];
    uint64_t last = 0;
    for (uint64_t i = 0; i < head[0]; i++) {
        uint32_t start;
        if (!image_read(image, buckets + i * sizeof start, &start, sizeof start))
            return false;
        last = start > last ? start : last;
    }
    uint32_t link = last < first;
    for (; !link; last++) {
        if (!image_read(image, chains + (last - first) * sizeof link, &link, sizeof link))
            return false;
        link &= 1;
    }
    *ret_count = last < first ? first : last;
    return true;
}

static bool symbol_count(const struct image *image, uint64_t *ret_count)
{
    uint32_t head[2]; /* buckets, symbols */
    if (!image->hash)
        return image->gnu_hash && gnu_symbol_count(image, ret_count);
    if (!image_read(image, image->hash, head, sizeof head))
        return false;
    *ret_count = head[1];
    return true;
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

static int find_entry(const struct image *image, uint64_t *ret_major, Elf64_Sym *ret_symbol,
                      aw_error *error)
{
    uint64_t count = 0;
    if (!symbol_count(image, &count))
        return damaged(error, "its symbols cannot be counted");
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Sym symbol;
        char name[NAME_SIZE];
        if (!image_read(image, image->symbols + i * sizeof symbol, &symbol, sizeof symbol))
            return damaged(error, "a symbol lies outside of it");
        if (!is_exported(&symbol) || !image_name(image, symbol.st_name, name))
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

static int read_entry(const struct image *image, uint64_t major, const Elf64_Sym *symbol,
                      struct elf_entry *ret_entry, aw_error *error)
{
    uint32_t head[4];
    if (ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT ||
        !image_read(image, symbol->st_value, head, sizeof head))
        return kit_error_set(error, AW_E_INVALID,
                             ENTRY_PREFIX "%u is not initialised data: define it as `const "
                                          "aw_backend_entry` (rule L1 in archway/backend.h).",
                             (unsigned)major);
    if (head[1] > symbol->st_size)
        return damaged(error, "its entry claims to be larger than it is");
    *ret_entry = (struct elf_entry){(uint32_t)major, head[0], head[1], head[2], head[3]};
    return 0;
}

int elf_judge(const void *file, size_t size, struct elf_entry *ret_entry, aw_error *ret_error)
{
    struct image image = {.file = file, .size = size};
    uint64_t major = 0;
    Elf64_Sym symbol = {0};
    Elf64_Ehdr header;
    if (read_header(&image, &header, ret_error) < 0 ||
        read_segments(&image, &header, ret_error) < 0 || read_dynamic(&image, ret_error) < 0 ||
        check_needed(&image, ret_error) < 0 || find_entry(&image, &major, &symbol, ret_error) < 0)
        return -1;
    return read_entry(&image, major, &symbol, ret_entry, ret_error);
}
