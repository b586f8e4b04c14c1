/* SPDX-License-Identifier: Apache-2.0 */
/* A disk and a heap under SQLite of which one operation fails: the n-th, and perhaps all behind it. */
#ifndef ARCHWAY_TESTS_FAULTY_DISK_H
#define ARCHWAY_TESTS_FAULTY_DISK_H

#include <stdbool.h>

enum fault_kind {
    FAULT_FULL,   /* a write or a sync says that the disk is full */
    FAULT_BROKEN, /* or that it is broken */
    FAULT_LOCKED, /* a file cannot be opened, or not for writing */
    FAULT_MEMORY  /* an allocation of SQLite's */
};

/* Before SQLite is used at all: takes the place of its heap and of its files. */
void fault_install(void);
/* From now on; `first` 0: nothing fails. */
void fault_set(enum fault_kind kind, unsigned long first, bool all_after);
/* How many operations of that kind there were since. */
unsigned long fault_count(void);

#endif
