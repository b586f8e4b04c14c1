/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ELF, with every offset, size and count of the file's checked against the file. */
#include "core/elf_image.h"

#include "kit/error.h"

#include <string.h>

#if defined(__x86_64__)
#define THIS_MACHINE EM_X86_64
#define RELATIVE_RELOCATION R_X86_64_RELATIVE
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define THIS_MACHINE EM_AARCH64
#define RELATIVE_RELOCATION R_AARCH64_RELATIVE
#else
#error "Archway runs on x86-64 and little-endian aarch64"
#endif

static int truncated(aw_error *error, const char *what)
{
    return kit_error_set(error, AW_E_INVALID,
                         "The file is truncated: %s beyond its end. Copy or build it again.", what);
}

int elf_image_damaged(aw_error *error, const char *what)
{
    return kit_error_set(error, AW_E_INVALID, "The file is damaged: %s. Copy or build it again.",
                         what);
}

static bool file_has(const struct elf_image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

bool elf_image_file_read(const struct elf_image *image, uint64_t offset, void *out, size_t size)
{
    if (!file_has(image, offset, size))
        return false;
    memcpy(out, image->file + offset, size);
    return true;
}

/* The bytes that will lie at `address`, and how many of them follow; NULL when the file has none. */
static const unsigned char *bytes_at(const struct elf_image *image, uint64_t address,
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

bool elf_image_read(const struct elf_image *image, uint64_t address, void *out, size_t size)
{
    uint64_t count = 0;
    const unsigned char *bytes = bytes_at(image, address, &count);
    if (!bytes || count < size)
        return false;
    memcpy(out, bytes, size);
    return true;
}

bool elf_image_pointer(const struct elf_image *image, uint64_t address, uint64_t *ret_target)
{
    for (uint64_t at = 0; at + sizeof(Elf64_Rela) <= image->relocations_size;
         at += sizeof(Elf64_Rela)) {
        Elf64_Rela relocation;
        if (!elf_image_read(image, image->relocations + at, &relocation, sizeof relocation))
            return false;
        if (relocation.r_offset != address ||
            ELF64_R_TYPE(relocation.r_info) != RELATIVE_RELOCATION)
            continue;
        *ret_target = (uint64_t)relocation.r_addend;
        return true;
    }
    return false;
}

bool elf_image_text(const struct elf_image *image, uint64_t address, char text[ELF_NAME_SIZE])
{
    uint64_t count = 0;
    const unsigned char *bytes = bytes_at(image, address, &count);
    if (!bytes)
        return false;
    size_t size = count < ELF_NAME_SIZE - 1 ? (size_t)count : ELF_NAME_SIZE - 1;
    memcpy(text, bytes, size);
    text[size] = '\0';
    return true;
}

bool elf_image_name(const struct elf_image *image, uint64_t offset, char name[ELF_NAME_SIZE])
{
    uint64_t count = 0;
    const unsigned char *bytes = bytes_at(image, image->names + offset, &count);
    if (!bytes || offset >= image->names_size)
        return false;
    if (count > image->names_size - offset)
        count = image->names_size - offset;
    if (count > ELF_NAME_SIZE - 1)
        count = ELF_NAME_SIZE - 1;
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

static int read_header(const struct elf_image *image, Elf64_Ehdr *ret_header, aw_error *error)
{
    if (image->size < SELFMAG || memcmp(image->file, ELFMAG, SELFMAG) != 0)
        return kit_error_set(error, AW_E_INVALID,
                             "The file is %s: take it out of this folder, or build it again.",
                             image->size ? "no ELF shared object" : "empty");
    if (!elf_image_file_read(image, 0, ret_header, sizeof *ret_header))
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

static int add_segment(struct elf_image *image, const Elf64_Phdr *segment, aw_error *error)
{
    if (segment->p_type == PT_GNU_STACK)
        image->stack_flags = segment->p_flags;
    if (segment->p_type == PT_GNU_RELRO)
        image->sealed = *segment;
    if (segment->p_type == PT_TLS)
        image->thread_local_size = segment->p_memsz;
    if (segment->p_type != PT_LOAD && segment->p_type != PT_DYNAMIC)
        return 0;
    if (!file_has(image, segment->p_offset, segment->p_filesz))
        return truncated(error, "a segment reaches");
    if (segment->p_filesz > segment->p_memsz)
        return elf_image_damaged(error, "a segment is larger in the file than in memory");
    if (segment->p_type == PT_LOAD) {
        image->loads[image->load_count++] = *segment;
        return 0;
    }
    image->dynamic_offset = segment->p_offset;
    image->dynamic_count = segment->p_filesz / sizeof(Elf64_Dyn);
    return 0;
}

static int read_segments(struct elf_image *image, const Elf64_Ehdr *header, aw_error *error)
{
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > ELF_MAX_SEGMENTS)
        return elf_image_damaged(error, "its program headers make no sense");
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        uint64_t place = i * sizeof segment;
        if (header->e_phoff > image->size ||
            !elf_image_file_read(image, header->e_phoff + place, &segment, sizeof segment))
            return truncated(error, "its program headers lie");
        if (add_segment(image, &segment, error) < 0)
            return -1;
    }
    return 0;
}

bool elf_image_dynamic(const struct elf_image *image, uint64_t index, Elf64_Dyn *ret_entry)
{
    return index < image->dynamic_count &&
           elf_image_file_read(image, image->dynamic_offset + index * sizeof *ret_entry, ret_entry,
                               sizeof *ret_entry) &&
           ret_entry->d_tag != DT_NULL;
}

static int read_dynamic(struct elf_image *image, aw_error *error)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; elf_image_dynamic(image, i, &entry); i++) {
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
        else if (entry.d_tag == DT_RELA)
            image->relocations = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_RELASZ)
            image->relocations_size = entry.d_un.d_val;
        else if (entry.d_tag == DT_SYMENT && entry.d_un.d_val != sizeof(Elf64_Sym))
            return elf_image_damaged(error, "its symbols have an unknown size");
    }
    if (!image->names || !image->symbols)
        return elf_image_damaged(error, "it has no table of dynamic symbols");
    return 0;
}

