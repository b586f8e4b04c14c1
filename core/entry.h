/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin exports, judged against this core. */
#ifndef ARCHWAY_CORE_ENTRY_H
#define ARCHWAY_CORE_ENTRY_H

#include "core/elf.h"

/* Does what was read from the file speak this core's ABI? Returns 0 or -1. */
int entry_check_version(const struct elf_entry *head, aw_error *ret_error);

/*
 * Copies the entry at `exported` and its vtable, as far as both sides know them, into structs of this
 * core's size whose tail is zero, and checks them: names, options, limits, and that no required
 * function is missing. `head` is what the file said; the loaded object must say the same.
 */
int entry_copy(const void *exported, const struct elf_entry *head, aw_backend_entry *ret_entry,
               aw_vtable *ret_vtable, aw_error *ret_error);

/* Calls the entry's init, if it has one, and unless that was done in this process before: then the outcome
 * is the same again. `exported` tells entries apart. Any thread. */
int entry_init(const void *exported, const aw_backend_entry *entry, const aw_host *host,
               aw_error *ret_error);

#endif
