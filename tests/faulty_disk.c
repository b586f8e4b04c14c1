/* SPDX-License-Identifier: Apache-2.0 */
/* A VFS of SQLite around its own (sqlite.org/vfs.html), and a heap around the C library's. */
#include "tests/faulty_disk.h"

#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct {
    enum fault_kind kind;
    unsigned long count;
    unsigned long first;
    bool all_after;
} faults;

/* SQLite's files have one of a few tables of functions; each is copied once, and the copy changed. */
#define TABLES 4
static struct {
    const sqlite3_io_methods *real;
    sqlite3_io_methods faulty;
} tables[TABLES];

static sqlite3_vfs faulty_vfs;
static sqlite3_vfs *real_vfs;

void fault_set(enum fault_kind kind, unsigned long first, bool all_after)
{
    faults.kind = kind;
    faults.first = first;
    faults.all_after = all_after;
    faults.count = 0;
}

unsigned long fault_count(void)
{
    return faults.count;
}

static bool fails(enum fault_kind kind)
{
    if (faults.kind != kind)
        return false;
    faults.count++;
    return faults.first &&
           (faults.all_after ? faults.count >= faults.first : faults.count == faults.first);
}

static const sqlite3_io_methods *real_of(const sqlite3_file *file)
{
    for (int i = 0; i < TABLES; i++)
        if (file->pMethods == &tables[i].faulty)
            return tables[i].real;
    abort();
}

static int write_file(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    if (fails(FAULT_FULL))
        return SQLITE_FULL;
    return fails(FAULT_BROKEN) ? SQLITE_IOERR_WRITE
                               : real_of(file)->xWrite(file, data, size, offset);
}

/* Nobody pulls the plug here, so that nothing need be waited for. */
static int sync_file(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    if (fails(FAULT_FULL))
        return SQLITE_FULL;
    return fails(FAULT_BROKEN) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static void change(sqlite3_file *file)
{
    for (int i = 0; i < TABLES; i++) {
        if (!tables[i].real) {
            tables[i].real = file->pMethods;
            tables[i].faulty = *file->pMethods;
            tables[i].faulty.xWrite = write_file;
            tables[i].faulty.xSync = sync_file;
        }
        if (tables[i].real == file->pMethods) {
            file->pMethods = &tables[i].faulty;
            return;
        }
    }
    abort();
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    (void)vfs;
    file->pMethods = NULL;
    if (fails(FAULT_LOCKED))
        return SQLITE_CANTOPEN;
    int status = real_vfs->xOpen(real_vfs, name, file, flags, ret_flags);
    if (status == SQLITE_OK)
        change(file);
    return status;
}

static void *take(int size)
{
    size_t *block = fails(FAULT_MEMORY) ? NULL : malloc(sizeof *block * 2 + (size_t)size);
    if (!block)
        return NULL;
    block[0] = (size_t)size;
    return block + 2;
}

static void drop(void *memory)
{
    if (memory)
        free((size_t *)memory - 2);
}

static int size_of(void *memory)
{
    return memory ? (int)((size_t *)memory - 2)[0] : 0;
}

static void *resize(void *memory, int size)
{
    void *grown = take(size);
    if (!grown)
        return NULL;
    memcpy(grown, memory, (size_t)(size < size_of(memory) ? size : size_of(memory)));
    drop(memory);
    return grown;
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int begin(void *arg)
{
    (void)arg;
    return SQLITE_OK;
}

static void end(void *arg)
{
    (void)arg;
}

void fault_install(void)
{
    static const sqlite3_mem_methods heap = {take,     drop,  resize, size_of,
                                             round_up, begin, end,    NULL};
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &heap) != SQLITE_OK ||
        sqlite3_initialize() != SQLITE_OK)
        abort();
    real_vfs = sqlite3_vfs_find(NULL);
    faulty_vfs = *real_vfs;
    faulty_vfs.zName = "faulty";
    faulty_vfs.xOpen = open_file;
    if (sqlite3_vfs_register(&faulty_vfs, 1) != SQLITE_OK)
        abort();
}
