/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's file, judged as bytes before any of its code can run. */
#ifndef ARCHWAY_CORE_ELF_H
#define ARCHWAY_CORE_ELF_H

#include <archway/backend.h>

/* What the file says of its entry: the version in the symbol's name, and the first four fields, which
 * never move whatever the version. And for whom it is, where the file tells that too. */
struct elf_entry {
    uint32_t abi_major;
    uint32_t magic;
    uint32_t size;
    uint32_t minor;
    uint32_t min_minor;
    char provider[32]; /* of version 1; "": the file does not say it before it is loaded */
};

/* Checks that the bytes are a whole shared object for this machine, which itself defines
 * archway_backend_v<N> as initialised data and links neither libcurl nor libarchway. Version 1 goes before
 * any other. Needs no section headers, so a stripped file will do. Any bytes at all are safe to look
 * at. Returns 0, or -1 with AW_E_INVALID or AW_E_UNSUPPORTED and a sentence that says what to do. */
int elf_judge(const void *file, size_t size, struct elf_entry *ret_entry, aw_error *ret_error);

#endif
