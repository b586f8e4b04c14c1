/* SPDX-License-Identifier: Apache-2.0 */
/* What the file alone shows: L1 to L5. */
#include "check/names.h"
#include "check/rules.h"

#include "core/elf_image.h"
#include "core/mem.h"
#include "core/whole_file.h"

#include <fcntl.h>
#include <string.h>

#define MOST_BYTES ((uint64_t)256 * 1024 * 1024)

/* Calls `see` with the file's image. */
static void look(const struct subject *subject, struct verdict *verdict,
                 void (*see)(const struct elf_image *image, struct verdict *verdict))
{
    struct arena arena;
    struct elf_image image;
    aw_bytes file;
    aw_error error = {0};
    arena_init(&arena, false);
    if (whole_file_read(AT_FDCWD, subject->path, 0, MOST_BYTES, &arena, &file, &error) ||
        elf_image_open(&image, file.data, file.size, &error) < 0)
        verdict_fail(verdict, "%s", error.message);
    else if (see)
        see(&image, verdict);
    verdict->tried = 1;
    arena_finish(&arena);
}

void rule_readable(struct subject *subject, struct verdict *verdict)
{
    look(subject, verdict, NULL);
}

static bool is_defined(const Elf64_Sym *symbol)
{
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS &&
           (binding == STB_GLOBAL || binding == STB_WEAK);
}

/* Calls `see` with the name of each dynamic symbol. */
static void each_symbol(const struct elf_image *image, struct verdict *verdict,
                        void (*see)(const Elf64_Sym *symbol, const char *name,
                                    struct verdict *verdict))
{
    uint64_t count = 0;
    Elf64_Sym symbol;
    char name[ELF_NAME_SIZE];
    elf_image_symbol_count(image, &count);
    for (uint64_t i = 1; i < count; i++)
        if (elf_image_symbol(image, i, &symbol) && elf_image_name(image, symbol.st_name, name))
            see(&symbol, name, verdict);
}

static void see_export(const Elf64_Sym *symbol, const char *name, struct verdict *verdict)
{
    if (!is_defined(symbol))
        return;
    verdict->applied += strcmp(name, AW_ENTRY_SYMBOL) == 0;
    if (strcmp(name, AW_ENTRY_SYMBOL) != 0)
        verdict_fail(verdict,
                     "it exports %s too: compile with -fvisibility=hidden, or link with a version "
                     "script",
                     name);
}

static void see_exports(const struct elf_image *image, struct verdict *verdict)
{
    each_symbol(image, verdict, see_export);
    if (!verdict->applied)
        verdict_fail(verdict, "it does not export " AW_ENTRY_SYMBOL);
}

void rule_exports(struct subject *subject, struct verdict *verdict)
{
    look(subject, verdict, see_exports);
}

static void see_links(const struct elf_image *image, struct verdict *verdict)
{
    Elf64_Dyn entry;
    char name[ELF_NAME_SIZE];
    for (uint64_t i = 0; elf_image_dynamic(image, i, &entry); i++)
        if (entry.d_tag == DT_NEEDED && elf_image_name(image, entry.d_un.d_val, name) &&
            !names_library_is_allowed(name))
            verdict_fail(verdict, "it links %s", name);
}

void rule_links(struct subject *subject, struct verdict *verdict)
{
    look(subject, verdict, see_links);
}

/* A constructor or destructor besides the compiler's own. */
static void see_constructors(const struct elf_image *image, struct verdict *verdict)
{
    Elf64_Dyn entry;
    for (uint64_t i = 0; elf_image_dynamic(image, i, &entry); i++)
        if ((entry.d_tag == DT_INIT_ARRAYSZ || entry.d_tag == DT_FINI_ARRAYSZ) &&
            entry.d_un.d_val > sizeof(void *))
            verdict_fail(verdict, "it has a constructor or destructor: do it in `init` or `open`");
}

static bool section_at(const struct elf_image *image, uint64_t index, Elf64_Shdr *ret_section)
{
    return index < image->header.e_shnum &&
           elf_image_file_read(image, image->header.e_shoff + index * sizeof *ret_section,
                               ret_section, sizeof *ret_section);
}

