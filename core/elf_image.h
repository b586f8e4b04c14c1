/* SPDX-License-Identifier: Apache-2.0 */
/* An ELF file as the dynamic linker reads it: by program headers and dynamic segment, with no need for section
 * headers. Any bytes at all are safe to look at. */
#ifndef ARCHWAY_CORE_ELF_IMAGE_H
#define ARCHWAY_CORE_ELF_IMAGE_H

#include <archway/backend.h>

#include <elf.h>
#include <stdbool.h>

#define ELF_MAX_SEGMENTS 64
#define ELF_NAME_SIZE 64

struct elf_image {
    const unsigned char *file;
    uint64_t size;
    Elf64_Ehdr header;
    Elf64_Phdr loads[ELF_MAX_SEGMENTS];
    size_t load_count;
    Elf64_Phdr sealed; /* what is made read-only once it is loaded; zero: nothing */
    uint32_t stack_flags;
    uint64_t thread_local_size;
    uint64_t dynamic_offset;
    uint64_t dynamic_count;
    uint64_t names;
    uint64_t names_size;
    uint64_t symbols;
    uint64_t hash;
    uint64_t gnu_hash;
    uint64_t relocations;
    uint64_t relocations_size;
};

/* Reads what stands first, and checks that the bytes are a whole shared object for this machine. Returns 0,
 * or -1 with AW_E_INVALID or AW_E_UNSUPPORTED and a sentence that says what to do. */
int elf_image_open(struct elf_image *image, const void *file, size_t size, aw_error *ret_error);

/* For a file that contradicts itself. Returns -1. */
int elf_image_damaged(aw_error *ret_error, const char *what);

/* Bytes of the file, or as they will lie in memory. False: the file has none there. */
bool elf_image_file_read(const struct elf_image *image, uint64_t offset, void *out, size_t size);
bool elf_image_read(const struct elf_image *image, uint64_t address, void *out, size_t size);
/* The address that the pointer at `address` will hold, into the file itself. False: the file does not say. */
bool elf_image_pointer(const struct elf_image *image, uint64_t address, uint64_t *ret_target);
/* Reads the start of a text; what is longer than any name that matters is cut. */
bool elf_image_text(const struct elf_image *image, uint64_t address, char text[ELF_NAME_SIZE]);
/* Reads the start of a name; what is longer than any name that matters is cut. */
bool elf_image_name(const struct elf_image *image, uint64_t offset, char name[ELF_NAME_SIZE]);
/* Reads one entry of the dynamic segment. False at its end. */
bool elf_image_dynamic(const struct elf_image *image, uint64_t index, Elf64_Dyn *ret_entry);
/* The dynamic symbols. */
bool elf_image_symbol_count(const struct elf_image *image, uint64_t *ret_count);
bool elf_image_symbol(const struct elf_image *image, uint64_t index, Elf64_Sym *ret_symbol);

#endif