/* The GNU hash table tells no count: the last chain of the last bucket ends with the last symbol. */
static bool gnu_symbol_count(const struct elf_image *image, uint64_t *ret_count)
{
    uint32_t head[4]; /* buckets, first symbol that is hashed, words of the filter, shift */
    if (!elf_image_read(image, image->gnu_hash, head, sizeof head))
        return false;
    uint64_t buckets = image->gnu_hash + sizeof head + head[2] * sizeof(uint64_t);
    uint64_t chains = buckets + head[0] * sizeof(uint32_t);
    uint64_t first = head[1];
    uint64_t last = 0;
    for (uint64_t i = 0; i < head[0]; i++) {
        uint32_t start;
        if (!elf_image_read(image, buckets + i * sizeof start, &start, sizeof start))
            return false;
        last = start > last ? start : last;
    }
    uint32_t link = last < first;
    for (; !link; last++) {
        if (!elf_image_read(image, chains + (last - first) * sizeof link, &link, sizeof link))
            return false;
        link &= 1;
    }
    *ret_count = last < first ? first : last;
    return true;
}

bool elf_image_symbol_count(const struct elf_image *image, uint64_t *ret_count)
{
    uint32_t head[2]; /* buckets, symbols */
    if (!image->hash)
        return image->gnu_hash && gnu_symbol_count(image, ret_count);
    if (!elf_image_read(image, image->hash, head, sizeof head))
        return false;
    *ret_count = head[1];
    return true;
}

bool elf_image_symbol(const struct elf_image *image, uint64_t index, Elf64_Sym *ret_symbol)
{
    return elf_image_read(image, image->symbols + index * sizeof *ret_symbol, ret_symbol,
                          sizeof *ret_symbol);
}

int elf_image_open(struct elf_image *image, const void *file, size_t size, aw_error *ret_error)
{
    *image = (struct elf_image){.file = file, .size = size};
    if (read_header(image, &image->header, ret_error) < 0 ||
        read_segments(image, &image->header, ret_error) < 0)
        return -1;
    return read_dynamic(image, ret_error);
}