static bool text_at(const struct elf_image *image, const Elf64_Shdr *texts, uint64_t offset,
                    char text[ELF_NAME_SIZE])
{
    memset(text, 0, ELF_NAME_SIZE);
    for (size_t i = 0; i < ELF_NAME_SIZE - 1; i++)
        if (!elf_image_file_read(image, texts->sh_offset + offset + i, &text[i], 1) || !text[i])
            return i > 0;
    return true;
}

/* Is what lies there written to when it runs? Not what is sealed once it is loaded. */
static bool is_mutable(const struct elf_image *image, const Elf64_Sym *symbol)
{
    Elf64_Shdr section;
    unsigned type = ELF64_ST_TYPE(symbol->st_info);
    if (type != STT_OBJECT || symbol->st_size == 0 ||
        !section_at(image, symbol->st_shndx, &section) || !(section.sh_flags & SHF_WRITE))
        return false;
    return symbol->st_value < image->sealed.p_vaddr ||
           symbol->st_value >= image->sealed.p_vaddr + image->sealed.p_memsz;
}

static void see_objects(const struct elf_image *image, const Elf64_Shdr *symbols,
                        struct verdict *verdict)
{
    Elf64_Shdr texts;
    char name[ELF_NAME_SIZE];
    if (!section_at(image, symbols->sh_link, &texts))
        return;
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size; at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        if (!elf_image_file_read(image, symbols->sh_offset + at, &symbol, sizeof symbol))
            return;
        if (is_mutable(image, &symbol) && text_at(image, &texts, symbol.st_name, name) &&
            !names_is_compilers(name))
            verdict_fail(verdict, "it has the mutable static `%s`: keep it in `open`'s state",
                         name);
    }
}

/* A stripped file has no names; then what is written there is seen when it runs. */
static void see_statics(const struct elf_image *image, struct verdict *verdict)
{
    Elf64_Shdr section;
    if (image->thread_local_size)
        verdict_fail(verdict, "it has thread-local storage");
    see_constructors(image, verdict);
    for (uint64_t i = 0; section_at(image, i, &section); i++)
        if (section.sh_type == SHT_SYMTAB)
            see_objects(image, &section, verdict);
}

void rule_statics(struct subject *subject, struct verdict *verdict)
{
    look(subject, verdict, see_statics);
}

static void see_call(const Elf64_Sym *symbol, const char *name, struct verdict *verdict)
{
    if (symbol->st_shndx == SHN_UNDEF && names_is_forbidden(name))
        verdict_fail(verdict, "it uses %s: core does that for it", name);
}

static void see_calls(const struct elf_image *image, struct verdict *verdict)
{
    each_symbol(image, verdict, see_call);
}

void rule_calls(struct subject *subject, struct verdict *verdict)
{
    look(subject, verdict, see_calls);
}

static bool binds_now(const Elf64_Dyn *entry)
{
    return entry->d_tag == DT_BIND_NOW ||
           (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_BIND_NOW)) ||
           (entry->d_tag == DT_FLAGS_1 && (entry->d_un.d_val & DF_1_NOW));
}

static bool moves_text(const Elf64_Dyn *entry)
{
    return entry->d_tag == DT_TEXTREL ||
           (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL));
}

static void see_hardening(const struct elf_image *image, struct verdict *verdict)
{
    Elf64_Dyn entry;
    bool now = false;
    for (uint64_t i = 0; elf_image_dynamic(image, i, &entry); i++) {
        now = now || binds_now(&entry);
        if (moves_text(&entry))
            verdict_fail(verdict, "it has text relocations: compile with -fPIC");
        if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH)
            verdict_fail(verdict, "it has a search path for libraries: link without -rpath");
    }
    if (!now)
        verdict_fail(verdict, "it is bound lazily: link with -Wl,-z,now");
    if (!image->sealed.p_memsz)
        verdict_fail(verdict, "nothing of it is sealed: link with -Wl,-z,relro");
    if (image->stack_flags & PF_X)
        verdict_fail(verdict, "it wants a stack that can be run: link with -Wl,-z,noexecstack");
}

void rule_hardening(struct subject *subject, struct verdict *verdict)
{
    look(subject, verdict, see_hardening);
}
